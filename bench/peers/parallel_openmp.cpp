// SPDX-License-Identifier: MIT
// links: openmp
// OpenMP sorts nothing: libstdc++'s parallel mode does, which is built on it.
#include "parallel_work.hpp"

#include <cstddef>
#include <functional>
#include <omp.h>
#include <parallel/algorithm>
#include <vector>

namespace {

using parallel_work::record;

class algorithms {
public:
    explicit algorithms(int workers) { omp_set_num_threads(workers); }

    double sum(const std::vector<double>& values) {
        double result = 0;
#pragma omp parallel for simd reduction(+ : result)
        for (std::size_t i = 0; i < values.size(); ++i) result += values[i];
        return result;
    }
    void sort(std::vector<int>& values) { __gnu_parallel::sort(values.begin(), values.end()); }
    void stable_sort(std::vector<record>& records) {
        __gnu_parallel::stable_sort(records.begin(), records.end(), parallel_work::by_key);
    }
    template <class F>
    void for_each(long count, F&& call) {
#pragma omp parallel for
        for (long i = 0; i < count; ++i) call(i);
    }
    template <class F>
    std::vector<double> map(const std::vector<int>& values, F&& function) {
        std::vector<double> result(values.size());
#pragma omp parallel for
        for (std::size_t i = 0; i < values.size(); ++i) result[i] = function(values[i]);
        return result;
    }
};

}  // namespace

int main(int count, char** arguments) { return parallel_work::main<algorithms>(count, arguments); }
