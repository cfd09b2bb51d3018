// SPDX-License-Identifier: MIT
#include "os/error.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>

namespace troika::os {

namespace {

std::string_view advice_for(int error) noexcept {
    switch (error) {
        case EMFILE: return "raise the limit on open files: ulimit -n";
        case ENFILE: return "the system is out of open files: see fs.file-max";
        case ENOSPC: return "free some space, or choose another place";
        case EDQUOT: return "the disk quota is used up";
        case EADDRINUSE: return "choose another port, or stop the program that listens there";
        case EADDRNOTAVAIL: return "this machine has no such address, or no port is left";
        default: return {};
    }
}

}  // namespace

std::string error_name(int error) {
    // strerrorname_np has no buffer that another thread could overwrite, unlike strerror.
    const char* name = ::strerrorname_np(error);
    return name ? name : std::to_string(error);
}

std::string error_text(int error) {
    const char* text = ::strerrordesc_np(error);
    std::string answer = text ? text : "unknown error " + std::to_string(error);
    if (const std::string_view advice = advice_for(error); !advice.empty())
        answer.append(" (").append(advice).append(")");
    return answer;
}

void throw_error(int error, std::string_view operation, std::string_view subject) {
    std::string what(operation);
    if (!subject.empty()) what.append(" ").append(subject);
    if (const std::string_view advice = advice_for(error); !advice.empty())
        what.append(" (").append(advice).append(")");
    throw std::system_error(error, std::generic_category(), what);
}

void throw_errno(std::string_view operation, std::string_view subject) {
    throw_error(errno, operation, subject);
}

}  // namespace troika::os
