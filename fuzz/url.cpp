// SPDX-License-Identifier: MIT
// A URL that parses is written, normalized and resolved without surprises.
#include <troika/base/check.hpp>
#include <troika/http/error.hpp>
#include <troika/http/url.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

using troika::check;
using troika::http::url;
using troika::http::url_error;
using troika::http::url_mode;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (url_mode mode : {url_mode::strict, url_mode::lenient}) {
        try {
            const url parsed = url::parse(text, mode);
            check(mode == url_mode::lenient || parsed.text() == text,
                  "strict parsing keeps the text");
            check(url::parse(parsed.text()) == parsed, "what lenient mode made is strictly a URL");
            const url normal = parsed.normalized();
            check(normal.normalized() == normal, "normalizing twice changes nothing");
            check(!parsed.is_http() || normal.origin() == parsed.origin(),
                  "normalizing keeps the origin");
            check(!parsed.without_credentials().userinfo(), "credentials are gone");
            check(parsed.target().starts_with('/'), "a target begins with a slash");
        } catch (const url_error& error) {
            check(error.position() <= size || size > url::bytes_max, "errors lie within the text");
        }
        try {
            const url base = url::parse("http://user@host:81/a/b;p?q#f");
            const url target = base.resolve(text, mode);
            check(target.path().find("/../") == std::string_view::npos,
                  "dot segments are resolved");
        } catch (const url_error&) {
        }
    }
    return 0;
}
