// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/outcome.hpp>
#include <troika/core/promise_base.hpp>
#include <troika/core/suspension.hpp>
#include <troika/loop/poller.hpp>

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <system_error>

namespace troika::http {

class exchange_core;

/// What the waits of an exchange have in common. They are awaiters: what takes several receives is
/// repeated without resuming the task.
class exchange_operation : public suspension, public io_operation {
public:
    template <std::derived_from<troika::impl::promise_base> P>
    void await_suspend(std::coroutine_handle<P> frame) noexcept {
        start(frame.promise().node(), frame);
    }
    /// `recv 10.0.0.1:443`.
    [[nodiscard]] std::string label() const override;

protected:
    explicit exchange_operation(exchange_core& core) noexcept;
    exchange_operation(exchange_operation&& other) noexcept;
    ~exchange_operation() = default;

    /// Takes a step with what was received before. Returns: whether that is enough. Throws: as
    /// reads.
    virtual bool advance() = 0;
    /// Where the next receive goes.
    [[nodiscard]] virtual std::span<std::byte> room() = 0;
    /// `count` bytes came there. Returns: as advance().
    virtual bool received(std::size_t count) = 0;

    /// For await_ready(): whether there is nothing to wait for, be it for an error.
    [[nodiscard]] bool ready_at_once() noexcept;
    void throw_if_failed() const {
        if (error_) [[unlikely]]
            std::rethrow_exception(error_);
    }
    [[nodiscard]] const std::exception_ptr& error() const noexcept { return error_; }

    exchange_core* core_;

private:
    void start(task_node& node, std::coroutine_handle<> frame) noexcept;
    abort_answer abort() noexcept override;
    void complete(std::int32_t result) noexcept override;
    void go_on();
    void give_up() noexcept;
    bool take(std::int32_t result);
    [[noreturn]] void throw_failure(std::error_code code);

    std::exception_ptr error_;
    bool abort_asked_ = false;
};

/// What exchange::read_chunk() gives.
class [[nodiscard("a read does nothing until it is awaited")]] read_chunk_operation final
    : public exchange_operation {
public:
    explicit read_chunk_operation(exchange_core & core) noexcept : exchange_operation(core) {}
    read_chunk_operation(read_chunk_operation &&) noexcept = default;
    [[nodiscard]] bool await_ready() noexcept { return ready_at_once(); }
    std::span<const std::byte> await_resume() const {
        throw_if_failed();
        return chunk_;
    }
    result<std::span<const std::byte>> await_resume_result() const noexcept {
        if (error()) return std::unexpected(error());
        return chunk_;
    }

private:
    bool advance() override;
    std::span<std::byte> room() override;
    bool received(std::size_t count) override;
    std::span<const std::byte> chunk_;
};

/// What exchange::read_some() gives.
class [[nodiscard("a read does nothing until it is awaited")]] read_body_operation final
    : public exchange_operation {
public:
    read_body_operation(exchange_core & core, std::span<std::byte> into) noexcept;
    read_body_operation(read_body_operation && other) noexcept
        : exchange_operation(std::move(other)), into_(other.into_) {}
    [[nodiscard]] bool await_ready() noexcept;
    std::size_t await_resume() const {
        throw_if_failed();
        return count_;
    }
    result<std::size_t> await_resume_result() const noexcept {
        if (error()) return std::unexpected(error());
        return count_;
    }

private:
    bool advance() override;
    std::span<std::byte> room() override;
    bool received(std::size_t count) override;
    std::span<std::byte> into_;
    std::size_t count_ = 0;
    bool direct_ = false;
};

}  // namespace troika::http
