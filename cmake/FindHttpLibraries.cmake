# SPDX-License-Identifier: MIT
# The libraries under the component http: the codings of bodies (zlib, brotli, zstd) and the list of
# public suffixes (libpsl). Gives the target HttpLibraries::HttpLibraries. This file is installed as
# well: the component is a static library, so its users link them too.
include(FindPackageHandleStandardArgs)

# One "header library Debian-package" each.
set(HttpLibraries_wanted
    "zlib.h z zlib1g-dev"
    "brotli/decode.h brotlidec libbrotli-dev"
    "zstd.h zstd libzstd-dev"
    "libpsl.h psl libpsl-dev")
set(HttpLibraries_variables "")
set(HttpLibraries_includes "")
set(HttpLibraries_files "")
set(HttpLibraries_missing "")
foreach(wanted IN LISTS HttpLibraries_wanted)
    string(REPLACE " " ";" wanted "${wanted}")
    list(GET wanted 0 header)
    list(GET wanted 1 library)
    list(GET wanted 2 package)
    find_path(HttpLibraries_${library}_INCLUDE_DIR ${header})
    find_library(HttpLibraries_${library}_LIBRARY ${library})
    mark_as_advanced(HttpLibraries_${library}_INCLUDE_DIR HttpLibraries_${library}_LIBRARY)
    list(APPEND HttpLibraries_variables
        HttpLibraries_${library}_LIBRARY HttpLibraries_${library}_INCLUDE_DIR)
    list(APPEND HttpLibraries_includes ${HttpLibraries_${library}_INCLUDE_DIR})
    list(APPEND HttpLibraries_files ${HttpLibraries_${library}_LIBRARY})
    if(NOT HttpLibraries_${library}_INCLUDE_DIR OR NOT HttpLibraries_${library}_LIBRARY)
        list(APPEND HttpLibraries_missing ${package})
    endif()
endforeach()
list(REMOVE_DUPLICATES HttpLibraries_includes)
list(JOIN HttpLibraries_missing " " HttpLibraries_missing)
find_package_handle_standard_args(HttpLibraries
    REQUIRED_VARS ${HttpLibraries_variables}
    REASON_FAILURE_MESSAGE "Debian: apt-get install ${HttpLibraries_missing}")

if(HttpLibraries_FOUND AND NOT TARGET HttpLibraries::HttpLibraries)
    add_library(HttpLibraries::HttpLibraries INTERFACE IMPORTED)
    set_target_properties(HttpLibraries::HttpLibraries PROPERTIES
        INTERFACE_INCLUDE_DIRECTORIES "${HttpLibraries_includes}"
        INTERFACE_LINK_LIBRARIES "${HttpLibraries_files}")
endif()
