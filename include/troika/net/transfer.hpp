// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/outcome.hpp>
#include <troika/core/promise_base.hpp>
#include <troika/core/suspension.hpp>
#include <troika/io/detour.hpp>
#include <troika/loop/poller.hpp>

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace troika::net {

class stream_core;

/// What all reads and writes of a stream have in common. They are awaiters: they live in the frame
/// of the coroutine that awaits, and what takes several steps is repeated without resuming the
/// task.
class transfer : public suspension, public io_operation {
public:
    template <std::derived_from<troika::impl::promise_base> P>
    void await_suspend(std::coroutine_handle<P> frame) noexcept {
        start(frame.promise().node(), frame);
    }
    /// `recv 10.0.0.1:443`.
    [[nodiscard]] std::string label() const override;

protected:
    transfer(stream_core& core, io_op op) noexcept;
    transfer(transfer&& other) noexcept;
    ~transfer() = default;

    void start(task_node& node, std::coroutine_handle<> frame) noexcept;
    /// Hands the rest, or as much as goes at once, to the transport.
    void submit(void* buffer, std::size_t size) noexcept;
    /// More is to be done: goes on, unless the wait was aborted.
    void go_on(void* buffer, std::size_t size) noexcept;
    void finish(std::int32_t result) noexcept;
    /// Ends before it began, with `result`.
    void end_at_once(std::int32_t result) noexcept { result_ = result; }

    /// Whether there is nothing to try, because the stream was closed; await_resume() will say so.
    bool refused() noexcept;
    [[nodiscard]] bool failed() const noexcept { return result_ < 0; }
    void throw_if_failed() const {
        if (failed()) [[unlikely]]
            throw_failure();
    }
    [[noreturn]] void throw_failure() const;
    [[nodiscard]] std::exception_ptr failure() const;

    stream_core* core_;

private:
    virtual void begin() noexcept = 0;
    abort_answer abort() noexcept override;
    void start_here(task_node& node, std::coroutine_handle<> frame) noexcept;

    io::detour detour_;
    std::int32_t result_ = 0;
    bool abort_asked_ = false;
};

/// What stream::read_some() gives.
class [[nodiscard("a read does nothing until it is awaited")]] read_some_operation final
    : public transfer {
public:
    read_some_operation(stream_core& core, std::span<std::byte> into) noexcept;
    read_some_operation(read_some_operation&&) noexcept = default;
    bool await_ready() noexcept;
    std::size_t await_resume() const {
        throw_if_failed();
        return count_;
    }
    result<std::size_t> await_resume_result() const noexcept;

private:
    void begin() noexcept override;
    void complete(std::int32_t result) noexcept override;
    std::span<std::byte> into_;
    std::size_t count_ = 0;
};

/// What stream::read_exactly() gives.
class [[nodiscard("a read does nothing until it is awaited")]] read_exactly_operation final
    : public transfer {
public:
    read_exactly_operation(stream_core& core, std::span<std::byte> into) noexcept;
    read_exactly_operation(read_exactly_operation&&) noexcept = default;
    bool await_ready();
    void await_resume();

private:
    void begin() noexcept override;
    void complete(std::int32_t result) noexcept override;
    [[nodiscard]] bool through_buffer() const noexcept;
    std::span<std::byte> into_;
    std::size_t count_ = 0;
    bool ended_ = false;
};

/// What stream::fill() gives.
class [[nodiscard("a read does nothing until it is awaited")]] fill_operation final
    : public transfer {
public:
    fill_operation(stream_core& core, std::size_t size_max) noexcept;
    fill_operation(fill_operation&&) noexcept = default;
    bool await_ready();
    std::size_t await_resume() const {
        throw_if_failed();
        return count_;
    }
    result<std::size_t> await_resume_result() const noexcept;

private:
    void begin() noexcept override;
    void complete(std::int32_t result) noexcept override;
    std::size_t size_max_;
    std::size_t count_ = 0;
};

/// What stream::wait_readable() gives.
class [[nodiscard("a wait does nothing until it is awaited")]] readable_operation final
    : public transfer {
public:
    explicit readable_operation(stream_core& core) noexcept;
    readable_operation(readable_operation&&) noexcept = default;
    bool await_ready() noexcept;
    void await_resume() const { throw_if_failed(); }
    result<void> await_resume_result() const noexcept;

private:
    void begin() noexcept override;
    void complete(std::int32_t result) noexcept override;
};

/// What stream::write_all() gives.
class [[nodiscard("a write does nothing until it is awaited")]] write_operation final
    : public transfer {
public:
    write_operation(stream_core& core, std::span<const std::byte> from) noexcept;
    write_operation(write_operation&&) noexcept = default;
    bool await_ready() noexcept;
    void await_resume() const { throw_if_failed(); }
    result<void> await_resume_result() const noexcept;

private:
    void begin() noexcept override;
    void complete(std::int32_t result) noexcept override;
    std::span<const std::byte> from_;
};

/// What stream::close_write() gives.
class [[nodiscard("an end is not said until it is awaited")]] close_write_operation final
    : public transfer {
public:
    explicit close_write_operation(stream_core& core) noexcept;
    close_write_operation(close_write_operation&&) noexcept = default;
    bool await_ready() noexcept;
    void await_resume() const { throw_if_failed(); }
    result<void> await_resume_result() const noexcept;

private:
    void begin() noexcept override;
    void complete(std::int32_t result) noexcept override;
};

}  // namespace troika::net
