// SPDX-License-Identifier: MIT
#include <troika/http/response.hpp>

#include <troika/http/client_error.hpp>
#include <troika/http/status.hpp>

#include <string_view>

namespace troika::http {

void response::raise_for_status() const {
    if (status() < status::bad_request) return;
    const std::string_view words = reason().empty() ? reason_phrase(status()) : reason();
    std::string what = url_.without_credentials().text() + ": " + std::to_string(status());
    if (!words.empty()) what.append(" ").append(words);
    throw status_error(status(), what);
}

}  // namespace troika::http
