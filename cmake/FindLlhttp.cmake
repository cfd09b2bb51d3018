# SPDX-License-Identifier: MIT
# The HTTP/1 parser llhttp as C sources. Debian ships them in the package node-llhttp.
# Gives Llhttp_SOURCES and Llhttp_INCLUDE_DIR.
find_path(Llhttp_SOURCE_DIR llhttp.c PATHS /usr/share/llhttp PATH_SUFFIXES llhttp src)
find_path(Llhttp_INCLUDE_DIR llhttp.h
    PATHS /usr/share/include/llhttp PATH_SUFFIXES llhttp include/llhttp)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Llhttp
    REQUIRED_VARS Llhttp_SOURCE_DIR Llhttp_INCLUDE_DIR
    REASON_FAILURE_MESSAGE "Debian: apt-get install node-llhttp (or -DTROIKA_BUILD_HTTP=OFF)")
set(Llhttp_SOURCES ${Llhttp_SOURCE_DIR}/api.c ${Llhttp_SOURCE_DIR}/http.c
    ${Llhttp_SOURCE_DIR}/llhttp.c)
mark_as_advanced(Llhttp_SOURCE_DIR Llhttp_INCLUDE_DIR)
