// SPDX-License-Identifier: MIT
#include "http/connection_pool.hpp"

#include <troika/base/check.hpp>
#include <troika/core/cancel_scope.hpp>
#include <troika/core/errors.hpp>
#include <troika/http/client_error.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <system_error>

namespace troika::http {

// ---- connection, lease

connection::~connection() {
    if (pool != nullptr) pool->unlink(*this);
}

void connection_lease::give_back() noexcept {
    origin_slots* const origin = std::exchange(origin_, nullptr);
    if (origin == nullptr) return;
    // First the connection, then the slot: the next in the queue finds it.
    if (held_) pool_->keep(*origin, std::move(held_));
    pool_->release_slot(*origin);
}

void connection_lease::close() noexcept {
    held_.reset();
    if (origin_slots* const origin = std::exchange(origin_, nullptr)) pool_->release_slot(*origin);
}

// ---- the queue

void slot_wait::start(task_node& node, std::coroutine_handle<> frame) noexcept {
    park(node, frame);
    origin_->waiters.push_back(*this);
    ++pool_->waiting_;
    if (!origin_->list_hook<>::linked() && origin_->in_use < pool_->limits_.per_origin_max)
        pool_->hungry_.push_back(*origin_);
}

abort_answer slot_wait::abort() noexcept {
    intrusive_list<slot_wait>::remove(*this);
    --pool_->waiting_;
    if (origin_->waiters.empty()) {
        if (origin_->list_hook<>::linked()) intrusive_list<origin_slots>::remove(*origin_);
        pool_->drop_if_unused(*origin_);
    }
    return abort_answer::woken;
}

connection_lease slot_wait::await_resume() const {
    if (aborted()) throw cancelled{};
    return {*pool_, *origin_};
}

std::string slot_wait::label() const {
    // Without the log-in at a proxy, which is behind the first line end.
    return "connection slot " + origin_->key.substr(0, origin_->key.find('\n'));
}

bool connection_pool::try_slot(origin_slots& origin) noexcept {
    if (origin.in_use >= limits_.per_origin_max || in_use_ >= limits_.total_max) return false;
    if (!origin.waiters.empty() || !hungry_.empty()) return false;
    ++origin.in_use;
    ++in_use_;
    return true;
}

void connection_pool::grant(origin_slots& origin) noexcept {
    slot_wait& first = origin.waiters.pop_front();
    --waiting_;
    ++origin.in_use;
    ++in_use_;
    first.wake();
}

void connection_pool::release_slot(origin_slots& origin) noexcept {
    --origin.in_use;
    --in_use_;
    if (!origin.waiters.empty() && !origin.list_hook<>::linked()) hungry_.push_back(origin);
    while (!hungry_.empty() && in_use_ < limits_.total_max) {
        origin_slots& next = hungry_.pop_front();
        grant(next);
        if (!next.waiters.empty() && next.in_use < limits_.per_origin_max) hungry_.push_back(next);
    }
    drop_if_unused(origin);
}

// ---- origins

origin_slots& connection_pool::origin_of(const url& where, const std::optional<proxy>& via) {
    write_route_key(key_, where, via);
    if (const auto found = origins_.find(key_); found != origins_.end()) return *found->second;
    auto made = std::make_unique<origin_slots>();
    made->key = key_;
    made->to = route_to(where, via);
    return *origins_.emplace(key_, std::move(made)).first->second;
}

void connection_pool::drop_if_unused(origin_slots& origin) noexcept {
    if (origin.in_use == 0 && origin.idle.empty() && origin.waiters.empty())
        origins_.erase(origin.key);
}

// ---- idle connections

void connection_pool::keep(origin_slots& origin, std::unique_ptr<connection> given) noexcept {
    if (limits_.keep_alive_max <= duration::zero()) return;
    given->stream.release_buffer();
    given->used = true;
    given->pool = this;
    given->origin = &origin;
    given->idle_since = ticks_;
    origin.idle.push_front(*given);
    by_age_.push_back(*given);
    ++idle_count_;
    static_cast<void>(given.release());   // the lists own it, through close() and take_idle()
    if (!sweeper_.armed()) arm_sweeper();
}

void connection_pool::unlink(connection& idle) noexcept {
    origin_slots& origin = *idle.origin;
    intrusive_list<connection, of_origin>::remove(idle);
    intrusive_list<connection, of_age>::remove(idle);
    --idle_count_;
    idle.pool = nullptr;
    idle.origin = nullptr;
    drop_if_unused(origin);
}

void connection_pool::close(connection& idle) noexcept {
    unlink(idle);
    if (!idle.watcher.valid())
        delete &idle;
    else
        static_cast<void>(idle.watcher.cancel());   // who watches it destroys it
}

void connection_pool::close_idle() noexcept {
    while (!by_age_.empty()) close(by_age_.front());
}

// A coroutine because a watched connection has to be waited for. The caller holds a slot.
task<std::unique_ptr<connection>> connection_pool::take_idle(origin_slots& origin) {
    std::unique_ptr<connection> taken;
    while (!taken && !origin.idle.empty()) {
        connection& candidate = origin.idle.front();
        unlink(candidate);
        if (!candidate.watcher.valid()) {
            taken.reset(&candidate);
        } else {
            candidate.wanted = true;
            future<std::unique_ptr<connection>> watcher = std::move(candidate.watcher);
            if (watcher.cancel()) continue;   // it had not begun: the connection goes with it
            taken = co_await std::move(watcher);
            if (taken) taken->wanted = false;
        }
    }
    co_return taken;
}

// Returns: the connection when it was asked for; else nothing, and it is closed.
task<std::unique_ptr<connection>> connection_pool::watch(std::unique_ptr<connection> kept) {
    bool interrupted = false;
    try {
        co_await kept->stream.wait_readable();
    } catch (const cancelled&) {
        interrupted = true;
    } catch (const std::system_error&) {
        // A connection that fails while nobody uses it is just gone.
        interrupted = false;
    }
    if (!interrupted || !kept->wanted) kept.reset();
    co_return kept;
}

void connection_pool::arm_sweeper() noexcept {
    sweeper_.set(deadline_after(loop_.now(), tick_));
    loop_.arm(sweeper_);
}

void connection_pool::sweep() noexcept {
    ++ticks_;
    const auto ticks_kept = static_cast<std::uint64_t>(limits_.keep_alive_max / tick_);
    while (!by_age_.empty() && ticks_ - by_age_.front().idle_since >= ticks_kept)
        close(by_age_.front());
    for (connection& each : by_age_) {
        if (each.watcher.valid() || ticks_ - each.idle_since < 2) continue;
        each.watcher = loop_.roots().start(watch(std::unique_ptr<connection>(&each)),
                                           {.name = "idle connection"});
    }
    if (!by_age_.empty()) arm_sweeper();
}

// ---- acquiring

connection_pool::connection_pool(event_loop& loop, const pool_limits& limits,
                                 const client_options& options) noexcept
    : loop_(loop),
      limits_(limits),
      tick_(
          std::clamp<duration>(limits.keep_alive_max / 4, std::chrono::milliseconds(1), tick_max)),
      connector_(options),
      sweeper_(*this) {}

connection_pool::~connection_pool() {
    check(in_use_ == 0, "an HTTP client is destroyed before its exchanges");
    check(waiting_ == 0, "an HTTP client is destroyed while requests wait for it");
    close_idle();
    if (sweeper_.armed()) loop_.disarm(sweeper_);
}

connection_lease connection_pool::try_acquire(const url& where, const std::optional<proxy>& via) {
    origin_slots& origin = origin_of(where, via);
    if (!origin.idle.empty() && !origin.idle.front().watcher.valid() && try_slot(origin)) {
        connection_lease lease(*this, origin);
        connection& first = origin.idle.front();
        unlink(first);
        lease.held_.reset(&first);
        return lease;
    }
    drop_if_unused(origin);
    return {};
}

task<connection_lease> connection_pool::acquire(url where, std::optional<proxy> via,
                                                acquire_options options) {
    cancel_scope scope({.deadline = options.deadline});
    std::optional<connection_lease> lease;
    try {
        lease.emplace(co_await acquire_in(where, via, options));
    } catch (const cancelled&) {
        scope.leave();
        if (!scope.caught()) throw;
        throw client_timeout(client_phase::total,
                             where.without_credentials().text() +
                                 ": the time was over before there was a connection");
    }
    co_return std::move(*lease);
}

task<connection_lease> connection_pool::acquire_in(const url& where,
                                                   const std::optional<proxy>& via,
                                                   const acquire_options& options) {
    origin_slots& origin = origin_of(where, via);   // from here on somebody uses it, or waits
    connection_lease lease;
    if (try_slot(origin))
        lease = connection_lease(*this, origin);
    else
        lease = co_await slot_wait(*this, origin);
    if (!options.fresh) lease.held_ = co_await take_idle(origin);
    if (lease.held_) co_return lease;
    make_room(origin);
    net::stream opened = co_await connector_.connect(origin.to, options.connect_timeout);
    lease.held_ = std::make_unique<connection>(std::move(opened));
    co_return lease;
}

// Closes an idle connection where one more would be too many.
void connection_pool::make_room(origin_slots& origin) noexcept {
    const std::size_t idle_here = [&] {
        std::size_t count = 0;
        for ([[maybe_unused]] const connection& each : origin.idle) ++count;
        return count;
    }();
    if (!origin.idle.empty() && origin.in_use + idle_here > limits_.per_origin_max)
        close(origin.idle.back());
    else if (!by_age_.empty() && in_use_ + idle_count_ > limits_.total_max)
        close(by_age_.front());
}

}  // namespace troika::http
