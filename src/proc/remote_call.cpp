// SPDX-License-Identifier: MIT
#include <troika/proc/remote_call.hpp>

#include <troika/proc/call_engine.hpp>
#include <troika/proc/exception_codec.hpp>

#include <exception>
#include <thread>

namespace troika::impl {

/// Keeps the engine of a call there, if the call is not done.
class remote_call::engine_use {
public:
    explicit engine_use(remote_call& of) noexcept {
        const spin_guard here(&of.use_lock_);
        engine_ = of.engine_;
        if (engine_ != nullptr) engine_->uses_.fetch_add(1, std::memory_order_relaxed);
    }
    engine_use(const engine_use&) = delete;
    engine_use& operator=(const engine_use&) = delete;
    ~engine_use() {
        // Release: pairs with wait_until_unused(), after which the engine goes.
        if (engine_ != nullptr) engine_->uses_.fetch_sub(1, std::memory_order_release);
    }
    [[nodiscard]] call_engine* engine() const noexcept { return engine_; }

private:
    call_engine* engine_;
};

bool remote_call::cancel() noexcept {
    const engine_use use(*this);
    return use.engine() != nullptr && use.engine()->cancel(*this);
}

void remote_call::help(const future_core& core) noexcept {
    const engine_use use(*this);
    if (use.engine() != nullptr) use.engine()->help(*this, core);
}

void call_engine::keep(remote_call& call) noexcept { call.engine_ = this; }

void call_engine::let_go(remote_call& call) noexcept {
    const spin_guard here(&call.use_lock_);
    call.engine_ = nullptr;
}

void call_engine::end_with(remote_call& call, wire_reader& from, bool is_error) noexcept {
    if (is_error)
        call.fail(error_in(from));
    else
        call.accept(from);
}

std::exception_ptr call_engine::error_in(wire_reader& from) noexcept {
    try {
        return read_exception(from);
    } catch (...) {
        return std::current_exception();
    }
}

void call_engine::wait_until_unused() const noexcept {
    while (uses_.load(std::memory_order_acquire) != 0) std::this_thread::yield();
}

}  // namespace troika::impl
