// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>
#include <troika/proc/wire_codec.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace troika {

/// How a pipe is made.
struct pipe_options {
    /// Bytes of a message, at most, in both directions.
    std::uint64_t message_max = std::uint64_t{1} << 30;
};

/// The other end of a pipe is closed, or its process has ended, and there is nothing more.
class pipe_closed : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

namespace impl {

class pipe_state;

/// An end of a pipe that does not know the type of its messages.
class pipe_core {
public:
    static std::pair<pipe_core, pipe_core> make(const pipe_options& options);

    pipe_core(pipe_core&&) noexcept = default;
    pipe_core& operator=(pipe_core&&) noexcept = default;
    ~pipe_core() = default;

    void send(const wire_writer& message) const;
    /// Calls `read` with the next message. Returns: false at the end.
    bool receive(void (*read)(wire_reader& from, void* into), void* into) const;
    [[nodiscard]] bool wait_for(duration timeout) const;
    void close() noexcept { state_.reset(); }
    [[nodiscard]] bool is_open() const noexcept;
    [[noreturn]] static void throw_closed();

    void write(wire_writer& to) const;
    static pipe_core read(wire_reader& from);

private:
    explicit pipe_core(std::shared_ptr<pipe_state> state) noexcept;
    [[nodiscard]] pipe_state& state() const;

    std::shared_ptr<pipe_state> state_;
};

}  // namespace impl

/// One of the two ends of a pipe(): sends messages to the other one, and receives those of it.
///
/// Messages are what troika/proc/wire_codec.hpp says, shared arrays and ends of pipes among them.
/// They arrive whole and in order. Bounded: who sends faster than the other receives waits.
/// An end can be moved to another process, as an argument or in a message; then it is here no more.
/// In a call of a process_pool it is there until the call ends, at the latest.
/// Thread: any; one sends and one receives at a time, others wait. Waiting blocks the thread, so
/// not that of an event loop: `co_await to_thread([&] { return end.receive(); })`.
template <class T>
class pipe_end {
public:
    using value_type = T;

    pipe_end(pipe_end&&) noexcept = default;
    pipe_end& operator=(pipe_end&&) noexcept = default;
    /// As close().
    ~pipe_end() = default;

    /// Sends a copy of `message`; returns once the system has it, which may be before it is
    /// received.
    /// Throws: pipe_closed when nobody will receive it; wire_error when it is larger than
    /// message_max; std::logic_error for an end that is closed or was given away.
    void send(const T& message) {
        wire_writer writer;
        writer.write(message);
        core_.send(writer);
    }
    /// What cannot be copied is moved: ends of pipes in it are here no more.
    void send(T&& message)
        requires(!std::copy_constructible<T>)
    {
        const T moved(std::move(message));
        send(moved);
    }

    /// Waits for a message.
    /// Throws: pipe_closed at the end; wire_error when the other process ended in the middle of a
    /// message, or sent what makes no sense: then the pipe is closed.
    [[nodiscard]] T receive() {
        if (std::optional<T> message = next()) return std::move(*message);
        impl::pipe_core::throw_closed();
    }
    /// The same for a loop: `while (auto message = end.next())`. Returns: nothing at the end.
    [[nodiscard]] std::optional<T> next() {
        std::optional<T> message;
        core_.receive(
            [](wire_reader& from, void* into) {
                static_cast<std::optional<T>*>(into)->emplace(from.read<T>());
            },
            &message);
        return message;
    }
    /// Waits until a message begins to arrive, or the end, but no longer than `timeout`.
    /// Returns: whether there is one of the two. Python's poll().
    [[nodiscard]] bool wait_for(duration timeout) const {
        return core_.wait_for(timeout);
    }

    /// The other end receives what was sent, and then the end.
    void close() noexcept { core_.close(); }
    /// Whether it is neither closed nor given away.
    [[nodiscard]] bool is_open() const noexcept { return core_.is_open(); }

private:
    friend struct crossing<pipe_end>;
    template <class U>
    friend std::pair<pipe_end<U>, pipe_end<U>> pipe(const pipe_options& options);

    explicit pipe_end(impl::pipe_core&& core) noexcept : core_(std::move(core)) {}

    impl::pipe_core core_;
};

/// Makes a pipe between two threads or processes: `auto [left, right] = troika::pipe<message>();`,
/// and one of the ends goes to another process: `process::start<&worker>(std::move(right))`.
/// Throws: std::system_error. Python's multiprocessing.Pipe.
template <class T>
[[nodiscard]] std::pair<pipe_end<T>, pipe_end<T>> pipe(const pipe_options& options = {}) {
    auto [left, right] = impl::pipe_core::make(options);
    return {pipe_end<T>(std::move(left)), pipe_end<T>(std::move(right))};
}

template <class T>
struct crossing<pipe_end<T>> {
    static void write(wire_writer& to, const pipe_end<T>& from) { from.core_.write(to); }
    static pipe_end<T> read(wire_reader& from) {
        return pipe_end<T>(impl::pipe_core::read(from));
    }
};

}  // namespace troika
