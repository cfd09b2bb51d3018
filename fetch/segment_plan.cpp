// SPDX-License-Identifier: MIT
#include "fetch/segment_plan.hpp"

#include <troika/base/check.hpp>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>

namespace troika::fetch {
namespace {

using range_map = std::map<std::uint64_t, std::uint64_t>;

// Adds a range that overlaps none; what it touches becomes one with it.
void add(range_map& ranges, file_range added) {
    if (added.empty()) return;
    auto after = ranges.upper_bound(added.begin);
    if (after != ranges.end() && after->first == added.end) {
        added.end = after->second;
        after = ranges.erase(after);
    }
    if (after != ranges.begin()) {
        const auto before = std::prev(after);
        if (before->second == added.begin) {
            before->second = added.end;
            return;
        }
    }
    ranges.emplace_hint(after, added.begin, added.end);
}

// The parts of `hole` that `count` workers can begin with, as equal as whole bytes are.
void divide(file_range hole, std::uint64_t count, range_map& into) {
    const std::uint64_t share = hole.size() / count, longer = hole.size() % count;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t end = hole.begin + share + (i < longer ? 1 : 0);
        into.emplace(hole.begin, end);   // not add(): they touch, and stay apart
        hole.begin = end;
    }
}

}  // namespace

segment_plan::segment_plan(std::uint64_t size, std::uint32_t connections, std::uint64_t min_split,
                           std::span<const file_range> written)
    : size_(size), min_split_(min_split) {
    check(connections >= 1 && connections <= connections_max, "1 to 256 connections for a file");
    check(min_split > 0, "parts of a file have at least one byte");
    std::uint64_t end = 0;
    for (const file_range& range : written) {
        check(range.begin >= end && range.begin < range.end && range.end <= size,
              "what is written is sorted and inside the file");
        end = range.end;
        add(written_, range);
        written_bytes_ += range.size();
    }
    const std::uint64_t missing = size - written_bytes_;
    for (const file_range& hole : holes()) {
        // Each hole gets its part of the workers, rounded; the first next() calls level it out.
        const auto fair = static_cast<std::uint64_t>(
            static_cast<double>(hole.size()) / static_cast<double>(missing) * connections + 0.5);
        const std::uint64_t most = std::max<std::uint64_t>(hole.size() / min_split, 1);
        divide(hole, std::clamp<std::uint64_t>(fair, 1, std::min<std::uint64_t>(most, connections)),
               free_);
    }
}

segment_plan::segment segment_plan::start(file_range rest) {
    auto unused = std::ranges::find(parts_, false, &part::active);
    if (unused == parts_.end()) unused = parts_.insert(unused, part());
    *unused = {rest, true};
    ++active_;
    return static_cast<segment>(unused - parts_.begin());
}

std::optional<segment_plan::segment> segment_plan::next() {
    if (!free_.empty()) {
        const auto first = free_.extract(free_.begin());
        return start({first.key(), first.mapped()});
    }
    const auto remaining = [](const part& each) { return each.active ? each.rest.size() : 0; };
    const auto largest = std::ranges::max_element(parts_, {}, remaining);
    if (largest == parts_.end()) return std::nullopt;
    const std::uint64_t half = remaining(*largest) / 2;
    if (half < min_split_) return std::nullopt;
    const std::uint64_t end = largest->rest.end;
    largest->rest.end -= half;
    return start({end - half, end});
}

file_range segment_plan::rest(segment of) const {
    check(of < parts_.size() && parts_[of].active, "a segment is used after its end");
    return parts_[of].rest;
}

std::uint64_t segment_plan::advance(segment of, std::uint64_t bytes) {
    check(of < parts_.size() && parts_[of].active, "a segment is used after its end");
    file_range& rest = parts_[of].rest;
    bytes = std::min(bytes, rest.size());
    add(written_, {rest.begin, rest.begin + bytes});
    rest.begin += bytes;
    written_bytes_ += bytes;
    return bytes;
}

void segment_plan::end(segment of) {
    check(of < parts_.size() && parts_[of].active, "a segment is used after its end");
    parts_[of].active = false;
    --active_;
    add(free_, parts_[of].rest);
}

std::uint64_t segment_plan::prefix() const noexcept {
    return !written_.empty() && written_.begin()->first == 0 ? written_.begin()->second : 0;
}

std::vector<file_range> segment_plan::written() const {
    std::vector<file_range> ranges;
    ranges.reserve(written_.size());
    for (const auto& [begin, end] : written_) ranges.push_back({begin, end});
    return ranges;
}

std::vector<file_range> segment_plan::holes() const {
    std::vector<file_range> ranges;
    std::uint64_t at = 0;
    for (const auto& [begin, end] : written_) {
        if (begin > at) ranges.push_back({at, begin});
        at = end;
    }
    if (at < size_) ranges.push_back({at, size_});
    return ranges;
}

std::string serialize_ranges(std::span<const file_range> ranges, std::size_t count_max) {
    std::vector<file_range> kept(ranges.begin(), ranges.end());
    if (kept.size() > count_max) {
        const auto last = kept.begin() + static_cast<std::ptrdiff_t>(count_max);
        std::ranges::nth_element(kept, last, std::ranges::greater(), &file_range::size);
        kept.erase(last, kept.end());
        std::ranges::sort(kept, {}, &file_range::begin);
    }
    std::string text;
    for (const file_range& range : kept) {
        if (!text.empty()) text += ',';
        text += std::to_string(range.begin) + '-' + std::to_string(range.end - 1);
    }
    return text;
}

std::expected<std::vector<file_range>, std::string> parse_ranges(std::string_view text,
                                                                 std::uint64_t size) {
    const auto take_number = [&text](std::uint64_t& number) {
        const char* const begin = text.data();
        const auto [stop, error] = std::from_chars(begin, begin + text.size(), number);
        const auto length = static_cast<std::size_t>(stop - begin);
        if (error != std::errc() || (*begin == '0' && length > 1)) return false;
        text.remove_prefix(length);
        return true;
    };
    std::vector<file_range> ranges;
    while (!text.empty()) {
        if (ranges.size() == file_ranges_max)
            return std::unexpected("more than " + std::to_string(file_ranges_max) + " ranges");
        if (!ranges.empty()) {
            if (!text.starts_with(',')) return std::unexpected("no comma between two ranges");
            text.remove_prefix(1);
        }
        std::uint64_t first = 0, last = 0;
        if (!take_number(first)) return std::unexpected("a range does not begin with a number");
        if (!text.starts_with('-')) return std::unexpected("no dash in a range");
        text.remove_prefix(1);
        if (!take_number(last)) return std::unexpected("a range does not end with a number");
        if (first > last) return std::unexpected("a range ends before it begins");
        if (last >= size) return std::unexpected("a range lies beyond the end of the file");
        if (!ranges.empty() && first <= ranges.back().end)
            return std::unexpected("ranges overlap, touch, or are not sorted");
        ranges.push_back({first, last + 1});
    }
    return ranges;
}

}  // namespace troika::fetch
