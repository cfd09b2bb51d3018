// SPDX-License-Identifier: MIT
// A thread loads a belt, tasks unload it; the belt is short, so the thread waits for the tasks.
#include <troika/troika.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

struct accounts {
    int parcels = 0;
    int weight = 0;
    std::size_t waiting_most = 0;
};

troika::task<void> weigh(troika::queue<int>& belt, troika::semaphore& scales, accounts& sums) {
    while (auto weight = co_await belt.next()) {   // until it is shut down and empty
        sums.waiting_most = std::max(sums.waiting_most, belt.size());
        auto scale = co_await scales.acquire();    // two scales for three workers
        co_await troika::sleep(1ms);
        sums.parcels += 1;
        sums.weight += *weight;
    }
}

troika::task<void> weigh_all(troika::queue<int>& belt) {
    troika::semaphore scales(2);
    accounts sums;
    co_await troika::with_task_group([&](troika::task_group& group) -> troika::task<void> {
        for (int worker = 0; worker < 3; ++worker) group.create_task(weigh(belt, scales, sums));
        co_return;   // the group waits for its workers
    });
    std::cout << sums.parcels << " parcels weigh " << sums.weight << "; "
              << (sums.waiting_most <= belt.capacity_max() ? "never" : "once")
              << " were more than " << belt.capacity_max() << " on the belt\n";
}

struct letter {
    int days_left;
    std::string to;
};

struct most_urgent {
    bool operator()(const letter& a, const letter& b) const noexcept {
        return a.days_left < b.days_left;
    }
};

std::vector<letter> todays_mail() {
    return {{9, "Moscow"}, {1, "Tver"}, {5, "Torzhok"}, {1, "Klin"}};
}

troika::task<void> post(troika::priority_queue<letter, most_urgent>& letters) {
    while (auto next = co_await letters.next()) {
        std::cout << "letter to " << next->to << '\n';
        letters.task_done();
    }
}

troika::task<void> post_all() {
    troika::priority_queue<letter, most_urgent> letters{{.capacity_max = 8}};
    auto mail = todays_mail();
    for (letter& next : mail) co_await letters.put(std::move(next));
    co_await troika::with_task_group([&](troika::task_group& group) -> troika::task<void> {
        group.create_task(post(letters));
        co_await letters.join();               // until task_done() was called for each
        letters.shutdown();
    });
}

int main() {
    troika::queue<int> belt{{.capacity_max = 4, .name = "belt"}};
    std::jthread loader([&] {
        for (int weight = 1; weight <= 20; ++weight) belt.put(weight).block();   // tasks co_await
        belt.shutdown();
    });
    troika::run(weigh_all(belt));
    troika::run(post_all());
}
