// SPDX-License-Identifier: MIT
#include <troika/base/check.hpp>

#include <cstdio>
#include <cstdlib>

namespace troika {

void fail_check(std::string_view message, std::source_location where) noexcept {
    std::fprintf(stderr, "troika: check failed: %.*s\n  in %s\n  at %s:%u\n",
                 static_cast<int>(message.size()), message.data(), where.function_name(),
                 where.file_name(), static_cast<unsigned>(where.line()));
    std::fflush(stderr);
    std::abort();
}

}  // namespace troika
