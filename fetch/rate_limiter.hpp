// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/intrusive_list.hpp>
#include <troika/core/promise_base.hpp>
#include <troika/core/timer.hpp>

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <string>

namespace troika::fetch {

/// Limits how many bytes a second downloads read: all of them together, and each of them.
///
/// Who wants to read takes leave first, then reads at most as much, and gives back what it did not
/// need. The total goes in small pieces to the download that has had the least of those that wait,
/// so at N downloads each gets 1/N, and what one does not use the others have. In no stretch of
/// time does more flow than the limit allows in it and in `catch_up_max`, and one piece, which is
/// at most a fiftieth of what a second may have, or one byte.
/// Thread: the loop's. Lifetime: outlives its shares.
/// Source: P. Goyal, H. M. Vin, H. Cheng, "Start-Time Fair Queueing" (1996).
class rate_limiter {
    /// When bytes may flow: paid for after they were given.
    class bucket {
    public:
        explicit bucket(std::uint64_t rate) noexcept { set_rate(rate); }
        [[nodiscard]] bool limited() const noexcept { return rate_ != 0; }
        [[nodiscard]] std::uint64_t rate() const noexcept { return rate_; }
        void set_rate(std::uint64_t rate) noexcept;
        /// From when on the next bytes may be given.
        [[nodiscard]] time_point open_at() const noexcept { return open_at_; }
        /// The most that may be given at a time, when it goes round among `takers`.
        [[nodiscard]] std::size_t piece(std::size_t takers) const noexcept;
        void charge(time_point now, std::size_t bytes) noexcept;
        void refund(std::size_t bytes) noexcept;

    private:
        std::uint64_t rate_ = 0;   // bytes a second; 0: no limit
        time_point open_at_ = time_point::min();
        std::uint64_t remainder_ = 0;   // of what open_at_ stands for, in 1/rate_ nanoseconds
    };

public:
    class share;
    class take_operation;

    /// A pause of a download, or of the loop, up to this long is made up for afterwards.
    static constexpr duration catch_up_max = std::chrono::milliseconds(20);

    /// `total`: bytes a second; 0 is no limit.
    explicit rate_limiter(std::uint64_t total) noexcept : total_(total), alarm_(*this) {}
    rate_limiter(const rate_limiter&) = delete;
    rate_limiter& operator=(const rate_limiter&) = delete;
    /// Requires: nobody waits.
    ~rate_limiter();

    [[nodiscard]] std::uint64_t total() const noexcept { return total_.rate(); }
    /// Changes the limit, also for those who wait. Requires: runs in a task, if anyone waits.
    void set_total(std::uint64_t bytes_per_second) noexcept;

    /// Waits until `by` may read some of `wanted` bytes. Without limits it does not even look at
    /// the clock. Returns: how many bytes; at least one, unless `wanted` is zero.
    /// Cancel: at once; nothing was taken.
    [[nodiscard]] take_operation take(share& by, std::size_t wanted) noexcept;

    /// Gives back `bytes` of what `by` took and did not read.
    void give_back(share& by, std::size_t bytes) noexcept;

private:
    /// Those who wait in a share, each for its own turn.
    using takers = intrusive_list<take_operation>;

    class alarm final : public timer {
    public:
        explicit alarm(rate_limiter& of) noexcept : timer(never), of_(of) {}
        [[nodiscard]] std::string label() const override { return "rate limit"; }
        void arm_at(scheduler& home, time_point when) noexcept;
        void disarm(scheduler& home) noexcept;

    private:
        abort_answer abort() noexcept override { return abort_answer::woken; }
        void expire() noexcept override { of_.serve(); }
        rate_limiter& of_;
    };

    void join(share& waiting) noexcept;
    void leave(share& waiting) noexcept;
    /// Gives to those in line as much as may flow now, and sees to the rest.
    void serve() noexcept;
    std::size_t give(share& to, std::size_t wanted, std::size_t takers, time_point now) noexcept;

    bucket total_;
    intrusive_list<share> line_;   // with takers in turn_; by served_, then as they came
    std::size_t line_size_ = 0;
    std::uint64_t served_ = 0;     // of the share that was served last
    scheduler* home_ = nullptr;    // of those in line
    alarm alarm_;
};

/// One download's part of a rate limit. Several tasks may read for one download.
/// Lifetime: outlives every wait for it.
class rate_limiter::share : public list_hook<> {
public:
    /// `limit`: bytes a second for this download alone; 0 is no limit.
    explicit share(std::uint64_t limit = 0) noexcept : own_(limit) {}
    share(const share&) = delete;
    share& operator=(const share&) = delete;

    [[nodiscard]] std::uint64_t limit() const noexcept { return own_.rate(); }
    /// Who waits under the old limit learns of the new one when that wait is over: at once or, at
    /// the lowest rates, within a second.
    void set_limit(std::uint64_t bytes_per_second) noexcept { own_.set_rate(bytes_per_second); }

private:
    friend class rate_limiter;
    friend class take_operation;

    bucket own_;
    takers turn_;                // wait for the total
    std::uint64_t served_ = 0;   // bytes; not less than the limiter's when it joins the line
};

/// What take() gives: an awaiter.
class [[nodiscard("takes only when it is awaited")]] rate_limiter::take_operation final
    : public timer,
      public list_hook<> {
public:
    take_operation(rate_limiter& of, share& by, std::size_t wanted) noexcept
        : timer(never), of_(of), by_(by), wanted_(wanted) {}
    take_operation(take_operation&& other) noexcept
        : timer(std::move(other)), list_hook<>(), of_(other.of_), by_(other.by_),
          wanted_(other.wanted_), given_(other.given_) {}

    [[nodiscard]] bool await_ready() noexcept {
        if (of_.total_.limited() || by_.own_.limited()) return wanted_ == 0 || take_now();
        given_ = wanted_;
        return true;
    }
    template <std::derived_from<impl::promise_base> P>
    void await_suspend(std::coroutine_handle<P> frame) noexcept {
        start(frame.promise().node(), frame);
    }
    std::size_t await_resume() const;
    [[nodiscard]] std::string label() const override { return "rate limit"; }

private:
    friend class rate_limiter;

    /// Returns: whether it need not wait.
    bool take_now() noexcept;
    void start(task_node& node, std::coroutine_handle<> frame) noexcept;
    /// Its own limit allows some: on to the total's line.
    void line_up(time_point now) noexcept;
    void finish(std::size_t given) noexcept;
    void expire() noexcept override;
    abort_answer abort() noexcept override;

    rate_limiter& of_;
    share& by_;
    const std::size_t wanted_;
    std::size_t reserved_ = 0;   // charged to the own limit while it stands in line
    std::size_t given_ = 0;
};

inline rate_limiter::take_operation rate_limiter::take(share& by, std::size_t wanted) noexcept {
    return {*this, by, wanted};
}

}  // namespace troika::fetch
