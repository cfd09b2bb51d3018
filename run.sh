#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ./run.sh             demonstrates troika: 1,000 files, one by one and then all at once
# ./run.sh ARGUMENT... is the command troika (./run.sh get URL..., ./run.sh --help)
# Builds what has to be built first; says nothing about it unless it takes a while or fails.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
. "$root/tools/packages.sh"
. "$root/tools/build.sh"
binary=$root/build/release/apps/troika/troika

# Shows the steps of the build on one line of a terminal, and nothing elsewhere.
show_steps() {
    local line shown=0
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$log"
        if [ -t 2 ] && [[ $line =~ ^\[[0-9]+/[0-9]+\] ]]; then
            printf '\r\033[Kbuilding troika %s' "${BASH_REMATCH[0]}" >&2
            shown=1
        fi
    done
    [ "$shown" = 0 ] || printf '\r\033[K' >&2
}

need_packages build
mkdir -p "$root/build"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
exec 9>"$root/build/.lock"
flock 9   # two ./run.sh at once: the second waits for the first one's build
if [ ! -x "$binary" ] && [ ! -t 2 ]; then
    echo "troika: building; the first time takes a minute or two" >&2
fi
if ! { configure release && build release troika; } 2>&1 9>&- | show_steps; then
    cat "$log" >&2
    echo "troika: the build failed (see above)" >&2
    exit 1
fi
exec 9>&-
rm -f "$log"
trap - EXIT

if [ $# -gt 0 ]; then
    exec "$binary" "$@"
fi
exec "$root/scripts/demo.sh" "$binary"
