// SPDX-License-Identifier: MIT
#include <troika/subprocess/errors.hpp>

namespace troika::subprocess {

namespace {

// The last lines, without characters that a terminal would obey.
std::string tail_of(std::string_view text) {
    while (text.ends_with('\n')) text.remove_suffix(1);
    std::size_t begin = text.size();
    for (std::size_t lines = 0; begin > 0; --begin) {
        if (text.size() - begin == subprocess_error::bytes_max) break;
        if (text[begin - 1] == '\n' && ++lines == subprocess_error::lines_max) break;
    }
    // Not within a character of several bytes.
    while (begin < text.size() && (static_cast<unsigned char>(text[begin]) & 0xc0) == 0x80) ++begin;
    std::string tail(text.substr(begin));
    for (char& c : tail) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f) c = '?';
    }
    return tail;
}

std::string message_of(std::string_view command, exit_status status, std::string_view error) {
    std::string message = std::string(command) + ": " + to_string(status);
    if (const std::string tail = tail_of(error); !tail.empty()) message += "\n" + tail;
    return message;
}

}  // namespace

subprocess_error::subprocess_error(std::string_view command, exit_status status,
                                   std::string_view error)
    : std::runtime_error(message_of(command, status, error)), status_(status) {}

output_overrun::output_overrun(std::string_view stream, std::size_t limit)
    : std::runtime_error(std::string(stream) + " has more than " + std::to_string(limit) +
                         " bytes (raise output_max, send it to a stdio::file(), or start() the "
                         "program and read a pipe)"),
      limit_(limit) {}

}  // namespace troika::subprocess
