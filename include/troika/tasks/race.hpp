// SPDX-License-Identifier: MIT
#pragma once

#include <troika/tasks/work.hpp>

#include <cstddef>
#include <exception>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace troika {

namespace impl {

/// Children of which the first that ends ends all: the scope of race.
class racing final : public task_owner {
public:
    racing() = default;

    void ended(std::size_t index, bool was_cancelled) noexcept {
        // One that ends because the race is cancelled has not won it.
        {
            const guard here(*this);
            if (winner_ || (was_cancelled && is_cancelled())) return;
            winner_ = index;
        }
        cancel();
    }
    /// Not all could be started: that is then what the whole gives.
    void give_up(std::exception_ptr error) noexcept {
        error_ = std::move(error);
        cancel();
    }
    /// After leave(). Throws: `cancelled` when the race was cancelled before anyone had won.
    [[nodiscard]] std::size_t winner() const {
        if (error_) std::rethrow_exception(error_);
        if (!winner_) throw cancelled{};
        return *winner_;
    }

private:
    void child_failed(task_node& child, const std::exception_ptr&) noexcept override {
        child.mark_retrieved();
    }

    std::optional<std::size_t> winner_;
    std::exception_ptr error_;
};

/// One child of a race, told when it has ended.
template <class T>
class racer final : public future_waiter {
public:
    racer() = default;
    void run(racing& race, std::size_t index, task<T> work) {
        race_ = &race;
        index_ = index;
        answer_ = race.start(std::move(work));
        if (!future_access::core(answer_).add_waiter(*this)) tell();
    }
    [[nodiscard]] future<T>& answer() noexcept { return answer_; }

private:
    void future_done() noexcept override { race_->ended(index_, ended_cancelled(answer_)); }

    racing* race_ = nullptr;
    std::size_t index_ = 0;
    future<T> answer_;
};

template <class... Ts>
struct race_value {
    using type = std::variant<kept_t<Ts>...>;
};
template <class T, class... Same>
    requires(std::is_same_v<T, Same> && ...)
struct race_value<T, Same...> {
    using type = T;
};
template <class... Ts>
using raced = race_value<Ts...>::type;

template <class R, std::size_t I, class... Ts>
R take_winner(std::tuple<racer<Ts>...>& racers, std::size_t winner) {
    if constexpr (I + 1 < sizeof...(Ts))
        if (winner != I) return take_winner<R, I + 1>(racers, winner);
    auto& answer = std::get<I>(racers).answer();
    if constexpr ((std::is_same_v<R, Ts> && ...))
        return std::move(answer).get();
    else
        return R(std::in_place_index<I>, take_kept(answer));
}

}  // namespace impl

/// Runs all of `works` at once, until the first ends; the losers are cancelled, and waited for.
///
/// Returns: what the first gave; if the works' types differ, a std::variant with one alternative
/// for each argument (std::monostate for void). Throws: what the first threw. What the losers gave
/// or threw is dropped.
/// Cancel: cancels all, and waits for them.
template <impl::work... Works>
    requires(sizeof...(Works) > 0)
task<impl::raced<typename Works::value_type...>> race(Works... works) {
    using R = impl::raced<typename Works::value_type...>;
    impl::racing children;
    std::tuple<impl::racer<typename Works::value_type>...> racers;
    try {
        auto start = [&](auto&... each) {
            std::size_t index = 0;
            (each.run(children, index++, impl::to_task(std::move(works))), ...);
        };
        std::apply(start, racers);
    } catch (...) {
        children.give_up(std::current_exception());
    }
    co_await children.join();
    children.leave();
    const std::size_t winner = children.winner();
    co_return impl::take_winner<R, 0>(racers, winner);
}

/// The same for a range of tasks or futures. Throws: std::invalid_argument when it is empty.
/// Lifetime: what a view refers to stays until the await ends.
template <impl::work_range R>
task<impl::range_result<R>> race(R range) {
    auto works = impl::take_all(std::move(range));
    if (works.empty()) throw std::invalid_argument("race: nobody takes part");
    impl::racing children;
    std::vector<impl::racer<impl::range_result<R>>> racers(works.size());
    try {
        for (std::size_t i = 0; i < works.size(); ++i)
            racers[i].run(children, i, impl::to_task(std::move(works[i])));
    } catch (...) {
        children.give_up(std::current_exception());
    }
    co_await children.join();
    children.leave();
    const std::size_t winner = children.winner();
    co_return std::move(racers[winner].answer()).get();
}

}  // namespace troika
