// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/errors.hpp>
#include <troika/tasks/completion_queue.hpp>
#include <troika/tasks/wait.hpp>
#include <troika/tasks/work.hpp>

#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace troika {

struct as_completed_options {
    duration timeout = duration::max();   ///< for all of it, from as_completed() on
};

/// Futures in the order in which they are done: for a task `while (auto done = co_await x.next())`,
/// for a plain thread `for (auto& done : x)`. Futures that look at the same result come once.
///
/// Leaving early leaves the work alone. Thread: one at a time.
template <class T>
class completion_stream {
public:
    completion_stream(std::vector<future<T>> futures, as_completed_options options)
        : futures_(unique(std::move(futures))), completed_(impl::cores_of(futures_)),
          deadline_(impl::deadline_here(options.timeout)), timeout_(options.timeout) {}
    completion_stream(const completion_stream&) = delete;
    completion_stream& operator=(const completion_stream&) = delete;

    /// Waits for the next. Returns: a future that is done; nothing after the last.
    /// Throws: timeout_error when the time is up and none is done. Cancel: ends the wait.
    task<std::optional<future<T>>> next() {
        std::optional<future<T>> answer = take();
        if (answer || completed_.left() == 0) co_return answer;
        cancel_scope scope({.deadline = deadline_});
        bool late = false;
        try {
            co_await completed_.next();
        } catch (const cancelled&) {
            scope.leave();
            if (!scope.caught()) throw;
            late = true;
        }
        if (late) impl::throw_timeout("as_completed", timeout_);
        answer = take();
        co_return answer;
    }

    /// How many were not given out yet.
    [[nodiscard]] std::size_t left() const noexcept { return completed_.left(); }

    /// Goes through the stream; each step blocks the thread. Throws: timeout_error when the time is
    /// up; std::logic_error on a thread that runs an event loop and would wait for itself.
    class iterator {
    public:
        using value_type = future<T>;
        using difference_type = std::ptrdiff_t;

        explicit iterator(completion_stream& of) noexcept : of_(&of) {}
        future<T>& operator*() const noexcept { return *of_->current_; }
        iterator& operator++() {
            of_->advance();
            return *this;
        }
        void operator++(int) { of_->advance(); }
        bool operator==(std::default_sentinel_t) const noexcept { return !of_->current_; }

    private:
        completion_stream* of_;
    };
    iterator begin() {
        advance();
        return iterator(*this);
    }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

private:
    static std::vector<future<T>> unique(std::vector<future<T>> futures) {
        impl::drop_duplicates(futures);
        return futures;
    }
    std::optional<future<T>> take() {
        if (const auto index = completed_.take()) return std::move(futures_[*index]);
        return {};
    }
    void advance() {
        current_ = take();
        if (current_ || completed_.left() == 0) return;
        const impl::blocking_section here;
        if (!completed_.block(deadline_)) impl::throw_timeout("as_completed", timeout_);
        current_ = take();
    }

    std::vector<future<T>> futures_;
    impl::completion_queue completed_;
    std::optional<future<T>> current_;   // of the iteration
    time_point deadline_;
    duration timeout_;
};

namespace impl {

/// The tasks behind a task_stream; each one's failure is its future's affair.
class streaming final : public task_owner {
public:
    streaming() = default;
    ~streaming() override { abandon(); }

private:
    /// Cancels the children and gives them to the loop, which waits for their end.
    void abandon() noexcept;
    void child_failed(task_node&, const std::exception_ptr&) noexcept override {}
};

}  // namespace impl

/// Tasks that run at once, as futures in the order in which they are done.
///
/// An object of one block of the coroutine that made it: it is a scope. Left early, the remaining
/// tasks are cancelled, and the loop waits for them to end: they must own what they use.
template <class T>
class task_stream {
public:
    task_stream(std::vector<task<T>> works, as_completed_options options)
        : stream_(start(works), options) {}
    task_stream(const task_stream&) = delete;
    task_stream& operator=(const task_stream&) = delete;

    /// What next() gives: an awaiter. It looks at cancellations itself, to wait for the tasks
    /// first.
    class [[nodiscard("a step does nothing until it is awaited")]] step {
    public:
        using checks_cancellation_itself = void;
        auto operator co_await() && noexcept { return std::move(work_).operator co_await(); }

    private:
        friend class task_stream;
        explicit step(task<std::optional<future<T>>> work) noexcept : work_(std::move(work)) {}
        task<std::optional<future<T>>> work_;
    };

    /// Waits for the next task to end. Returns: its future, which is done; nothing after the last.
    /// Throws: timeout_error when the time is up and none is done. Cancel: cancels the tasks, and
    /// waits for them.
    step next() { return step(take_next()); }

    /// How many were not given out yet.
    [[nodiscard]] std::size_t left() const noexcept { return stream_.left(); }

private:
    std::vector<future<T>> start(std::vector<task<T>>& works) {
        std::vector<future<T>> futures;
        futures.reserve(works.size());
        for (task<T>& each : works) futures.push_back(tasks_.start(std::move(each)));
        return futures;
    }
    task<std::optional<future<T>>> take_next() {
        std::optional<future<T>> answer;
        bool stopped = current_task().is_cancelled();
        try {
            if (!stopped) answer = co_await stream_.next();
        } catch (const cancelled&) {
            stopped = true;
        }
        if (!stopped) co_return answer;
        tasks_.cancel();
        co_await tasks_.join();
        throw cancelled{};
    }

    impl::streaming tasks_;
    completion_stream<T> stream_;
};

/// Gives futures in the order in which they are done.
template <impl::future_range R>
auto as_completed(R futures, as_completed_options options = {}) {
    return completion_stream<impl::range_result<R>>(impl::take_all(std::move(futures)), options);
}

/// Runs tasks at once, and gives their futures in the order in which they are done.
/// Requires: runs in a task.
template <impl::task_range R>
auto as_completed(R works, as_completed_options options = {}) {
    return task_stream<impl::range_result<R>>(impl::take_all(std::move(works)), options);
}

}  // namespace troika
