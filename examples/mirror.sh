# SPDX-License-Identifier: MIT
# Mirrors a small site twice: as it is, and after it has changed. $1 is the program.
set -eu
mirror=$1
place=$(mktemp -d)
server=
trap 'kill $server 2>/dev/null || true; rm -rf "$place"' EXIT
cd "$place"

publish() { (cd site && find . -type f ! -name SHA256SUMS -printf '%P\n' | sort |
    xargs sha256sum > SHA256SUMS); }

mkdir -p site/docs
echo one > site/one
echo two > site/two
echo guide > site/docs/guide
publish
mkfifo address
"$TROIKA_BINARY" serve site --port 0 > address &
server=$!
exec 3< address
read -r url <&3   # fails when the server could not start
url=${url}SHA256SUMS

echo "first:"
"$mirror" "$url" copy
echo "again:"
"$mirror" "$url" copy
echo "after a change:"
echo "two, second edition" > site/two
rm site/one
echo three > site/docs/three
publish
"$mirror" "$url" copy
rm site/SHA256SUMS
diff -r site copy && echo "equal"
