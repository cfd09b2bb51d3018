// SPDX-License-Identifier: MIT
// Tasks that live together; deadlines; cancellation.
#include <troika/troika.hpp>

#include <chrono>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

void print(const auto& value) { std::cout << value << '\n'; }

troika::task<int> ask(int answer) {
    co_await troika::yield_now();
    co_return answer;
}

troika::task<void> write_log(std::string line) {
    co_await troika::sleep(10ms);
    print("log: " + line);
}

troika::task<std::string> fetch(std::string url, std::chrono::milliseconds time) {
    co_await troika::sleep(time);
    co_return "page of " + url;
}

troika::task<std::string> fail() {
    co_await troika::yield_now();
    throw std::runtime_error("no such page");
}

troika::task<void> together() {
    co_await troika::with_task_group([&](troika::task_group& group) -> troika::task<void> {
        troika::future<int> answer = group.create_task(ask(42), {.name = "ask"});
        group.create_task(write_log("asked"));   // fire and forget, yet never lost
        print(co_await answer);
    });   // nothing outlives the brace
    print("the group has ended");
}

troika::task<void> deadlines() {
    auto page = co_await troika::wait_for(fetch("quick", 1ms), 2s);
    print(page);
    try {
        co_await troika::wait_for(fetch("slow", 1h), 5ms);
    } catch (const troika::timeout_error&) {
        print("the slow page took too long");
    }
    auto maybe = co_await troika::move_on_after(5ms, fetch("slow", 1h));   // optional, no throw
    print(maybe ? *maybe : "moved on");
    auto fastest = co_await troika::race(fetch("cache", 1ms), fetch("disk", 1h));
    print(fastest);
}

troika::task<void> cancellation() {
    const bool finished = co_await troika::with_cancel_scope(
        [](troika::cancel_scope& scope) -> troika::task<void> {
            scope.cancel();
            auto saved = co_await troika::shield(fetch("shielded", 1ms));
            print(saved);
        });
    print(finished ? "finished" : "an await in a cancelled scope is refused before it begins");
}

troika::task<void> failures() {
    auto either = co_await troika::as_result(fail());   // std::expected, nothing thrown
    print(either ? *either : "an error as a value: " + troika::describe(either.error()));
    try {
        co_await troika::with_task_group([](troika::task_group& group) -> troika::task<void> {
            group.create_task(fail());
            co_await troika::sleep(1h);   // cancelled by the failure
        });
    } catch (const troika::exception_group& group) {
        print(group.what());
    }
}

troika::task<void> in_order_of_completion() {
    std::vector<troika::task<std::string>> downloads;
    downloads.push_back(fetch("third", 30ms));
    downloads.push_back(fetch("first", 1ms));
    downloads.push_back(fetch("second", 15ms));
    auto completed = troika::as_completed(std::move(downloads));
    while (auto done = co_await completed.next()) print(done->get());
}

troika::task<void> async_main() {
    co_await together();
    co_await deadlines();
    co_await cancellation();
    co_await failures();
    co_await in_order_of_completion();
}

int main() { troika::run(async_main()); }
