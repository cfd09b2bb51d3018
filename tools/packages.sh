# SPDX-License-Identifier: MIT
# Sourced by run.sh and test.sh: installs the Debian packages of packages.txt that are missing.
# shellcheck shell=bash

# packages_of GROUP...: the names in these groups of packages.txt.
packages_of() {
    local group line wanted=0
    while read -r line; do
        line=${line%%#*}
        line=${line//[[:space:]]/}
        case $line in
            '') ;;
            \[*\])
                wanted=0
                for group in "$@"; do
                    [ "$line" = "[$group]" ] && wanted=1
                done
                ;;
            *) [ "$wanted" = 1 ] && printf '%s\n' "$line" ;;
        esac
    done <"$root/packages.txt"
    return 0
}

# missing_of NAME...: those that are not installed.
missing_of() {
    local name
    for name in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] ||
            printf '%s\n' "$name"
    done
}

# install_packages NAME...: quiet unless it fails. A service that comes with a package is neither
# started now nor at the next boot: this machine is somebody's.
install_packages() {
    local as_root=() log guard=/usr/sbin/policy-rc.d guarded=0 nginx_is_new=0 status=0
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    as_root+=(env DEBIAN_FRONTEND=noninteractive)
    log=$(mktemp)
    if [[ " $* " == *" nginx-light "* ]]; then
        dpkg-query -W nginx >/dev/null 2>&1 || nginx_is_new=1
        if [ ! -e "$guard" ]; then
            printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$guard" >/dev/null
            "${as_root[@]}" chmod 755 "$guard"
            guarded=1
        fi
    fi
    # Nothing of the machine is taken away: packages that conflict are an error that says so.
    # A foreign repository that does not answer must not stop us: what counts is the installation.
    "${as_root[@]}" apt-get -q -o Acquire::Retries=3 update >"$log" 2>&1 || true
    "${as_root[@]}" apt-get -q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 \
        install --no-install-recommends --no-remove "$@" >>"$log" 2>&1 || status=$?
    [ "$guarded" = 1 ] && "${as_root[@]}" rm -f "$guard"
    if [ "$nginx_is_new" = 1 ] && command -v systemctl >/dev/null 2>&1; then
        "${as_root[@]}" systemctl disable nginx >>"$log" 2>&1 || true
    fi
    [ "$status" = 0 ] || cat "$log" >&2
    rm -f "$log"
    return "$status"
}

# Whether this is root, or sudo makes it so without a password, or can ask somebody for one.
can_be_root() {
    [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null || { [ -t 0 ] && command -v sudo >/dev/null; }
}

# need_packages GROUP...: makes sure that all of these groups are installed, or says what to do.
need_packages() {
    local names missing
    mapfile -t names < <(packages_of "$@")
    if ! command -v dpkg-query >/dev/null 2>&1; then
        echo "troika: this is not a Debian system, so nothing is installed for you." >&2
        echo "troika: going on; if the build fails, install the equivalents of: ${names[*]}" >&2
        return 0
    fi
    mapfile -t missing < <(missing_of "${names[@]}")
    [ ${#missing[@]} = 0 ] && return 0
    if ! can_be_root; then
        echo "troika: these packages are missing, and installing them needs root:" >&2
        echo "    apt-get install --no-install-recommends ${missing[*]}" >&2
        return 1
    fi
    echo "troika: installing ${missing[*]}" >&2
    if ! install_packages "${missing[@]}"; then
        echo "troika: the installation failed (see above). By hand, as root:" >&2
        echo "    apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
        return 1
    fi
}
