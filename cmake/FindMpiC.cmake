# SPDX-License-Identifier: MIT
# An MPI library for C, as Open MPI: gives the target MPI::MPI_C. CMake's own module asks the C
# compiler, so the language has to be there. This file is installed as well: the component is a
# static library, so its users link MPI too.
include(FindPackageHandleStandardArgs)
if(NOT CMAKE_C_COMPILER_LOADED)
    enable_language(C)
endif()
find_package(MPI QUIET COMPONENTS C)
find_package_handle_standard_args(MpiC REQUIRED_VARS MPI_C_FOUND
    REASON_FAILURE_MESSAGE "install the Debian packages libopenmpi-dev and openmpi-bin")
