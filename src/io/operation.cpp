// SPDX-License-Identifier: MIT
#include <troika/io/operation.hpp>

#include <troika/core/errors.hpp>
#include <troika/core/task_owner.hpp>
#include <troika/io/offload.hpp>
#include <troika/loop/event_loop.hpp>

#include <cerrno>
#include <system_error>

namespace troika::io {

std::string operation::label() const { return std::string(name_of(request.op)); }

void operation::start(task_node& node, std::coroutine_handle<> frame) noexcept {
    if (&node.home() == loop_) [[likely]] {
        start_here(node, frame);
        return;
    }
    const auto on_its_loop = [](void* self, task_node& visitor,
                                std::coroutine_handle<> way) noexcept {
        static_cast<operation*>(self)->start_here(visitor, way);
    };
    detour_.begin(*loop_, node, frame, this, on_its_loop, result_);
}

void operation::start_here(task_node& node, std::coroutine_handle<> frame) noexcept {
    park(node, frame);
    loop_->door().submit(*this);
}

void operation::go_on() noexcept {
    if (abort_asked_)
        finish(-ECANCELED);
    else
        loop_->door().submit(*this);
}

abort_answer operation::abort() noexcept {
    abort_asked_ = true;
    loop_->door().cancel(*this);
    return abort_answer::pending;
}

std::int32_t operation::result_unless_cancelled() const {
    if (result_ == -ECANCELED) throw cancelled{};
    return result_;
}

std::exception_ptr operation::not_called() const {
    if (result_ == -ECANCELED) return troika::impl::make_cancelled();
    return std::make_exception_ptr(std::system_error(-result_, std::generic_category(),
                                                     label() + " (no helper thread could start)"));
}

event_loop& current_loop() { return event_loop::current(); }

std::string_view name_of(io_op op) noexcept {
    switch (op) {
        case io_op::nop: return "nop";
        case io_op::recv: return "recv";
        case io_op::send: return "send";
        case io_op::accept: return "accept";
        case io_op::connect: return "connect";
        case io_op::wait_readable: return "wait until readable";
        case io_op::wait_writable: return "wait until writable";
        case io_op::read: return "read";
        case io_op::write: return "write";
        case io_op::sync: return "sync";
        case io_op::call: return "call";
    }
    return "unknown operation";
}

}  // namespace troika::io
