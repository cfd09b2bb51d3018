// SPDX-License-Identifier: MIT
#include <troika/core/consumer.hpp>

#include <string>

namespace troika::impl {

void consumer_promise_base::step_with(std::coroutine_handle<> body, std::exception_ptr error) {
    if (phase_ != phase::standing) {
        phase_ = phase::ended;
        std::rethrow_exception(std::move(error));
    }
    injected_ = std::move(error);
    step(body);
}

void consumer_promise_base::end() {
    phase_ = phase::ended;
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void consumer_promise_base::close(std::coroutine_handle<> body) {
    try {
        step_with(body, std::make_exception_ptr(generator_exit{}));
    } catch (const generator_exit&) {
        return;   // how a body that was closed ends
    }
    if (phase_ != phase::ended)
        throw std::logic_error("a consumer went on to yield when it was closed; its body must "
                               "let generator_exit pass, or return");
}

void consumer_promise_base::throw_ended(const char* operation) {
    throw stop_iteration(std::string(operation) +
                         ": the consumer has ended and has no answer; ended() tells whether it "
                         "has, result() what it returned");
}

void consumer_promise_base::throw_begun() {
    throw std::logic_error("start() of a consumer that has begun; send() it the next value");
}

void consumer_promise_base::throw_running(const char* operation) {
    throw std::logic_error(std::string(operation) + " of a consumer from within its own body");
}

}  // namespace troika::impl
