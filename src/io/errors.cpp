// SPDX-License-Identifier: MIT
#include <troika/io/errors.hpp>

#include <utility>

namespace troika {

incomplete_read::incomplete_read(const std::string& subject, std::string partial)
    : std::runtime_error(subject + ": the peer finished sending too early, after " +
                         std::to_string(partial.size()) + " bytes of what was expected"),
      partial_(std::move(partial)) {}

limit_overrun::limit_overrun(const std::string& subject, std::size_t limit)
    : std::runtime_error(subject + ": no end was found within " + std::to_string(limit) +
                         " bytes (raise the limit, or refuse the peer)"),
      limit_(limit) {}

}  // namespace troika
