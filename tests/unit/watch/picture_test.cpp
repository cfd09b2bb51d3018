// SPDX-License-Identifier: MIT
#include "watch/picture.hpp"

#include "os/environment.hpp"

#include <troika/loop/event_loop.hpp>
#include <troika/pool/thread_pool.hpp>
#include <troika/sync/event.hpp>
#include <troika/sync/queue.hpp>
#include <troika/tasks/sleep.hpp>
#include <troika/tasks/task_group.hpp>
#include <troika/tasks/yield_now.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <latch>
#include <string>

namespace {

using namespace std::chrono_literals;
using namespace troika;
using namespace troika::watch;
using impl::listed;
using ::testing::HasSubstr;

picture look_at_us() { return look_at(read_program(os::process_id())); }

const picture::part* find(const picture& in, listed kind) {
    const auto found = std::ranges::find_if(
        in.parts, [&](const picture::part& part) { return part.listed.kind == kind; });
    return found == in.parts.end() ? nullptr : &*found;
}

const seen_task* find(const std::vector<seen_task>& in, const std::string& name) {
    for (const seen_task& each : in) {
        if (each.what.name == name) return &each;
        if (const seen_task* const found = find(each.children, name)) return found;
    }
    return nullptr;
}

task<void> sleep_long() { co_await sleep(1h); }
task<void> wait_for(event& what) { co_await what.wait(); }
task<void> await(future<void> what) { co_await std::move(what); }

task<picture> look_among_tasks() {
    picture seen;
    event never_set;
    auto body = [&](task_group& group) -> task<void> {
        group.create_task(sleep_long(), {.name = "sleeper"});
        auto waiter = group.create_task(wait_for(never_set), {.name = "waiter"});
        group.create_task(await(std::move(waiter)), {.name = "awaits the waiter"});
        co_await yield_now();
        seen = look_at_us();
        group.cancel();
    };
    co_await with_task_group(body);
    co_return seen;
}

TEST(picture, shows_tasks_with_what_they_wait_for_and_where) {
    event_loop loop;
    const picture seen = loop.run(look_among_tasks());
    EXPECT_TRUE(seen.notes.empty());
    const picture::part* const part = find(seen, listed::loop);
    ASSERT_NE(part, nullptr);
    EXPECT_NE(part->running, 0U);   // that which looked
    const seen_task* const sleeper = find(part->tasks, "sleeper");
    ASSERT_NE(sleeper, nullptr);
    EXPECT_EQ(sleeper->what.state, "sleep");
    EXPECT_GE(sleeper->waits_s, 0);
    EXPECT_LE(sleeper->waits_s, 60);
    ASSERT_EQ(sleeper->what.stack.size(), 1U);
    EXPECT_THAT(sleeper->what.stack[0].file, HasSubstr("picture_test.cpp"));
    EXPECT_THAT(sleeper->what.stack[0].function, HasSubstr("sleep_long"));
    const seen_task* const waiter = find(part->tasks, "waiter");
    ASSERT_NE(waiter, nullptr);
    EXPECT_THAT(waiter->what.state, HasSubstr("event"));
    const seen_task* const awaiting = find(part->tasks, "awaits the waiter");
    ASSERT_NE(awaiting, nullptr);
    EXPECT_EQ(awaiting->awaited, waiter->address);
    EXPECT_GE(seen.task_count(), 4U);

    const std::string text = tree_text({{seen.of.pid, seen}}, seen.of.pid);
    EXPECT_THAT(text, HasSubstr("sleeper #"));
    EXPECT_THAT(text, HasSubstr(": sleep"));
    EXPECT_THAT(to_json({{seen.of.pid, seen}}), HasSubstr("\"name\":\"sleeper\""));
}

TEST(picture, shows_queues_and_pools) {
    queue<int> items({.capacity_max = 9, .name = "items"});
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(items.try_put(i));
    static_cast<void>(items.try_get());
    thread_pool pool({.workers = 2, .name = "builders"});
    std::latch both(2);   // threads have begun
    auto first = pool.submit([&] { both.arrive_and_wait(); });
    pool.submit([&] { both.arrive_and_wait(); }).get();
    first.get();
    const picture seen = look_at_us();
    const picture::part* const one = find(seen, listed::queue);
    ASSERT_NE(one, nullptr);
    EXPECT_STREQ(one->listed.name, "items");
    EXPECT_EQ(one->gauges[0], 4U);
    EXPECT_EQ(one->gauges[1], 5U);
    EXPECT_EQ(one->gauges[3], 9U);
    const picture::part* const builders = find(seen, listed::pool);
    ASSERT_NE(builders, nullptr);
    EXPECT_STREQ(builders->listed.name, "builders");
    EXPECT_EQ(std::ranges::count_if(seen.parts, [&](const picture::part& each) {
                  return each.listed.parent == builders->listed.number;
              }), 2);
    EXPECT_THAT(tree_text({{seen.of.pid, seen}}, seen.of.pid),
                HasSubstr("queue 'items': 4 of 9, at most 5"));
}

TEST(picture, counts_what_waits_for_a_worker) {
    thread_pool pool({.workers = 1, .name = "one"});
    std::latch begun(2);
    std::latch end(2);
    auto first = pool.submit([&] {
        for (int i = 0; i < 3; ++i) pool.submit([] {});   // lie in its own queue
        begun.arrive_and_wait();
        end.arrive_and_wait();
    });
    begun.arrive_and_wait();
    for (int i = 0; i < 4; ++i) pool.submit([] {});   // from outside
    const picture seen = look_at_us();
    const std::string text = tree_text({{seen.of.pid, seen}}, seen.of.pid);
    EXPECT_THAT(text, HasSubstr("pool 'one': 4 wait for a worker"));
    EXPECT_THAT(text, HasSubstr(": runs a job, has 3 more"));
    EXPECT_EQ(pool.stats().queued, 7U);
    end.arrive_and_wait();
    first.get();
}

TEST(picture, tasks_of_pools_tell_how_long_they_wait) {
    thread_pool pool({.workers = 1});
    auto dozing = pool.submit(sleep_long());
    picture seen;
    const auto waits = [&] {
        const picture::part* const part = find(seen, listed::pool);
        return part != nullptr && part->tasks.size() == 1 && part->tasks[0].waits_s >= 0;
    };
    do seen = look_at_us();
    while (!waits());
    EXPECT_THAT(find(seen, listed::pool)->tasks[0].what.state, HasSubstr("sleep"));
    EXPECT_LE(find(seen, listed::pool)->tasks[0].waits_s, 60);
    dozing.cancel();
}

TEST(picture, what_has_gone_is_not_shown) {
    { event_loop loop; }
    { queue<int> items({.capacity_max = 1}); }
    event_loop loop;
    EXPECT_EQ(look_at_us().parts.size(), 1U);
}

TEST(picture, durations) {
    EXPECT_EQ(duration_text(0), "0.0 ms");
    EXPECT_EQ(duration_text(1'234'000), "1.2 ms");
    EXPECT_EQ(duration_text(345'000'000), "345 ms");
    EXPECT_EQ(duration_text(1'250'000'000), "1.2 s");
    EXPECT_EQ(duration_text(4'000'000'000), "4 s");
    EXPECT_EQ(duration_text(125'000'000'000), "2 min 5 s");
    EXPECT_EQ(duration_text(7'260'000'000'000), "2 h 1 min");
    EXPECT_EQ(duration_text(-5), "0.0 ms");
}

}  // namespace
