// SPDX-License-Identifier: MIT
#include <troika/tasks/mapped.hpp>

#include <troika/loop/run.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace troika {
namespace {

using ::testing::ElementsAre;

/// Keeps the chunks until it is told to work them off, the last first.
template <class F>
struct slow_carrier {
    template <class Input>
    using result = std::invoke_result_t<F&, Input>;

    template <class Job>
    future<void> submit(Job& chunk) {
        later->push_back([&chunk, f = function]() mutable { chunk.run(f); });
        promises->emplace_back();
        return promises->back().get_future();
    }
    [[nodiscard]] std::size_t workers() const noexcept { return 1; }

    void work_off() const {
        while (!later->empty()) {
            later->back()();
            later->pop_back();
            promises->back().set_value();
            promises->pop_back();
        }
    }

    F function;
    std::shared_ptr<std::vector<std::function<void()>>> later =
        std::make_shared<std::vector<std::function<void()>>>();
    std::shared_ptr<std::vector<promise<void>>> promises =
        std::make_shared<std::vector<promise<void>>>();
};

std::string text_of(int i) {
    if (i == 3) throw std::domain_error("three");
    return std::to_string(i);
}

using carrier = slow_carrier<std::string (*)(int)>;

std::vector<std::string> take_all(mapped<carrier, std::vector<int>>& results) {
    std::vector<std::string> taken;
    for (auto at = results.begin(); at != results.end(); ++at) {
        try {
            taken.push_back(*at);
        } catch (const std::domain_error& error) {
            taken.emplace_back(error.what());
        }
    }
    return taken;
}

TEST(mapped, gives_what_a_carrier_carries_in_the_order_of_the_inputs) {
    const carrier slow{text_of};
    mapped<carrier, std::vector<int>> results(slow, {1, 2, 3, 4, 5}, {.chunk = 2, .buffer_max = 6});
    slow.work_off();
    EXPECT_THAT(take_all(results), ElementsAre("1", "2", "three", "4", "5"));
}

TEST(mapped, gives_it_as_it_is_completed_where_the_order_does_not_matter) {
    const carrier slow{text_of};
    mapped<carrier, std::vector<int>> results(
        slow, {1, 2, 3, 4, 5}, {.chunk = 2, .buffer_max = 6, .ordered = false});
    slow.work_off();
    EXPECT_THAT(take_all(results), ElementsAre("5", "three", "4", "1", "2"));
}

TEST(mapped, a_task_takes_it_step_by_step) {
    const carrier slow{text_of};
    mapped<carrier, std::vector<int>> results(slow, {1, 2}, {});
    slow.work_off();
    const auto main = [&]() -> task<int> {
        int count = 0;
        for (;;) {
            auto next = co_await results.next();
            if (!next) break;
            ++count;
        }
        co_return count;
    };
    EXPECT_EQ(run(main()), 2);
}

}  // namespace
}  // namespace troika
