// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

// Results in `os`: a function that returns int gives a descriptor, a count or 0, and -errno on
// failure, so that it can be used from noexcept code. The functions here make exceptions of them.

namespace troika::os {

/// What errno value `error` means, in the C locale, with advice where users can do something.
std::string error_text(int error);

/// "EAGAIN" and so on; the number for a value without a name.
std::string error_name(int error);

/// Throws: std::system_error "operation subject[ (advice)]: text", generic category.
[[noreturn]] void throw_error(int error, std::string_view operation, std::string_view subject = {});

/// The same with the thread's errno.
[[noreturn]] void throw_errno(std::string_view operation, std::string_view subject = {});

/// Returns: `result`, when it is not negative. Throws: as throw_error(-result, ...).
inline int or_throw(int result, std::string_view operation, std::string_view subject = {}) {
    if (result < 0) [[unlikely]]
        throw_error(-result, operation, subject);
    return result;
}

}  // namespace troika::os
