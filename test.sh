#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ./test.sh         builds everything and runs the tests
# ./test.sh --full  also with the sanitizers, with g++ 12, optimised, and a little fuzzing and
#                   benchmarking
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
. "$root/tools/packages.sh"
. "$root/tools/build.sh"
full=0
case ${1-} in
    '') ;;
    --full) full=1 ;;
    *)
        echo "usage: ./test.sh [--full]" >&2
        exit 2
        ;;
esac

need_packages build test
[ "$full" = 0 ] || need_packages bench gcc12

# Where the kernel or a container refuses io_uring, its half of the tests cannot run; that is said
# at the beginning and at the end, and not hidden in a list of skipped tests.
skip=()
note=
if ! python3 "$root/tools/io_uring_works.py"; then
    skip=(-LE 'uring|^full$')
    note="note: io_uring is refused on this machine; only the epoll backend was tested"
    echo "$note"
fi
[ "$full" = 0 ] || [ -n "$note" ] || skip=(-LE '^none$')

jobs=$(nproc)
summaries=()
failures=()
failed=0

# run PRESET [CTEST ARGUMENT...]: its tests; the summary is kept for the end.
run() {
    local preset=$1 log=$root/build/$1/ctest.log status=0
    shift
    echo "==== testing $preset"
    (cd "$root" && ctest --preset "$preset" --parallel "$jobs" "${skip[@]}" "$@") 2>&1 |
        tee "$log" || status=$?
    if [ "$status" != 0 ]; then
        failed=1
        failures+=("$(sed -n '/The following tests FAILED/,$p' "$log" | sed "s/^/$preset: /")")
    fi
    summaries+=("$preset: $(grep -E '^[0-9]+% tests passed' "$log" || echo 'no test ran')")
}

echo "==== building dev"
configure dev
build dev
echo "==== compiling every public header alone"
build dev all_verify_interface_header_sets
run dev

if [ "$full" = 1 ]; then
    for preset in asan tsan gcc12 release fuzz; do
        echo "==== building $preset"
        if [ "$preset" = release ]; then
            configure release -DTROIKA_BUILD_TESTS=ON
        else
            configure "$preset"
        fi
        if build "$preset"; then
            run "$preset"
        else
            failed=1
            summaries+=("$preset: the build failed")
        fi
    done
    configure release -DTROIKA_BUILD_TESTS=OFF   # as ./run.sh wants it
fi

echo
[ -z "$note" ] || echo "$note"
[ ${#failures[@]} = 0 ] || printf '%s\n' "${failures[@]}"
if [ "$full" = 0 ]; then
    echo "${summaries[0]#dev: }"
else
    printf '%s\n' "${summaries[@]}"
fi
exit $failed
