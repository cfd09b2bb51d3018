# SPDX-License-Identifier: MIT
# The compiler, and the flags of our own targets. Nothing here leaks into a project that includes
# troika with add_subdirectory: global settings are made only at the top level.
include(${CMAKE_CURRENT_LIST_DIR}/supported_compiler.cmake)
if(troika_compiler_problem)
    message(FATAL_ERROR "${troika_compiler_problem}.")
endif()
list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR})

if(PROJECT_IS_TOP_LEVEL)
    if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
        set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
    endif()
    set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
    find_program(TROIKA_CCACHE ccache)
    if(TROIKA_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
        set(CMAKE_C_COMPILER_LAUNCHER ${TROIKA_CCACHE})
        set(CMAKE_CXX_COMPILER_LAUNCHER ${TROIKA_CCACHE})
    endif()
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
        string(REGEX MATCH "^[0-9]+" troika_clang_major ${CMAKE_CXX_COMPILER_VERSION})
        find_program(TROIKA_LLD NAMES ld.lld-${troika_clang_major} ld.lld)
        if(TROIKA_LLD)
            get_filename_component(troika_lld_name ${TROIKA_LLD} NAME)
            string(REPLACE "ld." "" troika_lld_name ${troika_lld_name})
            add_link_options(-fuse-ld=${troika_lld_name})
        endif()
    endif()
endif()

# Gives `target` the flags that all our code is compiled with.
function(troika_compile_options target)
    set(cxx $<COMPILE_LANGUAGE:CXX>)
    set(warnings -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
        -Wimplicit-fallthrough)
    target_compile_options(${target} PRIVATE
        "$<${cxx}:${warnings}>"
        "$<$<AND:${cxx},$<CXX_COMPILER_ID:Clang>>:-Wthread-safety;-Wdangling>"
        # g++ does not know the attributes that make clang report dangling coroutine parameters. It
        # warns of protected destructors of classes that have friends, and of parameters that are
        # named as a type.
        "$<$<AND:${cxx},$<CXX_COMPILER_ID:GNU>>:-Wno-shadow;-Wno-non-virtual-dtor>"
        "$<$<AND:${cxx},$<CXX_COMPILER_ID:GNU>>:-Wno-attributes;-foptimize-sibling-calls>"
        "$<$<AND:${cxx},$<BOOL:${TROIKA_WERROR}>>:-Werror>"
        -fno-omit-frame-pointer)
    # The sanitizers bring checks of their own, which these would hide.
    if(NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
        target_compile_options(${target} PRIVATE
            -fstack-protector-strong -fstack-clash-protection
            $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>)
        if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
            target_compile_options(${target} PRIVATE -fcf-protection)
        endif()
    endif()
    target_link_options(${target} PRIVATE -Wl,-z,relro,-z,now,--as-needed)
    set_target_properties(${target} PROPERTIES
        CXX_EXTENSIONS OFF
        CXX_VISIBILITY_PRESET hidden
        C_VISIBILITY_PRESET hidden
        VISIBILITY_INLINES_HIDDEN ON
        POSITION_INDEPENDENT_CODE ON)
endfunction()
