// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/net/address.hpp>
#include <troika/net/transfer.hpp>
#include <troika/net/transport.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace troika {
class event_loop;
}

namespace troika::net {

/// What a stream keeps to itself; private.
struct stream_core_delete {
    void operator()(stream_core* core) const noexcept;
};

/// A connection that carries bytes both ways: TCP, a Unix socket, or anything that is a transport.
///
/// Reading ahead is bounded and happens only where a delimiter is searched; large reads go straight
/// into the caller's memory, and a write ends when the transport has taken everything, so a peer
/// that does not read holds the writer back. One task may read while another writes; two readers,
/// or two writers, at the same time are a bug. Movable, also while tasks read or write. Lifetime:
/// buffers and views that are passed to a call, until its await ends. Thread: its loop's.
class stream {
public:
    /// Bytes that are read ahead at most, unless a read_until() asks for more.
    static constexpr std::size_t read_ahead_max = 64 * 1024;

    /// Over `carrier`, in the loop of the task that runs.
    explicit stream(std::unique_ptr<transport> carrier);
    stream(event_loop& loop, std::unique_ptr<transport> carrier);
    stream(stream&&) noexcept = default;
    stream& operator=(stream&&) noexcept = default;
    /// Closes. Requires: no task reads or writes.
    ~stream() = default;

    /// Reads at least one byte, at most `into.size()`, which is not 0.
    ///
    /// Returns: how many; 0 means that the peer has finished sending.
    /// Throws: std::system_error. Cancel: loses nothing.
    read_some_operation read_some(std::span<std::byte> into) noexcept {
        return {core(), into};
    }

    /// Fills `into`.
    ///
    /// Throws: incomplete_read with what there was, when the peer finishes earlier;
    /// std::system_error.
    /// Cancel: loses nothing, what came stays in the stream.
    read_exactly_operation read_exactly(std::span<std::byte> into) noexcept {
        return {core(), into};
    }

    /// Reads up to and including `delimiter`, which is not empty.
    ///
    /// Throws: incomplete_read with what there was, when the peer finishes earlier; limit_overrun
    /// when the delimiter does not end within `limit` bytes, and then nothing is consumed;
    /// std::system_error. Cancel: loses nothing.
    task<std::string> read_until(std::string_view delimiter, std::size_t limit = read_ahead_max);

    /// Reads a line, and drops its end, LF or CRLF.
    ///
    /// Returns: nothing when the peer has finished; its last line needs no end.
    /// Throws: limit_overrun, as read_until(); std::system_error. Cancel: loses nothing.
    task<std::optional<std::string>> read_line(std::size_t limit = read_ahead_max);

    /// Reads until the peer finishes.
    ///
    /// Throws: limit_overrun when that would be more than `size_max` bytes; std::system_error.
    /// Cancel: loses nothing.
    task<std::string> read_all(std::size_t size_max);

    /// Writes all of `from`.
    ///
    /// Throws: std::system_error. Cancel: an unknown part has been sent: there is nothing sensible
    /// left to be written.
    write_operation write_all(std::span<const std::byte> from) noexcept { return {core(), from}; }
    write_operation write_all(std::string_view from) noexcept {
        return {core(), {reinterpret_cast<const std::byte*>(from.data()), from.size()}};
    }

    // For parsers, which look at bytes where they are and consume what they understood:

    /// What was read ahead. Lifetime: until the next read.
    [[nodiscard]] std::string_view buffered() const noexcept;
    /// Drops the first `count` bytes of buffered(). Requires: there are so many.
    void consume(std::size_t count) noexcept;
    /// Reads at least one byte more into buffered().
    ///
    /// Returns: how many; 0 means that the peer has finished sending.
    /// Throws: limit_overrun when buffered() has `size_max` bytes already; std::system_error.
    /// Cancel: loses nothing.
    fill_operation fill(std::size_t size_max = read_ahead_max) noexcept {
        return {core(), size_max};
    }
    /// Gives the memory of an empty read-ahead buffer back, for connections that will idle.
    void release_buffer() noexcept;

    /// Waits until a read would not wait: bytes, the end, or an error are there. Cancel: at once.
    readable_operation wait_readable() noexcept { return readable_operation(core()); }

    /// Says that nothing more will be written; the peer reads the end after all that was.
    /// Throws: std::system_error. Cancel: it is not known whether the peer will read the end.
    close_write_operation close_write() noexcept { return close_write_operation(core()); }

    /// Closes; again, it does nothing. Reads in flight end as if the peer had finished, writes
    /// fail.
    void close() noexcept;
    [[nodiscard]] bool is_open() const noexcept;

    [[nodiscard]] address local_address() const;
    [[nodiscard]] address remote_address() const;

    /// What carries it. Requires: not closed.
    [[nodiscard]] transport& carrier() noexcept;
    [[nodiscard]] const transport& carrier() const noexcept;
    /// Gives away what carries it, for a layer between: the stream is closed then.
    /// Requires: not closed; no task reads or writes; what was read ahead is taken first.
    [[nodiscard]] std::unique_ptr<transport> release_carrier() noexcept;

private:
    [[nodiscard]] stream_core& core() const noexcept;

    std::unique_ptr<stream_core, stream_core_delete> core_;
};

}  // namespace troika::net
