# SPDX-License-Identifier: MIT
# Which compilers are right about coroutines; docs/decisions/compiler-and-linker.md says why.
# Used by the build of troika and, installed, by find_package(troika).
set(troika_compiler_problem "")
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
    set(troika_compiler_problem
        "clang ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines; troika needs clang 19 or "
        "later "
        "(Debian: apt-get install clang-19 lld-19; then -DCMAKE_CXX_COMPILER=clang++-19)")
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
    set(troika_compiler_problem
        "g++ ${CMAKE_CXX_COMPILER_VERSION} lacks <expected>; troika needs g++ 12 or later, "
        "better clang 19")
endif()
string(JOIN "" troika_compiler_problem ${troika_compiler_problem})
