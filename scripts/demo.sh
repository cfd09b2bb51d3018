#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# demo.sh BINARY: serves 1,000 generated files with 50 ms of latency, fetches them one by one, then
# all at once, by http and by https, compares every checksum, and prints what each took.
set -euo pipefail
binary=${1:?usage: demo.sh BINARY}
files=1000
size=16384
delay=50ms

folder=$(mktemp -d)
server=
watcher=
stop_server() {
    [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true
    server=
}
clean_up() {
    trap - EXIT INT TERM
    [ -z "$watcher" ] || kill "$watcher" 2>/dev/null || true
    stop_server
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

now_ms() { local t=${EPOCHREALTIME/[.,]/}; echo $((t / 1000)); }
seconds() { printf '%d.%02d s' $(($1 / 1000)) $(($1 % 1000 / 10)); }

# fetch DIRECTORY OPTION...: all files into DIRECTORY, checked; leaves the time in `took_ms`.
fetch() {
    local into=$1 start
    shift
    start=$(now_ms)
    "$binary" get -i "$folder/urls" -d "$into" "$@" || return
    took_ms=$(($(now_ms) - start))
    (cd "$into" && sha256sum --check --quiet --strict "$folder/sums")
}

# Shows every half second how many files have arrived in DIRECTORY.
watch() {
    local into=$1 step=$((files / 10)) shown=0 count
    while sleep 0.5; do
        count=$(find "$into" -name '*.bin' | wc -l)
        if [ -t 1 ]; then
            printf '\r    %4d of %d' "$count" "$files"
        elif [ $((count / step)) -gt "$shown" ]; then
            shown=$((count / step))
            echo "    $count of $files"
        fi
    done
}

echo "Generating $files files of $((size / 1024)) KiB"
mkdir "$folder/served"
(cd "$folder/served" && head -c $((files * size)) /dev/urandom |
    split --bytes=$size --suffix-length=4 --numeric-suffixes --additional-suffix=.bin - file &&
    sha256sum -- *.bin >"$folder/sums")

# serve OPTION...: serves the files, and makes the list of their URLs.
serve() {
    local url
    rm -f "$folder/address"
    mkfifo "$folder/address"
    "$binary" serve "$folder/served" --port 0 --delay $delay "$@" >"$folder/address" \
        2>"$folder/log" &
    server=$!
    exec 3<"$folder/address"
    if ! read -r -t 20 url <&3; then
        cat "$folder/log" >&2
        echo "demo: the server did not start" >&2
        exit 1
    fi
    sed -n "s|^[0-9a-f]*  |${url%/}/|p" "$folder/sums" >"$folder/urls"
    echo "Serving them at $url with $delay of latency"
}

serve

echo "One by one (expect a little over $((files * ${delay%ms} / 1000)) s):"
mkdir "$folder/one"
watch "$folder/one" &
watcher=$!
fetch "$folder/one" -q -j 1 --per-host 1
one_ms=$took_ms
kill "$watcher"
wait "$watcher" 2>/dev/null || true
watcher=
[ ! -t 1 ] || printf '\r\033[K'
echo "    $(seconds "$one_ms"), every checksum right"

echo "All at once:"
mkdir "$folder/all"
fetch "$folder/all" -q -j $files --per-host $files
all_ms=$took_ms
echo "    $(seconds "$all_ms"), every checksum right"

stop_server
serve --self-signed --write-cert "$folder/certificate.pem"
echo "All at once, by https:"
mkdir "$folder/secure"
fetch "$folder/secure" -q -j $files --per-host $files --cacert "$folder/certificate.pem"
echo "    $(seconds "$took_ms"), every checksum right"
echo "$files files with $delay of latency: one by one $(seconds "$one_ms")," \
    "all at once $(seconds "$all_ms"), $((one_ms / (all_ms > 0 ? all_ms : 1))) times faster," \
    "by https $(seconds "$took_ms")"
