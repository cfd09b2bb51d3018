// SPDX-License-Identifier: MIT
// Counts primes in the ranks of an MPI job: mpirun -n 4 mpi_primes
#include <troika/mpi/mpi_pool.hpp>
#include <troika/mpi/parallel_reduce.hpp>

#include <functional>
#include <iostream>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace {

bool is_prime(long number) {
    for (long d = 2; d * d <= number; ++d)
        if (number % d == 0) return false;
    return number > 1;
}

long count_primes(long below) {
    long count = 0;
    for (long number = 2; number < below; ++number) count += is_prime(number) ? 1 : 0;
    return count;
}

// What each rank keeps for itself.
std::vector<long>& limits() {
    static std::vector<long> kept;
    return kept;
}
void keep_limits(std::vector<long> all) { limits() = std::move(all); }

long below_limit(std::size_t which) { return count_primes(limits().at(which)); }

}  // namespace

int main() {
    troika::mpi_entry();   // the ranks but the first stay in here
    troika::mpi_pool ranks;

    // One call.
    troika::future<long> one = ranks.submit<&count_primes>(100'000L);
    std::cout << "below 100,000: " << one.get() << '\n';

    // Many, in order, as they are asked for.
    const std::vector<long> inputs{10, 100, 1'000, 10'000};
    for (const long count : ranks.map<&count_primes>(inputs)) std::cout << count << ' ';
    std::cout << '\n';

    // Something that all ranks should have, and calls that use it.
    for (troika::future<void>& each : ranks.broadcast<&keep_limits>(inputs)) each.get();
    troika::future<long> last = ranks.submit<&below_limit>(std::size_t{3});
    std::cout << "below the last limit: " << last.get() << '\n';

    // Chunks to the ranks, and each chunk to all processors that the rank has.
    std::vector<long> numbers(200'000);
    std::iota(numbers.begin(), numbers.end(), 0L);
    const auto one_if_prime = [](long number) { return is_prime(number) ? 1L : 0L; };
    std::cout << "below 200,000: "
              << troika::parallel_reduce(ranks, numbers, 0L, std::plus<>{}, one_if_prime) << '\n';

    // What a rank throws arrives here.
    try {
        ranks.submit<&below_limit>(std::size_t{99}).get();
    } catch (const std::out_of_range&) {
        std::cout << "there is no limit 99\n";
    }
}
