// SPDX-License-Identifier: MIT
// One future over all three: a task of the loop, a job of the pool, a call to a process.
#include <troika/troika.hpp>

#include <chrono>
#include <iostream>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace {

long count_primes(long below) {
    long count = 0;
    for (long n = 2; n < below; ++n) {
        bool prime = true;
        for (long d = 2; prime && d * d <= n; ++d) prime = n % d != 0;
        if (prime) ++count;
    }
    return count;
}

troika::task<long> ask_a_neighbour() {
    co_await troika::sleep(1ms);   // as a request to another machine does
    co_return 25;
}

troika::task<void> drive(troika::thread_pool& threads, troika::process_pool& processes) {
    co_await troika::with_task_group([&](troika::task_group& group) -> troika::task<void> {
        std::vector<troika::future<long>> horses;
        horses.push_back(group.create_task(ask_a_neighbour()));
        horses.push_back(threads.submit(count_primes, 1'000L));
        horses.push_back(processes.submit<&count_primes>(10'000L));
        const std::vector<long> primes = co_await troika::gather(std::move(horses));
        std::cout << "loop " << primes[0] << ", pool " << primes[1] << ", process " << primes[2]
                  << '\n';
    });
}

}  // namespace

int main() {
    troika::process_entry();   // in a worker process it never returns
    troika::thread_pool threads{{.workers = 2}};
    troika::process_pool processes{{.workers = 1}};
    troika::run(drive(threads, processes));

    // A plain thread waits for the same futures without any loop.
    troika::future<long> job = threads.submit(count_primes, 100L);
    troika::future<long> call = processes.submit<&count_primes>(100L);
    std::cout << "a thread: " << job.get() + call.get() << '\n';
}
