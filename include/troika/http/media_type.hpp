// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace troika::http {

/// Returns: the media type that the extension of a file name suggests, with `charset=utf-8` for
/// text; `application/octet-stream` for extensions that are not known, and for names without one.
[[nodiscard]] std::string_view media_type_of(std::string_view file_name) noexcept;

}  // namespace troika::http
