// SPDX-License-Identifier: MIT
// Functions in processes of their own: called, mapped, stopped, and lost without harm.
#include <troika/troika.hpp>

#include <csignal>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

long count_primes(long below) {
    std::vector<bool> composite(static_cast<std::size_t>(below), false);
    long count = 0;
    for (long n = 2; n < below; ++n) {
        if (composite[static_cast<std::size_t>(n)]) continue;
        ++count;
        for (long m = n * n; m < below; m += n) composite[static_cast<std::size_t>(m)] = true;
    }
    return count;
}

int crash(int signal) { return std::raise(signal); }

int withdraw(int balance, int amount) {
    if (amount > balance) throw std::invalid_argument("not enough money");
    return balance - amount;
}

// A process of its own: its return value is the exit code.
int worker(std::stop_token stop, const std::string& name) {
    std::cout << "hello from " << name << std::endl;
    while (!stop.stop_requested()) std::this_thread::yield();
    return 7;
}

troika::task<long> primes_in_a_task(troika::process_pool& processes) {
    auto left = processes.submit<&count_primes>(1'000L);
    auto right = processes.submit<&count_primes>(10'000L);
    const long both = co_await left + co_await right;   // the loop goes on meanwhile
    co_return both;
}

}  // namespace

int main() {
    troika::process_entry();   // in a worker process it never returns

    troika::process_pool processes{{.workers = 2}};
    std::cout << "below 100,000: " << processes.submit<&count_primes>(100'000L).get() << '\n';
    std::cout << "in a task: " << troika::run(primes_in_a_task(processes)) << '\n';

    const std::vector<long> limits{10, 100, 1'000, 10'000};
    for (const long count : processes.map<&count_primes>(limits)) std::cout << count << ' ';
    std::cout << '\n';

    try {
        processes.submit<&withdraw>(10, 20).get();
    } catch (const std::invalid_argument& error) {   // with its type
        std::cout << "refused: " << error.what() << '\n';
    }
    try {
        processes.submit<&crash>(SIGKILL).get();
    } catch (const troika::worker_died& error) {
        std::cout << "died of signal " << -error.exit_code() << '\n';
    }
    std::cout << "and another goes on: " << processes.submit<&count_primes>(100L).get()
              << std::endl;

    auto child = troika::process::start<&worker>("a process");
    child.request_stop();
    std::cout << "exit code " << child.join() << '\n';
}
