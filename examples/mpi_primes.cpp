// SPDX-License-Identifier: MIT
// Counts primes in the ranks of an MPI job: mpirun -n 4 mpi_primes

#include <troika/mpi/mpi_pool.hpp>

#include <iostream>
#include <vector>

long count_primes(long below) {
    long count = 0;
    for (long n = 2; n < below; ++n) {
        bool prime = true;
        for (long d = 2; d * d <= n && prime; ++d) prime = n % d != 0;
        count += prime ? 1 : 0;
    }
    return count;
}

int main() {
    troika::mpi_entry();   // ranks other than 0 stay in here
    troika::mpi_pool ranks;

    troika::future<long> one = ranks.submit<&count_primes>(100'000L);
    std::cout << "below 100000: " << one.get() << '\n';

    const std::vector<long> limits{10, 100, 1'000, 10'000};
    for (const long count : ranks.map<&count_primes>(limits)) std::cout << count << ' ';
    std::cout << '\n';
}
