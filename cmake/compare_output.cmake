# SPDX-License-Identifier: MIT
# cmake -Dcommand=program;argument... -Dexpected=file -P compare_output.cmake
execute_process(COMMAND ${command} OUTPUT_VARIABLE output RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "It ended with ${result}, having printed:\n${output}")
endif()
file(READ ${expected} wanted)
if(NOT output STREQUAL wanted)
    message(FATAL_ERROR "It printed:\n${output}\nbut ${expected} says:\n${wanted}")
endif()
