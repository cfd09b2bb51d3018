// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/outcome.hpp>
#include <troika/base/std_parts.hpp>
#include <troika/tasks/map_window.hpp>
#include <troika/tasks/work.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace troika {

namespace impl {

/// One element of an `R` until it is used: where it is, if it stays there, else what was read.
template <class R>
class map_input {
    using reference = std::ranges::range_reference_t<R>;
    static constexpr bool stays =
        std::ranges::forward_range<R> && std::is_lvalue_reference_v<reference>;
    using stored = std::conditional_t<
        stays, std::add_pointer_t<reference>,
        std::conditional_t<std::is_lvalue_reference_v<reference>, std::ranges::range_value_t<R>,
                           std::remove_cvref_t<reference>>>;

public:
    template <class It>
    static map_input of(const It& at) {
        if constexpr (stays)
            return map_input(std::addressof(*at));
        else
            return map_input(*at);
    }
    reference get() {
        if constexpr (stays)
            return *stored_;
        else if constexpr (std::is_lvalue_reference_v<reference>)
            return stored_;
        else
            return std::move(stored_);
    }

private:
    template <class U>
    explicit map_input(U&& from) : stored_(std::forward<U>(from)) {}
    stored stored_;
};

/// The same with the types: T is what the function gives, R the range of inputs.
template <class T, class R>
class typed_map_job final : public map_job {
public:
    using result = T;
    using input = std::ranges::range_reference_t<R>;

    /// Calls `function` with each input.
    template <class F>
    void run(F& function) noexcept {
        for (std::size_t i = 0; i < count; ++i) {
            try {
                if constexpr (std::is_void_v<T>) {
                    std::invoke(function, inputs[i].get());
                    results[i].emplace();
                } else {
                    results[i].emplace(std::invoke(function, inputs[i].get()));
                }
            } catch (...) {
                results[i].fail(std::current_exception());
            }
        }
    }

    std::vector<map_input<R>> inputs;
    std::unique_ptr<outcome<T>[]> results;
};

}  // namespace impl

/// What map() of a pool gives: the results in the order of the inputs, each when it is asked for.
///
/// `Carrier` is how an executor has its workers work off a chunk.
/// An input range for a thread: each step blocks it. For a task: `while (auto x = co_await
/// results.next())`. A failed call throws where its result would come; the results after it are
/// still to be had by going on, with ++, another `for`, or next().
/// Left early, the calls that have not begun never do; the destructor waits for those that run, as
/// they may use the caller's data. It blocks the thread for that: a task that leaves early awaits
/// close() first.
/// Thread: one at a time. Lifetime: within the pool's; the inputs outlive it where they are an
/// lvalue.
template <class Carrier, class R>
class mapped final : private impl::map_window {
    using given = Carrier::template result<std::ranges::range_reference_t<R>>;
    using T = std::conditional_t<std::is_reference_v<given>, given, std::remove_cv_t<given>>;
    using job = impl::typed_map_job<T, R>;

public:
    /// One result: void is std::monostate, a reference a reference_wrapper.
    using value_type = impl::kept_t<T>;

    mapped(Carrier carrier, R&& inputs, map_options how)
        : map_window(how, carrier.workers()),
          carrier_(std::move(carrier)),
          source_(std::forward<R>(inputs)),
          at_(std::ranges::begin(source_.value)) {
        fill();
    }
    ~mapped() { leave_blocking(); }

    /// Waits for the next result. Returns: it; nothing after the last.
    /// Throws: what the call threw; what reading the inputs threw, after the results before;
    /// timeout_error when the time is up and it is not there.
    /// Cancel: the calls that have not begun never do, those that run are waited for.
    impl::unrefused<std::optional<value_type>> next() {
        return impl::unrefused<std::optional<value_type>>(take_next());
    }

    /// Leaves the rest: calls that have not begun never do, those that run are waited for.
    impl::unrefused<void> close() { return impl::unrefused<void>(leave()); }

    /// Goes through the results that are left. Throws: as next(); what a call threw by operator*.
    class iterator {
    public:
        using value_type =
            std::conditional_t<std::is_void_v<T>, std::monostate, std::remove_cvref_t<T>>;
        using difference_type = std::ptrdiff_t;

        explicit iterator(mapped& of) noexcept : of_(&of) {}
        decltype(auto) operator*() const { return of_->result(); }
        iterator& operator++() {
            of_->step();
            return *this;
        }
        void operator++(int) { of_->step(); }
        bool operator==(std::default_sentinel_t) const noexcept { return !of_->current(); }

    private:
        mapped* of_;
    };
    iterator begin() {
        step();
        return iterator(*this);
    }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

private:
    struct source {
        explicit source(R&& from) : value(std::forward<R>(from)) {}
        R value;
    };

    /// Submits as much as may be ahead.
    void fill() noexcept {
        try {
            while (has_room()) submit_chunk();
        } catch (...) {
            finish(std::current_exception());
        }
    }
    void submit_chunk() {
        auto made = std::make_unique<job>();
        std::exception_ptr error;
        bool more = true;
        try {
            while (made->inputs.size() < chunk() && (more = read(*made))) {
            }
        } catch (...) {   // those before it are computed nevertheless
            error = std::current_exception();
        }
        if (!made->inputs.empty()) {
            made->count = made->inputs.size();
            made->results.reset(new outcome<T>[made->count]);
            made->done = carrier_.submit(*made);
            add(*made.release());
        }
        if (error) std::rethrow_exception(error);
        if (!more) finish(nullptr);
    }
    /// Returns: false at the end of the inputs.
    bool read(job& into) {
        // Only now: stepping over the last one that was needed may wait for the one after it.
        if (std::exchange(used_, false)) ++at_;
        if (at_ == std::ranges::end(source_.value)) return false;
        into.inputs.push_back(impl::map_input<R>::of(at_));
        used_ = true;
        return true;
    }

    void step() {
        if (!advance()) return;
        block();
        give_out();
        fill();
    }
    task<std::optional<value_type>> take_next() {
        std::optional<value_type> answer;
        if (!advance()) co_return answer;
        co_await impl::unrefused<void>(wait());
        give_out();
        fill();
        if constexpr (std::is_void_v<T>) {
            result();
            answer.emplace();
        } else {
            answer.emplace(result());
        }
        co_return answer;
    }
    /// The result that was given out.
    decltype(auto) result() {
        auto& from = static_cast<job&>(*current());
        // Where the pool has refused the job, there are none.
        if (const std::exception_ptr refused = from.done.exception())
            std::rethrow_exception(refused);
        outcome<T>& found = from.results[from.taken];
        if constexpr (std::is_void_v<T>) {
            found.get();
            return std::monostate{};
        } else {
            return static_cast<T&&>(found.get());
        }
    }

    Carrier carrier_;
    source source_;
    std::ranges::iterator_t<R> at_;
    bool used_ = false;
};

}  // namespace troika
