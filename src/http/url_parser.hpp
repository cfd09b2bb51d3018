// SPDX-License-Identifier: MIT
#pragma once

#include <troika/http/url.hpp>

#include "http/uri_syntax.hpp"

#include <string>
#include <string_view>

namespace troika::http {

/// Turns texts into URLs: checks components, finds their places, encodes what lenient mode lets in.
class url_parser {
public:
    explicit url_parser(std::string_view text, url_mode mode);

    /// Returns: the URL. Throws: url_error; also where the text is a relative reference.
    [[nodiscard]] url parse();

    /// Returns: the checked text of a URL or relative reference, encoded as the mode asks.
    /// Throws: url_error.
    [[nodiscard]] std::string check_reference();

private:
    struct authority_parts {
        std::string_view userinfo;
        bool has_userinfo = false;
        std::string_view host;   // with its brackets
        std::string_view port;
    };

    void check_size(std::size_t size) const;
    void check_controls() const;
    void check_scheme() const;
    [[nodiscard]] authority_parts check_authority() const;
    void check_host(std::string_view host, bool is_http) const;
    [[nodiscard]] std::string checked(std::string_view part, const byte_set& allowed,
                                      std::string_view name) const;
    void check_part(std::string_view part, const byte_set& allowed, std::string_view name) const;
    [[noreturn]] void fail(std::string_view at, std::string_view problem) const;

    std::string_view whole_;   // as the caller wrote it: positions count from its beginning
    std::string_view text_;    // without the blanks around it, in lenient mode
    url_mode mode_;
    uri_parts parts_;
};

}  // namespace troika::http
