# SPDX-License-Identifier: MIT
# Runs two_files against a server of its own, in a directory of its own, and shows what came.
set -eu
program=$1
scratch=$(mktemp -d)
mkdir "$scratch/served" "$scratch/here"
echo "the first file" >"$scratch/served/file1.txt"
echo "the second file" >"$scratch/served/file2.txt"
mkfifo "$scratch/says"
"$TROIKA_BINARY" serve "$scratch/served" --port 0 >"$scratch/says" &
server=$!
trap 'kill "$server" || true; rm -rf "$scratch"' EXIT
read -r url <"$scratch/says"
cd "$scratch/here"
"$program" "${url%/}"
cat file1.txt file2.txt
