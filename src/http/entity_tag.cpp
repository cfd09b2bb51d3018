// SPDX-License-Identifier: MIT
#include <troika/http/entity_tag.hpp>

#include <troika/http/date.hpp>

#include "http/ascii.hpp"

#include <algorithm>
#include <utility>

namespace troika::http {

namespace {

bool is_tag_character(char c) {   // RFC 9110: etagc
    return c == '!' || (static_cast<unsigned char>(c) >= 0x23 && c != 0x7f);
}

// Takes a tag off the front of `rest`.
std::optional<entity_tag> take_tag(std::string_view& rest) {
    entity_tag tag;
    if (rest.starts_with("W/")) {
        tag.weak = true;
        rest.remove_prefix(2);
    }
    if (!rest.starts_with('"')) return std::nullopt;
    const std::size_t end = rest.find('"', 1);
    if (end == rest.npos) return std::nullopt;
    tag.opaque = rest.substr(1, end - 1);
    if (!std::ranges::all_of(tag.opaque, is_tag_character)) return std::nullopt;
    rest.remove_prefix(end + 1);
    return tag;
}

}  // namespace

std::string entity_tag::to_string() const { return (weak ? "W/\"" : "\"") + opaque + '"'; }

bool same_bytes(const entity_tag& a, const entity_tag& b) noexcept {
    return !a.weak && !b.weak && a.opaque == b.opaque;
}

bool same_meaning(const entity_tag& a, const entity_tag& b) noexcept {
    return a.opaque == b.opaque;
}

std::optional<entity_tag> parse_entity_tag(std::string_view value) {
    std::string_view rest = trimmed(value);
    auto tag = take_tag(rest);
    return rest.empty() ? std::move(tag) : std::nullopt;
}

std::optional<entity_tag_list> parse_entity_tag_list(std::string_view value) {
    entity_tag_list list;
    std::string_view rest = trimmed(value);
    if (rest == "*") {
        list.any = true;
        return list;
    }
    // A comma may stand inside a tag, so the list is not split at its commas.
    while (!rest.empty()) {
        if (rest.front() == ',') {
            rest = trimmed(rest.substr(1));
            continue;
        }
        auto tag = take_tag(rest);
        if (!tag || list.tags.size() == entity_tags_max) return std::nullopt;
        list.tags.push_back(std::move(*tag));
        rest = trimmed(rest);
        if (!rest.empty() && rest.front() != ',') return std::nullopt;
    }
    return list.tags.empty() ? std::nullopt : std::optional(std::move(list));
}

bool if_match_passes(std::string_view value, const validators& current, bool exists) {
    const auto list = parse_entity_tag_list(value);
    if (!list || !exists) return false;
    if (list->any) return true;
    return current.tag && std::ranges::any_of(list->tags, [&](const entity_tag& each) {
               return same_bytes(each, *current.tag);
           });
}

bool if_none_match_passes(std::string_view value, const validators& current, bool exists) {
    const auto list = parse_entity_tag_list(value);
    if (!list || !exists) return true;
    if (list->any) return false;
    return !current.tag || std::ranges::none_of(list->tags, [&](const entity_tag& each) {
               return same_meaning(each, *current.tag);
           });
}

bool if_range_passes(std::string_view value, const validators& current,
                     std::chrono::sys_seconds now) {
    if (const auto tag = parse_entity_tag(value))
        return current.tag && same_bytes(*tag, *current.tag);
    const auto date = parse_date(trimmed(value), now);
    return date && current.last_modified == date;
}

}  // namespace troika::http
