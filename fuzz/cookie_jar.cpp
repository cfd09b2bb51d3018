// SPDX-License-Identifier: MIT
// A jar that takes any Set-Cookie headers, and any file, stays within its limits, sends nothing
// that breaks a header, and reads what it wrote.
#include <troika/base/check.hpp>
#include <troika/http/cookie_jar.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace troika::http;
using troika::check;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace std::chrono;
    constexpr sys_seconds now = sys_days{2026y / November / 21};
    const std::array places = {url::parse("http://example.org/a/b"),
                               url::parse("https://www.example.org/"),
                               url::parse("http://10.0.0.1/"), url::parse("http://[::1]/a")};
    const std::string_view text(reinterpret_cast<const char*>(data), size);

    // Line by line; the first byte of each chooses who sets it.
    cookie_jar set;
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.empty()) continue;
        const std::size_t place = static_cast<unsigned char>(line[0]) % places.size();
        (void)set.set_from(places[place], line.substr(1), now);
    }
    cookie_jar loaded;
    (void)loaded.load(text, now);

    for (cookie_jar* jar : {&set, &loaded}) {
        check(jar->size() <= cookie_jar::cookies_max, "a jar has a limit");
        const std::string file = jar->save(now);
        cookie_jar again;
        check(again.load(file, now).skipped == 0, "a jar reads what it wrote");
        check(again.save(now) == file, "a jar keeps what it reads");
        for (const url& place : places) {
            const std::string header = jar->header_for(place, now);
            check(header.size() <= cookie_jar::header_bytes_max, "a header has a limit");
            check(std::ranges::none_of(header,
                                       [](char c) {
                                           return static_cast<unsigned char>(c) < 0x20 ||
                                                  c == 0x7f;
                                       }),
                  "a header has no control characters");
            check(again.header_for(place, now) == header, "a loaded jar sends the same");
        }
    }
    return 0;
}
