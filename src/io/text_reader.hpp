// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/io/errors.hpp>

#include "io/read_ahead.hpp"

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// Reading up to a delimiter, a line's end or the end, from whatever fills a read-ahead buffer.

namespace troika::io {

/// The part of a stream that stays put while the stream moves and tasks read: `co_await
/// core.fill(limit)` reads at least one byte into `core.ahead`, which has fewer than `limit`, and
/// gives 0 at the end.
template <class T>
concept reading_core = requires(T& core, std::size_t limit) {
    { core.ahead } -> std::same_as<read_ahead&>;
    core.fill(limit);
    { core.describe_read() } -> std::convertible_to<std::string>;
};

inline std::string take_text(read_ahead& ahead, std::size_t count) {
    std::string text(ahead.view().substr(0, count));
    ahead.consume(count);
    return text;
}

/// Returns: the number of bytes up to the end of `delimiter`; 0 when all ends before.
template <reading_core Core>
task<std::size_t> find_end(Core& core, std::string_view delimiter, std::size_t limit) {
    std::size_t searched = 0;
    for (;;) {
        const std::string_view ahead = core.ahead.view();
        const std::size_t at = ahead.find(delimiter, searched);
        const std::size_t end = at == ahead.npos ? ahead.size() : at + delimiter.size();
        if (end > limit || (at == ahead.npos && end == limit))
            throw limit_overrun(core.describe_read(), limit);
        if (at != ahead.npos) co_return end;
        if (ahead.size() >= delimiter.size()) searched = ahead.size() - delimiter.size() + 1;
        const std::size_t got = co_await core.fill(limit);
        if (got == 0) co_return got;
    }
}

/// Up to and including `delimiter`, which is not empty. Throws: incomplete_read when all ends
/// before; limit_overrun, and then nothing is consumed. Cancel: loses nothing.
template <reading_core Core>
task<std::string> read_until(Core& core, std::string_view delimiter, std::size_t limit) {
    const std::size_t end = co_await find_end(core, delimiter, limit);
    if (end == 0)
        throw incomplete_read(core.describe_read(), take_text(core.ahead, core.ahead.size()));
    co_return take_text(core.ahead, end);
}

/// A line without its end, LF or CRLF, which the last one may lack; nothing at the end.
/// Throws: limit_overrun. Cancel: loses nothing.
template <reading_core Core>
task<std::optional<std::string>> read_line(Core& core, std::size_t limit) {
    const std::size_t end = co_await find_end(core, "\n", limit);
    if (end == 0 && core.ahead.empty()) co_return std::nullopt;
    std::string line = take_text(core.ahead, end == 0 ? core.ahead.size() : end);
    if (line.ends_with('\n')) line.pop_back();
    if (end != 0 && line.ends_with('\r')) line.pop_back();
    co_return line;
}

/// All up to the end. Throws: limit_overrun for more than `size_max` bytes. Cancel: loses nothing.
template <reading_core Core>
task<std::string> read_all(Core& core, std::size_t size_max) {
    for (;;) {
        // One byte more than is allowed tells too much from just enough.
        const std::size_t got = co_await core.fill(size_max + 1);
        if (core.ahead.size() > size_max) throw limit_overrun(core.describe_read(), size_max);
        if (got == 0) co_return take_text(core.ahead, core.ahead.size());
    }
}

}  // namespace troika::io
