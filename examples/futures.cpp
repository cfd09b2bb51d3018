// SPDX-License-Identifier: MIT
// One future, whoever does the work: a thread blocks on it, a task awaits it.
#include <troika/troika.hpp>

#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

long count_primes(long limit) {
    long found = 0;
    for (long n = 2; n < limit; ++n) {
        bool prime = true;
        for (long d = 2; prime && d * d <= n; ++d) prime = n % d != 0;
        if (prime) ++found;
    }
    return found;
}

std::string blocking_call() {
    std::this_thread::yield();   // a library that knows of no loop
    return "text from a thread";
}

void as_a_thread(troika::thread_pool& threads) {
    const std::vector<long> big{10'000, 20'000};
    troika::future<long> a = threads.submit([&] { return count_primes(big[0]); });
    troika::future<long> b = threads.submit(count_primes, big[1]);
    std::cout << a.get() << " and " << b.get() << " primes\n";   // a plain thread blocks
    a.add_done_callback(
        [](const troika::future<long>& done) { std::cout << "told of " << done.get() << '\n'; });

    troika::future<int> failed =
        threads.submit([]() -> int { throw std::runtime_error("no such number"); });
    try {
        failed.get();
    } catch (const std::runtime_error& error) {
        std::cout << "a job failed: " << error.what() << '\n';
    }
}

void several(troika::thread_pool& threads) {
    std::vector<troika::future<long>> futures;
    for (const long limit : {30'000L, 10L, 1'000L})
        futures.push_back(threads.submit(count_primes, limit));
    long sum = 0;
    for (auto& done : troika::as_completed(futures)) sum += done.get();   // the first done first
    std::cout << "sum " << sum << '\n';

    auto found = troika::wait_blocking(futures, troika::until::first_completed);
    std::cout << found.done.size() << " done, " << found.pending.size() << " pending\n";
}

void in_order(troika::thread_pool& threads) {
    const std::vector<long> limits{10, 100, 1'000, 10'000};
    for (long n : threads.map(count_primes, limits, {.chunk = 2})) std::cout << n << ' ';
    std::cout << "\n";   // in order, lazily, bounded
}

void cancelled_before_it_began() {
    troika::thread_pool one{{.workers = 1}};
    troika::promise<void> begun;
    troika::promise<void> end;
    one.submit([&, until = end.get_future()] {
        begun.set_value();
        while (!until.done()) std::this_thread::yield();
    });
    begun.get_future().get();
    troika::future<long> later = one.submit(count_primes, 1'000'000'000L);
    std::cout << std::boolalpha << later.cancel() << ", as it had not begun\n";
    end.set_value();
}

troika::task<void> as_a_task(troika::thread_pool& threads) {
    troika::future<long> b = threads.submit(count_primes, 10'000L);
    const long primes = co_await b;   // a task does not block
    auto text = co_await troika::to_thread(blocking_call);
    std::cout << primes << " primes, " << text << '\n';
    const std::vector<long> limits{10, 100, 1'000};
    auto counts = threads.map(count_primes, limits);
    while (auto count = co_await counts.next()) std::cout << *count << '\n';
}

int main() {
    troika::thread_pool threads;   // as many workers as this process may use processors
    as_a_thread(threads);
    several(threads);
    in_order(threads);
    cancelled_before_it_began();
    troika::run(as_a_task(threads));
}
