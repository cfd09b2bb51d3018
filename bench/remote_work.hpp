// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/future.hpp>

#include <cstddef>
#include <utility>
#include <vector>

/// What pools whose workers are other processes do for the works of peers/process_work.hpp.
namespace remote_work {

inline int same(int value) { return value; }
inline double ends(const std::vector<double>& of) { return of.front() + of.back(); }

/// `Pool`: process_pool, or mpi_pool.
template <class Pool>
class pool {
public:
    explicit pool(int workers) : pool_({.workers = static_cast<std::size_t>(workers)}) {}

    int once(int value) { return pool_.template submit<&same>(value).get(); }
    long batch(int count) {
        std::vector<troika::future<int>> answers;
        answers.reserve(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) answers.push_back(pool_.template submit<&same>(i));
        long sum = 0;
        for (const troika::future<int>& answer : answers) sum += answer.get();
        return sum;
    }
    long map(int count, int chunk) {
        std::vector<int> inputs(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) inputs[static_cast<std::size_t>(i)] = i;
        long sum = 0;
        for (const int each :
             pool_.template map<&same>(inputs, {.chunk = static_cast<std::size_t>(chunk)}))
            sum += each;
        return sum;
    }
    double carry(std::vector<double>& what) {
        return pool_.template submit<&ends>(std::move(what)).get();
    }

private:
    Pool pool_;
};

}  // namespace remote_work
