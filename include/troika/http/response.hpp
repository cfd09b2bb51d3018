// SPDX-License-Identifier: MIT
#pragma once

#include <troika/http/message_head.hpp>
#include <troika/http/url.hpp>

#include <string>
#include <utility>

namespace troika::http {

/// A server's whole answer, body included.
class response {
public:
    response(http::url from, response_head head, std::string body)
        : url_(std::move(from)), head_(std::move(head)), body_(std::move(body)) {}

    [[nodiscard]] int status() const noexcept { return head_.status; }
    /// Returns: what the server calls the status, such as "Not Found"; may be empty.
    [[nodiscard]] const std::string& reason() const noexcept { return head_.reason; }
    [[nodiscard]] const http::headers& headers() const noexcept { return head_.fields; }
    [[nodiscard]] const response_head& head() const noexcept { return head_; }
    /// Where the answer came from: after redirects not what was asked for.
    [[nodiscard]] const http::url& url() const noexcept { return url_; }

    [[nodiscard]] const std::string& body() const& noexcept { return body_; }
    [[nodiscard]] std::string body() && noexcept { return std::move(body_); }

    /// Returns: whether the status is from 200 to 299.
    [[nodiscard]] bool ok() const noexcept { return status() >= 200 && status() < 300; }
    /// Throws: status_error "http://host/name: 404 Not Found" for a status of 400 and more.
    void raise_for_status() const;

private:
    http::url url_;
    response_head head_;
    std::string body_;
};

}  // namespace troika::http
