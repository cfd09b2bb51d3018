// SPDX-License-Identifier: MIT
// A program that writes a trace of itself: open traced.json at https://ui.perfetto.dev.
#include <troika/troika.hpp>

#include <chrono>
#include <iostream>
#include <utility>

using namespace std::chrono_literals;

long count_primes(long below) {
    long count = 0;
    for (long n = 2; n < below; ++n) {
        bool prime = true;
        for (long d = 2; prime && d * d <= n; ++d) prime = n % d != 0;
        count += prime ? 1 : 0;
    }
    return count;
}

troika::task<void> download(troika::event& arrived) {
    co_await troika::sleep(20ms);   // it would wait for a server
    arrived.set();
}

troika::task<void> evaluate(troika::thread_pool& threads, troika::event& arrived) {
    co_await arrived.wait();
    troika::future<long> primes = threads.submit([] { return count_primes(20'000); });
    const long count = co_await std::move(primes);
    std::cout << count << " primes\n";
}

troika::task<void> async_main(troika::thread_pool& threads) {
    troika::event arrived;
    co_await troika::with_task_group([&](troika::task_group& group) -> troika::task<void> {
        group.create_task(evaluate(threads, arrived), {.name = "evaluate"});
        group.create_task(download(arrived), {.name = "download"});
        co_return;
    });
}

int main() {
    troika::trace_file trace = troika::trace_to("traced.json");
    troika::thread_pool threads{{.workers = 2}};
    trace.mark("begin");
    troika::run(async_main(threads));
    trace.write();
    std::cout << "traced.json shows who waited for whom\n";
}
