// SPDX-License-Identifier: MIT
#include <troika/signals/signals.hpp>

#include <troika/base/check.hpp>
#include <troika/core/errors.hpp>
#include <troika/core/task_owner.hpp>

#include "os/error.hpp"
#include "signals/signal_source.hpp"

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <utility>

namespace troika {

namespace {

os::signal_set checked(const signal_list& which) {
    os::signal_set set;
    for (const int number : which.numbers) {
        if (number == 0) continue;
        if (number < 1 || number > 64 || number == SIGKILL || number == SIGSTOP ||
            number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL)
            throw std::invalid_argument("signal " + std::to_string(number) +
                                        " cannot be waited for: choose others");
        set.add(number);
    }
    if (set.empty()) throw std::invalid_argument("signals() needs at least one signal");
    return set;
}

}  // namespace

void impl::signal_source_delete::operator()(signal_source* source) const noexcept { delete source; }

signals::signals(const signal_list& which)
    : source_(new impl::signal_source(event_loop::current(), checked(which))) {}

signal_operation::signal_operation(impl::signal_source_owner& source, bool last) noexcept
    : io_operation({}), source_(&source), last_(last) {}

signal_operation::signal_operation(signal_operation&& other) noexcept
    : suspension(std::move(other)), io_operation(other.request), source_(other.source_),
      last_(other.last_) {}

void signal_operation::start(task_node& node, std::coroutine_handle<> frame) noexcept {
    check(*source_ != nullptr, "signals that were moved away are awaited");
    event_loop& loop = (*source_)->loop();
    check(&node.home() == &loop, "signals of one event loop are awaited by a task of another");
    request.op = io_op::wait_readable;
    request.descriptor = (*source_)->descriptor();
    park(node, frame);
    loop.door().submit(*this);
}

void signal_operation::complete(std::int32_t result) noexcept {
    if (result >= 0) {
        result = os::read_signal(request.descriptor);
        // Somebody else who waits for it was faster.
        if (result == -EAGAIN && !abort_asked_) return (*source_)->loop().door().submit(*this);
        if (result == -EAGAIN) result = -ECANCELED;
    }
    result_ = result;
    wake();
}

abort_answer signal_operation::abort() noexcept {
    abort_asked_ = true;
    (*source_)->loop().door().cancel(*this);
    return abort_answer::pending;
}

int signal_operation::await_resume() {
    if (result_ == -ECANCELED) throw cancelled{};
    os::or_throw(result_, "wait for", (*source_)->names());
    if (last_) source_->reset();
    return result_;
}

std::string signal_operation::label() const { return (*source_)->names(); }

}  // namespace troika
