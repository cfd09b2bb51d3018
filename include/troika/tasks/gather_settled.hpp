// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/outcome.hpp>
#include <troika/base/std_parts.hpp>
#include <troika/tasks/failing_together.hpp>
#include <troika/tasks/work.hpp>

#include <exception>
#include <expected>
#include <tuple>
#include <utility>
#include <vector>

namespace troika {

namespace impl {

/// The result of a future that is done, nothing thrown. A cancellation from outside is not a
/// result: `cut_short` is set when there is one.
template <class T>
result<T> take_settled(future<T>& of, bool& cut_short) {
    if (const std::exception_ptr error = of.exception()) {
        if (is_cancelled(error)) cut_short = true;
        return std::unexpected(error);
    }
    if constexpr (std::is_void_v<T>)
        return {};
    else
        return std::move(of).get();
}

}  // namespace impl

/// Runs all of `works` at once and waits for all, whatever becomes of each.
///
/// Returns: a tuple of result<T> in the order of the arguments. Throws: nothing of what the works
/// threw.
/// Cancel: cancels all, waits for them, and throws, unless each had ended by itself.
template <impl::work... Works>
    requires(sizeof...(Works) > 0)
task<std::tuple<result<typename Works::value_type>...>> gather_settled(Works... works) {
    using answers_type = std::tuple<future<typename Works::value_type>...>;
    impl::failing_apart children;
    answers_type answers;
    try {
        answers = answers_type{children.start(impl::to_task(std::move(works)))...};
    } catch (...) {
        children.give_up(std::current_exception());
    }
    co_await children.join();
    children.leave();
    children.rethrow();
    bool cut_short = false;
    auto take = [&cut_short](auto&... each) {
        return std::tuple<result<typename Works::value_type>...>{
            impl::take_settled(each, cut_short)...};
    };
    auto results = std::apply(take, answers);
    if (cut_short && current_task().is_cancelled()) throw cancelled{};
    co_return results;
}

/// The same for a range of tasks or futures. Returns: a vector in the order of the range.
/// Lifetime: what a view refers to stays until the await ends.
template <impl::work_range R>
task<std::vector<result<impl::range_result<R>>>> gather_settled(R works) {
    using T = impl::range_result<R>;
    impl::failing_apart children;
    std::vector<future<T>> answers;
    try {
        if constexpr (std::ranges::sized_range<R>) answers.reserve(std::ranges::size(works));
        for (auto&& each : works)
            answers.push_back(children.start(impl::take_task<R>(each)));
    } catch (...) {
        children.give_up(std::current_exception());
    }
    co_await children.join();
    children.leave();
    children.rethrow();
    bool cut_short = false;
    std::vector<result<T>> results;
    results.reserve(answers.size());
    for (future<T>& each : answers) results.push_back(impl::take_settled(each, cut_short));
    if (cut_short && current_task().is_cancelled()) throw cancelled{};
    co_return results;
}

}  // namespace troika
