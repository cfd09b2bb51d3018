// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace troika {

// The files of src/inspect/page, made part of the library by cmake/embed_text.cmake, and the
// SHA-256 in base64 of those that a browser is told to trust.
extern const std::string_view page_html;
extern const std::string_view page_style;
extern const std::string_view page_style_sha256;
extern const std::string_view page_script;
extern const std::string_view page_script_sha256;

}  // namespace troika
