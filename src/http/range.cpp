// SPDX-License-Identifier: MIT
#include <troika/http/range.hpp>

#include "http/ascii.hpp"

#include <algorithm>
#include <limits>

namespace troika::http {

namespace {

// One member of the header's list; nothing where it is malformed.
struct range_spec {
    std::optional<std::uint64_t> first;   // nothing: the last `last` bytes
    std::optional<std::uint64_t> last;    // nothing: to the end
};

// A number too large for 64 bits is beyond every file, not malformed.
std::optional<std::uint64_t> parse_position(std::string_view text) {
    if (text.empty() || !digits.contains_all(text)) return std::nullopt;
    return parse_decimal(text).value_or(std::numeric_limits<std::uint64_t>::max());
}

std::optional<range_spec> parse_spec(std::string_view text) {
    const std::size_t dash = text.find('-');
    if (dash == text.npos) return std::nullopt;
    const std::string_view before = text.substr(0, dash);
    const std::string_view after = text.substr(dash + 1);
    const range_spec spec{parse_position(before), parse_position(after)};
    const bool malformed = (!before.empty() && !spec.first) || (!after.empty() && !spec.last) ||
                           (before.empty() && after.empty()) ||
                           (spec.first && spec.last && *spec.first > *spec.last);
    return malformed ? std::nullopt : std::optional(spec);
}

std::optional<byte_range> cut_to_size(const range_spec& spec, std::uint64_t size) {
    if (!spec.first) {
        const std::uint64_t suffix = std::min(*spec.last, size);
        if (suffix == 0) return std::nullopt;
        return byte_range{size - suffix, size - 1};
    }
    if (*spec.first >= size) return std::nullopt;
    return byte_range{*spec.first, std::min(spec.last.value_or(size - 1), size - 1)};
}

}  // namespace

range_request parse_range(std::string_view value, std::uint64_t size) {
    const std::size_t equals = value.find('=');
    if (equals == value.npos || !equals_ignoring_case(value.substr(0, equals), "bytes")) return {};
    range_request request{range_answer::parts, {}};
    std::size_t count = 0;
    std::uint64_t total = 0;
    bool any_suffix = false;
    for (std::string_view rest = value.substr(equals + 1); !rest.empty();) {
        const std::string_view member = take_list_member(rest);
        if (member.empty()) continue;   // RFC 9110, 5.6.1: empty members of lists are ignored
        const auto spec = parse_spec(member);
        if (!spec || ++count > ranges_max) return {};
        any_suffix |= !spec->first && *spec->last > 0;
        if (const auto range = cut_to_size(*spec, size)) {
            // No overflow: each is at most `size`, and the first that passes it ends the loop.
            if (range->size() > size - total) return {};
            total += range->size();
            request.ranges.push_back(*range);
        }
    }
    if (count == 0) return {};
    if (request.ranges.empty()) {
        // "The last bytes" of nothing are satisfiable, but no Content-Range can say so.
        if (size == 0 && any_suffix) return {};
        request.answer = range_answer::unsatisfiable;
    }
    return request;
}

std::string format_range(std::uint64_t first, std::optional<std::uint64_t> last) {
    std::string text = "bytes=" + std::to_string(first) + '-';
    if (last) text += std::to_string(*last);
    return text;
}

std::optional<content_range> parse_content_range(std::string_view value) {
    const std::size_t space = value.find(' ');
    if (space == value.npos || !equals_ignoring_case(value.substr(0, space), "bytes"))
        return std::nullopt;
    const std::string_view rest = trimmed(value.substr(space));
    const std::size_t slash = rest.find('/');
    if (slash == rest.npos) return std::nullopt;
    const std::string_view part = rest.substr(0, slash);
    const std::string_view whole = rest.substr(slash + 1);

    content_range found;
    if (whole != "*") {
        found.total = parse_decimal(whole);
        if (!found.total) return std::nullopt;
    }
    if (part == "*") return found.total ? std::optional(found) : std::nullopt;
    const std::size_t dash = part.find('-');
    if (dash == part.npos) return std::nullopt;
    const auto first = parse_decimal(part.substr(0, dash));
    const auto last = parse_decimal(part.substr(dash + 1));
    if (!first || !last || *first > *last) return std::nullopt;
    // All 2^64 bytes have a size that no 64 bits hold.
    if (*last == std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
    if (found.total && *last >= *found.total) return std::nullopt;
    found.range = byte_range{*first, *last};
    return found;
}

std::string format_content_range(byte_range range, std::uint64_t total) {
    return "bytes " + std::to_string(range.first) + '-' + std::to_string(range.last) + '/' +
           std::to_string(total);
}

std::string unsatisfied_content_range(std::uint64_t total) {
    return "bytes */" + std::to_string(total);
}

}  // namespace troika::http
