// SPDX-License-Identifier: MIT
#include <troika/pool/map_window.hpp>

#include <troika/core/cancel_scope.hpp>
#include <troika/core/task_owner.hpp>
#include <troika/tasks/work.hpp>

#include <algorithm>
#include <memory>

namespace troika::impl {

namespace {

constexpr std::size_t chunks_per_worker = 4;

std::size_t checked_buffer(const map_options& how, std::size_t workers) {
    if (how.buffer_max != 0) return how.buffer_max;
    std::size_t automatic = 0;
    if (__builtin_mul_overflow(std::max<std::size_t>(how.chunk, 1), workers * chunks_per_worker,
                               &automatic))
        return static_cast<std::size_t>(-1);
    return automatic;
}

}  // namespace

map_window::map_window(map_options how, std::size_t workers)
    : timeout_(how.timeout),
      deadline_(deadline_here(how.timeout)),
      buffer_max_(checked_buffer(how, workers)),
      chunk_(std::clamp<std::size_t>(how.chunk, 1, buffer_max_)) {}

void map_window::leave_blocking() noexcept {
    closed_ = true;
    refuse_all();
    for (map_job& each : jobs_) wait_whatever_comes(future_access::core(each.done));
    drop_all();
}

void map_window::add(map_job& job) noexcept {
    ahead_ += job.count;
    jobs_.push_back(job);
}

void map_window::finish(std::exception_ptr why) noexcept {
    closed_ = true;
    error_ = std::move(why);
}

map_job* map_window::advance() {
    if (map_job* const before = std::exchange(current_, nullptr)) {
        if (++before->taken == before->count) {
            jobs_.remove(*before);
            delete before;
        }
    }
    if (!jobs_.empty()) return &jobs_.front();
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    return nullptr;
}

void map_window::block(map_job& job) const {
    future_core& core = future_access::core(job.done);
    block_on(core, deadline_);
    if (!core.done()) throw_timeout("map", timeout_);
}

task<void> map_window::wait(map_job& job) {
    future_core& core = future_access::core(job.done);
    bool late = false;
    bool stopped = current_task().is_cancelled();
    if (!stopped && !core.done()) {
        cancel_scope scope({.deadline = deadline_});
        try {
            co_await until_done(core);
        } catch (const cancelled&) {
            scope.leave();
            late = scope.caught();
            stopped = !late;
        }
    }
    if (late && !core.done()) throw_timeout("map", timeout_);
    if (!stopped) co_return;
    co_await unrefused<void>(leave());
    throw cancelled{};
}

task<void> map_window::leave() {
    closed_ = true;
    refuse_all();
    const cancel_scope shield({.shielded = true});
    for (map_job& each : jobs_) co_await until_done(future_access::core(each.done));
    drop_all();
}

void map_window::refuse_all() noexcept {
    for (map_job& each : jobs_) each.done.cancel();
}

void map_window::drop_all() noexcept {
    current_ = nullptr;
    ahead_ = 0;
    while (!jobs_.empty()) {
        map_job& each = jobs_.front();
        jobs_.remove(each);
        delete &each;
    }
}

}  // namespace troika::impl
