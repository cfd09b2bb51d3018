# SPDX-License-Identifier: MIT
# Sourced by run.sh and test.sh: configures and builds a preset.
# shellcheck shell=bash

# configure PRESET [ARGUMENT...]: only when it has to be done; build/PRESET.
configure() {
    local preset=$1 folder=$root/build/$1 fresh=()
    shift
    if [ -f "$folder/CMakeCache.txt" ]; then
        # A tree that was moved or copied has a cache full of the old place.
        grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$folder/CMakeCache.txt" || fresh=(--fresh)
    fi
    if [ -f "$folder/build.ninja" ] && [ ${#fresh[@]} = 0 ] && [ $# = 0 ] &&
        [ "$folder/build.ninja" -nt "$root/CMakePresets.json" ]; then
        return 0
    fi
    (cd "$root" && cmake --preset "$preset" "${fresh[@]}" "$@")
}

# build PRESET [TARGET...]
build() {
    local preset=$1
    shift
    cmake --build "$root/build/$preset" ${1:+--target} "$@"
}
