# SPDX-License-Identifier: MIT
# Text files as constants of a C++ source.
#
# include(): gives troika_embed_text(output FROM folder TEXTS name=file[,file...]...), which makes
# the source ${output} when a file changes; it defines `std::string_view page_<name>`, the files one
# after the other, and `page_<name>_sha256`, in base64, as a Content-Security-Policy wants it.
#
# cmake -DOUTPUT=file -DFROM=folder "-DTEXTS=name=file,file|name=..." -P embed_text.cmake: does it.

# The 64 hexadecimal digits `hex` in base64.
function(troika_hex_to_base64 hex result)
    set(letters "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    set(text "")
    foreach(place RANGE 0 60 3)   # three digits are twelve bits, two letters
        string(SUBSTRING ${hex} ${place} 3 digits)
        foreach(shift 6 0)
            math(EXPR value "(0x${digits} >> ${shift}) & 63")
            string(SUBSTRING ${letters} ${value} 1 letter)
            string(APPEND text ${letter})
        endforeach()
    endforeach()
    string(SUBSTRING ${hex} 63 1 digit)   # the last four bits
    math(EXPR value "0x${digit} << 2")
    string(SUBSTRING ${letters} ${value} 1 letter)
    set(${result} "${text}${letter}=" PARENT_SCOPE)
endfunction()

# As characters one by one: compilers limit how long a string literal may be.
function(troika_characters hex result)
    string(REGEX REPLACE "(................................)" "\\1\n" lines "${hex}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," characters "${lines}")
    set(${result} "${characters}" PARENT_SCOPE)
endfunction()

if(NOT CMAKE_SCRIPT_MODE_FILE)
    set(troika_embed_script ${CMAKE_CURRENT_LIST_FILE})

    function(troika_embed_text output)
        cmake_parse_arguments(arg "" "FROM" "TEXTS" ${ARGN})
        string(REPLACE ";" "|" texts "${arg_TEXTS}")
        string(REGEX REPLACE "[a-z_]+=" "" files "${arg_TEXTS}")
        string(REPLACE "," ";" files "${files}")
        list(TRANSFORM files PREPEND ${arg_FROM}/)
        add_custom_command(OUTPUT ${output}
            COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DFROM=${arg_FROM} "-DTEXTS=${texts}"
                -P ${troika_embed_script}
            DEPENDS ${files} ${troika_embed_script} VERBATIM
            COMMENT "Embedding text files")
    endfunction()
    return()
endif()

set(source "// SPDX-License-Identifier: MIT\n// Made by cmake/embed_text.cmake.\n")
string(APPEND source "#include \"inspect/page_files.hpp\"\n\nnamespace troika {\n\n")
string(REPLACE "|" ";" TEXTS "${TEXTS}")
foreach(text IN LISTS TEXTS)
    string(REGEX MATCH "^([a-z_]+)=(.*)$" matched "${text}")
    set(name ${CMAKE_MATCH_1})
    string(REPLACE "," ";" files "${CMAKE_MATCH_2}")
    set(whole "${OUTPUT}.${name}")   # hashed as it is written
    file(WRITE "${whole}" "")
    set(hex "")
    foreach(file IN LISTS files)
        set(file "${FROM}/${file}")
        file(READ "${file}" piece HEX)
        string(APPEND hex ${piece})
        file(READ "${file}" piece)
        file(APPEND "${whole}" "${piece}")
    endforeach()
    file(SHA256 "${whole}" hash)
    file(SIZE "${whole}" size)
    string(LENGTH "${hex}" digits)
    math(EXPR written "${digits} / 2")
    if(NOT size EQUAL written)   # CMake took a byte for something else
        message(FATAL_ERROR "${files}: only text can be embedded, without NUL")
    endif()
    file(REMOVE "${whole}")
    troika_hex_to_base64(${hash} base64)
    troika_characters("${hex}" characters)
    string(APPEND source "static constexpr char ${name}_bytes[] = {\n${characters}};\n"
        "extern const std::string_view page_${name}, page_${name}_sha256;\n"
        "const std::string_view page_${name}(${name}_bytes, sizeof(${name}_bytes));\n"
        "const std::string_view page_${name}_sha256(\"${base64}\");\n\n")
endforeach()
string(APPEND source "}  // namespace troika\n")
file(WRITE "${OUTPUT}" "${source}")
