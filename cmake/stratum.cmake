# SPDX-License-Identifier: MIT
# Strata and components.
#
# A stratum is a folder: src/<name>/*.cpp, public headers in include/troika/<name>/. It becomes the
# internal static library troika_stratum_<name>, which the unit tests of that stratum link, and
# nothing above it: a call upwards does not link. A component is what users see: one library made of
# the objects of its strata.

# troika_stratum(name [COMPONENT c] [DEPENDS strata...] [SOURCES files...] [INCLUDES folders...]
#                [LIBRARIES targets...])
# A folder that has no source yet is an interface library, so that headers may come first.
function(troika_stratum name)
    cmake_parse_arguments(arg "" "COMPONENT" "DEPENDS;SOURCES;INCLUDES;LIBRARIES" ${ARGN})
    if(NOT arg_COMPONENT)
        set(arg_COMPONENT core)
    endif()
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
    list(APPEND sources ${arg_SOURCES})
    set(target troika_stratum_${name})
    list(TRANSFORM arg_DEPENDS PREPEND troika_stratum_ OUTPUT_VARIABLE below)
    if(sources)
        add_library(${target} STATIC EXCLUDE_FROM_ALL ${sources})
        troika_compile_options(${target})
        target_include_directories(${target} PRIVATE ${arg_INCLUDES})
        set_target_properties(${target} PROPERTIES
            ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/strata)
        set(scope PUBLIC)
    else()
        add_library(${target} INTERFACE)
        set(scope INTERFACE)
    endif()
    target_compile_features(${target} ${scope} cxx_std_23)
    # src/ is for private headers: other strata and tests of this repository see them, users do not.
    target_include_directories(${target} ${scope}
        ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(${target} ${scope} ${below} Threads::Threads ${arg_LIBRARIES})
    set_property(GLOBAL APPEND PROPERTY troika_strata_${arg_COMPONENT} ${name})
endfunction()

# troika_component(name [SEPARATE] DESCRIPTION text [REQUIRES components...] [LIBRARIES targets...]
#                  [PACKAGES cmake-packages...] [PKGCONFIG packages...])
# Makes troika::<name> of the strata declared for it so far. LIBRARIES are linked and not seen by
# users; PACKAGES and PKGCONFIG say where CMake and pkg-config find them. A SEPARATE one is no part
# of troika::troika.
function(troika_component name)
    cmake_parse_arguments(arg "SEPARATE" "DESCRIPTION"
        "REQUIRES;LIBRARIES;PACKAGES;PKGCONFIG" ${ARGN})
    get_property(strata GLOBAL PROPERTY troika_strata_${name})
    set(target troika_${name})
    set(objects "")
    set(headers "")
    foreach(stratum IN LISTS strata)
        get_target_property(type troika_stratum_${stratum} TYPE)
        if(type STREQUAL "STATIC_LIBRARY")
            list(APPEND objects $<TARGET_OBJECTS:troika_stratum_${stratum}>)
        endif()
        file(GLOB found CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/troika/${stratum}/*.hpp)
        list(APPEND headers ${found})
    endforeach()
    add_library(${target} STATIC ${objects})
    add_library(troika::${name} ALIAS ${target})
    target_sources(${target} PUBLIC FILE_SET HEADERS
        BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${headers})
    troika_interface(${target} PUBLIC)
    list(TRANSFORM arg_REQUIRES PREPEND troika_ OUTPUT_VARIABLE below)
    target_link_libraries(${target} PUBLIC ${below} PRIVATE ${arg_LIBRARIES})
    troika_compile_options(${target})
    troika_describe_component(${name} REQUIRES ${arg_REQUIRES} PACKAGES ${arg_PACKAGES}
        PKGCONFIG ${arg_PKGCONFIG} DESCRIPTION "${arg_DESCRIPTION}")
    if(NOT arg_SEPARATE)
        set_property(GLOBAL APPEND PROPERTY troika_umbrella_components ${name})
    endif()
endfunction()

# troika_describe_component(name DESCRIPTION text [REQUIRES components...]
#                           [PACKAGES cmake-packages...] [PKGCONFIG packages...])
# Makes the target troika_<name> a component that is installed.
function(troika_describe_component name)
    cmake_parse_arguments(arg "" "DESCRIPTION" "REQUIRES;PACKAGES;PKGCONFIG" ${ARGN})
    set_target_properties(troika_${name} PROPERTIES
        LINKER_LANGUAGE CXX
        OUTPUT_NAME troika-${name}
        EXPORT_NAME ${name}
        VERIFY_INTERFACE_HEADER_SETS ON
        TROIKA_DESCRIPTION "${arg_DESCRIPTION}"
        TROIKA_REQUIRES "${arg_REQUIRES}"
        TROIKA_PACKAGES "${arg_PACKAGES}"
        TROIKA_PKGCONFIG "${arg_PKGCONFIG}")
    set_property(GLOBAL APPEND PROPERTY troika_components ${name})
endfunction()

# What a user's compiler has to be told.
function(troika_interface target scope)
    target_compile_features(${target} ${scope} cxx_std_23)
    # g++ makes symmetric transfer a tail call only with this flag; without it, long chains of
    # awaits overflow the stack in debug builds.
    target_compile_options(${target} INTERFACE
        $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-foptimize-sibling-calls>)
endfunction()

# troika::troika: the components of <troika/troika.hpp>, and that header.
function(troika_umbrella)
    get_property(components GLOBAL PROPERTY troika_umbrella_components)
    add_library(troika_all INTERFACE)
    add_library(troika::troika ALIAS troika_all)
    list(TRANSFORM components PREPEND troika_ OUTPUT_VARIABLE below)
    target_link_libraries(troika_all INTERFACE ${below})
    file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/troika/*.hpp)
    target_sources(troika_all INTERFACE FILE_SET HEADERS
        BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${headers})
    set_target_properties(troika_all PROPERTIES
        EXPORT_NAME troika VERIFY_INTERFACE_HEADER_SETS ON)
endfunction()
