// SPDX-License-Identifier: MIT
#include <troika/tasks/map_window.hpp>

#include <troika/core/cancel_scope.hpp>
#include <troika/core/task_owner.hpp>
#include <troika/tasks/work.hpp>

#include <algorithm>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

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
      chunk_(std::clamp<std::size_t>(how.chunk, 1, buffer_max_)),
      ordered_(how.ordered) {}

void map_window::leave_blocking() noexcept {
    closed_ = true;
    refuse_all();
    for (map_job& each : jobs_) wait_whatever_comes(future_access::core(each.done));
    drop_all();
}

void map_window::add(map_job& job) noexcept {
    ahead_ += job.count;
    jobs_.push_back(job);
    if (ordered_) return;
    job.window_ = this;
    if (!future_access::core(job.done).add_waiter(job)) job.tell();
}

void map_job::future_done() noexcept {
    std::optional<promise<void>> wanted;
    {
        const std::scoped_lock here(window_->lock_);
        window_->ready_.push_back(*this);
        wanted.swap(window_->wanted_);
    }
    // From here on the window may be gone.
    if (wanted) wanted->set_value();
}

void map_window::finish(std::exception_ptr why) noexcept {
    closed_ = true;
    error_ = std::move(why);
}

bool map_window::advance() {
    if (map_job* const before = current_; before != nullptr && ++before->taken == before->count) {
        current_ = nullptr;
        jobs_.remove(*before);
        delete before;
    }
    if (!jobs_.empty()) return true;
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    return false;
}

future<void> map_window::next() {
    if (ordered_) return jobs_.front().done;
    promise<void> some;
    future<void> answer = some.get_future();
    const std::scoped_lock here(lock_);
    // One that was begun is worked off first.
    if (current_ != nullptr || !ready_.empty())
        some.set_value();
    else
        wanted_ = std::move(some);
    return answer;
}

void map_window::give_out() noexcept {
    --ahead_;
    if (ordered_) {
        current_ = &jobs_.front();
    } else if (current_ == nullptr) {
        const std::scoped_lock here(lock_);
        current_ = &ready_.pop_front();
    }
}

void map_window::block() {
    const future<void> due = next();
    future_core& core = future_access::core(due);
    block_on(core, deadline_);
    if (!core.done()) throw_timeout("map", timeout_);
}

task<void> map_window::wait() {
    const future<void> due = next();
    future_core& core = future_access::core(due);
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
    const map_job* const begun = std::exchange(current_, nullptr);
    ahead_ = 0;
    while (!jobs_.empty()) {
        map_job& each = jobs_.pop_front();
        if (!ordered_ && &each != begun) forget_ready(each);
        delete &each;
    }
}

void map_window::forget_ready(map_job& job) noexcept {
    // All are done; who completes one may not have told it yet, or not have gone yet.
    for (;; std::this_thread::yield()) {
        const std::scoped_lock here(lock_);
        if (!job.list_hook<map_ready>::linked()) continue;
        intrusive_list<map_job, map_ready>::remove(job);
        return;
    }
}

}  // namespace troika::impl
