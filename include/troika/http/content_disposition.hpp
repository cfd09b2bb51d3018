// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troika::http {

/// What a server says about how to keep a body: `attachment; filename="report.pdf"`.
struct content_disposition {
    std::string type;                      // lower case
    std::optional<std::string> filename;   // UTF-8 where the server named a charset, else as sent

    [[nodiscard]] bool is_attachment() const noexcept { return type == "attachment"; }
};

/// Returns: what a Content-Disposition header says; nothing where it has no type.
///
/// `filename*` (with UTF-8 or ISO-8859-1) goes before `filename`; where a parameter comes twice,
/// the first counts; a parameter that cannot be read ends the list. The name is raw: it may hold
/// slashes, control characters and anything else that a hostile server likes. Whoever makes a file
/// of it makes it safe first.
/// Source: RFC 6266, RFC 8187; unquoted names with spaces as browsers take them.
[[nodiscard]] std::optional<content_disposition> parse_content_disposition(std::string_view value);

}  // namespace troika::http
