// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/future_core.hpp>

#include <atomic>
#include <cstdint>
#include <exception>

namespace troika {

class wire_reader;

namespace impl {

class remote_call;

/// Who has calls made in other processes, as far as a call needs to know.
class call_engine {
public:
    call_engine(const call_engine&) = delete;
    call_engine& operator=(const call_engine&) = delete;

    /// Withdraws a call that has not begun, asks one that has to stop.
    /// Returns: whether it never will begin. Thread: any.
    [[nodiscard]] virtual bool cancel(remote_call& call) noexcept = 0;
    /// Takes results on this thread, until `call` is done or that is another thread's affair.
    virtual void help(remote_call& call, const future_core& core) noexcept = 0;

protected:
    call_engine() noexcept = default;
    ~call_engine() = default;

    /// `call` is this engine's until it is let go.
    void keep(remote_call& call) noexcept;
    /// Whoever asks something of `call` from now on hears that it is done.
    static void let_go(remote_call& call) noexcept;
    /// Ends `call` with the result, or the error, that `from` has.
    static void end_with(remote_call& call, wire_reader& from, bool is_error) noexcept;
    /// The exception that `from` has, or why that cannot be read.
    static std::exception_ptr error_in(wire_reader& from) noexcept;
    /// Waits until nobody is in cancel() or help(). Requires: that all calls were let go.
    void wait_until_unused() const noexcept;

private:
    friend class remote_call;

    std::atomic<std::uint32_t> uses_{0};
};

}  // namespace impl

}  // namespace troika
