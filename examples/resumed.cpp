// SPDX-License-Identifier: MIT
// A long computation that was ended half-way, and goes on: the journal has what was done.
#include <troika/proc/map_journal.hpp>
#include <troika/proc/process_entry.hpp>
#include <troika/proc/process_pool.hpp>

#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

namespace {

long count_primes(long below) {
    long count = 0;
    for (long number = 2; number < below; ++number) {
        bool prime = true;
        for (long d = 2; prime && d * d <= number; ++d) prime = number % d != 0;
        count += prime ? 1 : 0;
    }
    return count;
}

/// Prints results until `most` were there; then something ends the program.
void count(const std::vector<long>& limits, const std::string& file, std::size_t most) {
    troika::process_pool processes;
    troika::map_journal journal(file);
    std::cout << (journal.stats().results >= 2 ? "goes on:" : "begins:");
    for (const long primes : processes.map<&count_primes>(limits, journal, {.chunk = 1})) {
        std::cout << ' ' << primes;
        if (--most == 0) break;
    }
    std::cout << '\n';
}

}  // namespace

int main(int argument_count, char** arguments) {
    troika::process_entry();
    const std::string file = argument_count > 1 ? arguments[1] : "primes.journal";
    const std::vector<long> limits{10, 100, 1'000, 10'000, 100'000};
    std::remove(file.c_str());
    count(limits, file, 2);
    count(limits, file, limits.size());
    std::remove(file.c_str());
}
