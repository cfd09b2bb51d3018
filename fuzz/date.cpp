// SPDX-License-Identifier: MIT
// Dates, times to wait and lists of tags: the small headers.
#include <troika/base/check.hpp>
#include <troika/http/date.hpp>
#include <troika/http/entity_tag.hpp>
#include <troika/http/retry_after.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace troika::http;
using troika::check;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace std::chrono;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    constexpr sys_seconds now = sys_days{2026y / November / 21};
    // A leap second at the very end is the one date that is read and cannot be written.
    const auto date = parse_date(text, now);
    if (date && *date < sys_days{10000y / January / 1})
        check(parse_date(format_date(*date), now) == date, "a date is read as it is written");
    if (const auto wait = parse_retry_after(text, now))
        check(*wait >= 0s && *wait <= retry_after_max, "a wait has a limit");
    if (const auto tag = parse_entity_tag(text))
        check(parse_entity_tag(tag->to_string()) == tag, "a tag is read as it is written");
    if (const auto list = parse_entity_tag_list(text))
        check(list->tags.size() <= entity_tags_max, "a list of tags is limited");
    return 0;
}
