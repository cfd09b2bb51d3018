// SPDX-License-Identifier: MIT
#include "watch/remote_tasks.hpp"

#include "os/environment.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace {

using namespace troika;
using namespace troika::watch;

seen_task made(std::uint64_t address, std::uint64_t awaited) {
    seen_task task;
    task.address = address;
    task.awaited = awaited;
    return task;
}

TEST(remote_tasks, find_cycles_of_waits) {
    std::vector<seen_task> tasks{made(1, 2), made(2, 3), made(4, 4), made(5, 1), made(6, 0)};
    tasks.push_back(made(7, 99));   // of something that is no task
    tasks[0].children.push_back(made(3, 2));
    const auto cycles = find_cycles(tasks);
    ASSERT_EQ(cycles.size(), 2U);
    EXPECT_EQ(cycles[0].size(), 2U);   // 2 and 3
    EXPECT_EQ(cycles[1].size(), 1U);   // 4, itself
}

/// Lists as a hostile program could make them.
class made_list {
public:
    struct links {
        links* previous;
        links* next;
        std::uint64_t more[32];
    };
    program of;

    made_list() {
        of.pid = os::process_id();
        for (auto& each : of.places) each = 200;   // zeros
        of.places[static_cast<std::size_t>(impl::place::owner_tasks)] = 0;
        of.places[static_cast<std::size_t>(impl::place::node_hook)] = 0;
    }
};

TEST(remote_tasks, a_list_that_leads_nowhere_is_left) {
    made_list fake;
    made_list::links head{};
    head.next = reinterpret_cast<made_list::links*>(std::uintptr_t{16});
    head.previous = &head;
    remote_tasks tasks(fake.of);
    EXPECT_TRUE(tasks.below(reinterpret_cast<std::uintptr_t>(&head)).empty());
    EXPECT_TRUE(tasks.incomplete());
}

TEST(remote_tasks, a_list_that_never_ends_is_left) {
    made_list fake;
    made_list::links head{};
    made_list::links a{};
    head.next = &a;
    head.previous = &a;
    a.previous = &head;
    a.next = &a;   // and so on
    remote_tasks tasks(fake.of);
    static_cast<void>(tasks.below(reinterpret_cast<std::uintptr_t>(&head)));
    EXPECT_TRUE(tasks.incomplete());
    EXPECT_LE(tasks.below(8).size(), remote_tasks::tasks_max);
}

TEST(remote_tasks, of_a_process_that_is_gone) {
    made_list fake;
    fake.of.pid = 0x7fffffff;
    remote_tasks tasks(fake.of);
    EXPECT_TRUE(tasks.below(64).empty());
    EXPECT_NE(tasks.error(), 0);
}

}  // namespace
