// SPDX-License-Identifier: MIT
#include "fetch/rate_limiter.hpp"

#include <troika/base/check.hpp>
#include <troika/core/errors.hpp>
#include <troika/core/scheduler.hpp>
#include <troika/core/task_owner.hpp>

#include <algorithm>

namespace troika::fetch {
namespace {

constexpr std::uint64_t ns_per_s = 1'000'000'000;

// No piece is larger, and no rate higher, so that their products fit.
constexpr std::size_t piece_max = std::size_t{1} << 20;
constexpr std::uint64_t rate_max = std::uint64_t{1} << 60;

// Pieces a second: for few downloads; for each of many, to whom it is worth less work; and at most,
// since each costs a timer and a system call.
constexpr std::uint64_t pieces_per_s = 100;
constexpr std::uint64_t rounds_per_s = 20;
constexpr std::uint64_t pieces_per_s_max = 2000;
// A smaller piece is not worth a system call, unless the rate is that low.
constexpr std::uint64_t piece_min = 512;
constexpr std::uint64_t pieces_per_s_max_when_slow = 50;

}  // namespace

// ---- bucket

void rate_limiter::bucket::set_rate(std::uint64_t rate) noexcept {
    rate_ = std::min(rate, rate_max);
    remainder_ = 0;
}

std::size_t rate_limiter::bucket::piece(std::size_t takers) const noexcept {
    const std::uint64_t pieces =
        std::clamp<std::uint64_t>(rounds_per_s * takers, pieces_per_s, pieces_per_s_max);
    const std::uint64_t fair = rate_ / pieces;
    const std::uint64_t least =
        std::clamp<std::uint64_t>(rate_ / pieces_per_s_max_when_slow, 1, piece_min);
    return static_cast<std::size_t>(std::clamp<std::uint64_t>(fair, least, piece_max));
}

void rate_limiter::bucket::charge(time_point now, std::size_t bytes) noexcept {
    if (!limited()) return;
    if (open_at_ < now - catch_up_max) {
        open_at_ = now - catch_up_max;
        remainder_ = 0;
    }
    const std::uint64_t owed = std::uint64_t{bytes} * ns_per_s + remainder_;
    open_at_ += duration(owed / rate_);
    remainder_ = owed % rate_;
}

void rate_limiter::bucket::refund(std::size_t bytes) noexcept {
    if (!limited() || open_at_ == time_point::min()) return;
    const std::uint64_t back = std::uint64_t{std::min(bytes, piece_max)} * ns_per_s;
    open_at_ -= duration(back / rate_);
    const std::uint64_t part = back % rate_;
    if (part > remainder_) {
        open_at_ -= duration(1);
        remainder_ += rate_;
    }
    remainder_ -= part;
}

// ---- rate_limiter

rate_limiter::~rate_limiter() {
    check(line_.empty(), "a rate limit is destroyed while somebody waits for it");
}

void rate_limiter::set_total(std::uint64_t bytes_per_second) noexcept {
    total_.set_rate(bytes_per_second);
    if (!line_.empty()) serve();
}

void rate_limiter::give_back(share& by, std::size_t bytes) noexcept {
    by.own_.refund(bytes);
    total_.refund(bytes);
    by.served_ -= std::min<std::uint64_t>(bytes, by.served_);
    if (line_.empty()) return;
    if (by.linked()) {
        leave(by);
        join(by);
    }
    serve();
}

void rate_limiter::join(share& waiting) noexcept {
    // Who did not wait for a while has no claim on what flowed meanwhile.
    waiting.served_ = std::max(waiting.served_, served_);
    ++line_size_;
    if (line_.empty() || line_.back().served_ <= waiting.served_) {
        line_.push_back(waiting);
        return;
    }
    auto after = line_.begin();
    while (after->served_ <= waiting.served_) ++after;
    line_.insert(*after, waiting);
}

void rate_limiter::leave(share& waiting) noexcept {
    intrusive_list<share>::remove(waiting);
    --line_size_;
}

std::size_t rate_limiter::give(share& to, std::size_t wanted, std::size_t takers,
                               time_point now) noexcept {
    const std::size_t bytes = total_.limited() ? std::min(wanted, total_.piece(takers)) : wanted;
    total_.charge(now, bytes);
    to.served_ += bytes;
    return bytes;
}

void rate_limiter::serve() noexcept {
    const time_point now = home_->now();
    while (!line_.empty() && (!total_.limited() || total_.open_at() <= now)) {
        share& first = line_.front();
        const std::size_t takers = line_size_;
        leave(first);
        served_ = first.served_;
        take_operation& taker = first.turn_.pop_front();
        const std::size_t bytes = give(first, taker.reserved_, takers, now);
        first.own_.refund(taker.reserved_ - bytes);
        if (!first.turn_.empty()) join(first);
        taker.finish(bytes);
    }
    if (line_.empty())
        alarm_.disarm(*home_);
    else
        alarm_.arm_at(*home_, total_.open_at());
}

void rate_limiter::alarm::arm_at(scheduler& home, time_point when) noexcept {
    if (armed() && deadline() == when) return;
    disarm(home);
    deadline_ = when;
    home.arm(*this);
}

void rate_limiter::alarm::disarm(scheduler& home) noexcept {
    if (armed()) home.disarm(*this);
}

// ---- take_operation

bool rate_limiter::take_operation::take_now() noexcept {
    const time_point now = current_task().home().now();
    bucket& own = by_.own_;
    if (own.limited() && now < own.open_at()) return false;
    if (of_.total_.limited() && (!of_.line_.empty() || now < of_.total_.open_at())) return false;
    given_ = of_.give(by_, own.limited() ? std::min(wanted_, own.piece(1)) : wanted_, 1, now);
    own.charge(now, given_);
    return true;
}

void rate_limiter::take_operation::start(task_node& node, std::coroutine_handle<> frame) noexcept {
    check(of_.line_.empty() || of_.home_ == &node.home(),
          "a rate limit is shared by tasks of two schedulers");
    park(node, frame);
    expire();
}

void rate_limiter::take_operation::expire() noexcept {
    scheduler& home = waiter().home();
    const time_point now = home.now();
    // Somebody else who reads for the same download may have been faster.
    if (by_.own_.limited() && now < by_.own_.open_at()) {
        deadline_ = by_.own_.open_at();
        home.arm(*this);
        return;
    }
    line_up(now);
}

void rate_limiter::take_operation::line_up(time_point now) noexcept {
    bucket& own = by_.own_;
    reserved_ = own.limited() ? std::min(wanted_, own.piece(1)) : wanted_;
    own.charge(now, reserved_);
    if (!of_.total_.limited()) {
        finish(of_.give(by_, reserved_, 1, now));
        return;
    }
    by_.turn_.push_back(*this);
    if (!by_.linked()) of_.join(by_);
    of_.home_ = &waiter().home();
    of_.serve();
}

void rate_limiter::take_operation::finish(std::size_t given) noexcept {
    given_ = given;
    wake();
}

abort_answer rate_limiter::take_operation::abort() noexcept {
    if (armed()) {
        waiter().home().disarm(*this);
        return abort_answer::woken;
    }
    takers::remove(*this);
    if (by_.turn_.empty()) of_.leave(by_);
    by_.own_.refund(reserved_);
    if (of_.line_.empty()) of_.alarm_.disarm(*of_.home_);
    return abort_answer::woken;
}

std::size_t rate_limiter::take_operation::await_resume() const {
    if (aborted()) throw cancelled{};
    return given_;
}

}  // namespace troika::fetch
