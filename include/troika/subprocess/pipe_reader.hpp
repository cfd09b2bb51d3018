// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/io/operation.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace troika::subprocess {

class pipe_core;

/// What a pipe keeps to itself; private.
struct pipe_core_delete {
    void operator()(pipe_core* core) const noexcept;
};
using pipe_core_owner = std::unique_ptr<pipe_core, pipe_core_delete>;

/// What pipe_reader::read_some() gives: an awaiter.
class [[nodiscard("a read does nothing until it is awaited")]] pipe_read_operation final
    : public io::operation {
public:
    pipe_read_operation(pipe_core & core, std::span<std::byte> into) noexcept;
    pipe_read_operation(pipe_read_operation &&) noexcept = default;
    [[nodiscard]] bool await_ready() noexcept;
    std::size_t await_resume() const;
    [[nodiscard]] std::string label() const override;

private:
    pipe_core* core_;
    std::span<std::byte> into_;
    std::size_t count_ = 0;   // from what was read ahead
};

/// What a child writes: our end of its standard output or standard error.
///
/// Reads as net::stream does. The end comes when the child, and whoever has inherited the pipe from
/// it, have closed it: that may be later than the child's own end. One task reads at a time.
/// Movable, also while a task reads. Lifetime: within that of its loop; buffers, until the await
/// ends. Thread: a task's, of any loop or pool.
class pipe_reader {
public:
    /// Bytes that are read ahead at most, unless a read_until() asks for more.
    static constexpr std::size_t read_ahead_max = 64 * 1024;

    explicit pipe_reader(pipe_core_owner core) noexcept;
    pipe_reader(pipe_reader&&) noexcept = default;
    pipe_reader& operator=(pipe_reader&&) noexcept = default;
    /// Closes. Requires: no task reads.
    ~pipe_reader() = default;

    /// Reads at least one byte, at most `into.size()`, which is not 0.
    ///
    /// Returns: how many; 0 at the end. Throws: std::system_error. Cancel: loses nothing.
    pipe_read_operation read_some(std::span<std::byte> into) noexcept { return {core(), into}; }

    /// Reads up to and including `delimiter`, which is not empty.
    ///
    /// Throws: incomplete_read with what there was, when the end comes earlier; limit_overrun when
    /// the delimiter does not end within `limit` bytes, and then nothing is consumed;
    /// std::system_error. Cancel: loses nothing.
    task<std::string> read_until(std::string_view delimiter, std::size_t limit = read_ahead_max);

    /// Reads a line, and drops its end, LF or CRLF.
    ///
    /// Returns: nothing at the end; the last line needs no end of its own.
    /// Throws: limit_overrun, as read_until(); std::system_error. Cancel: loses nothing.
    task<std::optional<std::string>> read_line(std::size_t limit = read_ahead_max);

    /// Reads to the end.
    ///
    /// Throws: limit_overrun when that would be more than `size_max` bytes; std::system_error.
    /// Cancel: loses nothing.
    task<std::string> read_all(std::size_t size_max);

    /// Closes; again, it does nothing. A child that goes on writing is ended by SIGPIPE, or told
    /// that the pipe is broken. Requires: no task reads.
    void close() noexcept;
    [[nodiscard]] bool is_open() const noexcept;

private:
    [[nodiscard]] pipe_core& core() const noexcept;

    pipe_core_owner core_;
};

}  // namespace troika::subprocess
