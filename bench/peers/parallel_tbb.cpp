// SPDX-License-Identifier: MIT
// links: tbb
// TBB's sort is not stable: see parallel_std.cpp.
#include "parallel_work.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_reduce.h>
#include <tbb/parallel_sort.h>
#include <vector>

namespace {

class algorithms {
public:
    explicit algorithms(int workers)
        : limit_(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(workers)) {}

    double sum(const std::vector<double>& values) {
        using range = tbb::blocked_range<std::size_t>;
        const std::span<const double> all(values);
        return tbb::parallel_reduce(
            range(0, values.size(), 4096), 0.0,
            [&](const range& part, double before) {
                return before + parallel_work::sum_of(all.subspan(part.begin(), part.size()));
            },
            std::plus{});
    }
    void sort(std::vector<int>& values) { tbb::parallel_sort(values); }
    template <class F>
    void for_each(long count, F&& call) {
        using range = tbb::blocked_range<long>;
        tbb::parallel_for(range(0, count), [&](const range& part) {
            for (long i = part.begin(); i < part.end(); ++i) call(i);
        });
    }
    template <class F>
    std::vector<double> map(const std::vector<int>& values, F&& function) {
        std::vector<double> result(values.size());
        for_each(static_cast<long>(values.size()), [&](long at) {
            const auto i = static_cast<std::size_t>(at);
            result[i] = function(values[i]);
        });
        return result;
    }

private:
    tbb::global_control limit_;
};

}  // namespace

int main(int count, char** arguments) { return parallel_work::main<algorithms>(count, arguments); }
