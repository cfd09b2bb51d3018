// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>
#include <troika/tasks/failing_together.hpp>
#include <troika/tasks/work.hpp>

#include <exception>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace troika {

namespace impl {

template <class... Ts>
using gathered =
    std::conditional_t<(std::is_void_v<Ts> && ...), void, std::tuple<kept_t<Ts>...>>;
template <class T>
using gathered_range = std::conditional_t<std::is_void_v<T>, void, std::vector<kept_t<T>>>;

}  // namespace impl

/// Runs all of `works` at once and waits for all: tasks, or futures, in any mixture.
///
/// Returns: a tuple in the order of the arguments (std::monostate for void; nothing when all are
/// void).
/// Throws: the first failure, after the others were cancelled and have ended. Work that was
/// cancelled by somebody else counts as a failure with `cancelled`.
/// Cancel: cancels all, and waits for them.
template <impl::work... Works>
    requires(sizeof...(Works) > 0)
task<impl::gathered<typename Works::value_type...>> gather(Works... works) {
    using answers_type = std::tuple<future<typename Works::value_type>...>;
    impl::failing_together children;
    answers_type answers;
    try {
        answers = answers_type{children.start(impl::to_task(std::move(works)))...};
    } catch (...) {
        children.fail(std::current_exception());
    }
    co_await children.join();
    children.leave();
    children.rethrow();
    auto take = [](auto&... each) {
        return std::tuple<impl::kept_t<typename Works::value_type>...>{impl::take_kept(each)...};
    };
    if constexpr ((std::is_void_v<typename Works::value_type> && ...))
        static_cast<void>(std::apply(take, answers));
    else
        co_return std::apply(take, answers);
}

/// The same for a range of tasks or futures. Returns: a vector in the order of the range (nothing
/// when they are void). Lifetime: what a view refers to stays until the await ends.
template <impl::work_range R>
task<impl::gathered_range<impl::range_result<R>>> gather(R works) {
    using T = impl::range_result<R>;
    impl::failing_together children;
    std::vector<future<T>> answers;
    try {
        if constexpr (std::ranges::sized_range<R>) answers.reserve(std::ranges::size(works));
        for (auto&& each : works)
            answers.push_back(children.start(impl::take_task<R>(each)));
    } catch (...) {
        children.fail(std::current_exception());
    }
    co_await children.join();
    children.leave();
    children.rethrow();
    if constexpr (std::is_void_v<T>) {
        for (future<T>& each : answers) std::move(each).get();
    } else {
        std::vector<impl::kept_t<T>> values;
        values.reserve(answers.size());
        for (future<T>& each : answers) values.push_back(impl::take_kept(each));
        co_return values;
    }
}

}  // namespace troika
