// SPDX-License-Identifier: MIT
// links: tbb
// std::execution::par: libstdc++ builds it on TBB.
#include "parallel_work.hpp"

#include <algorithm>
#include <cstddef>
#include <execution>
#include <numeric>
#include <ranges>
#include <tbb/global_control.h>
#include <vector>

namespace {

using parallel_work::record;
namespace execution = std::execution;

class algorithms {
public:
    explicit algorithms(int workers)
        : limit_(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(workers)) {}

    double sum(const std::vector<double>& values) {
        return std::reduce(execution::par_unseq, values.begin(), values.end(), 0.0);
    }
    void sort(std::vector<int>& values) { std::sort(execution::par, values.begin(), values.end()); }
    void stable_sort(std::vector<record>& records) {
        std::stable_sort(execution::par, records.begin(), records.end(), parallel_work::by_key);
    }
    template <class F>
    void for_each(long count, F&& call) {
        const auto indices = std::views::iota(0L, count);
        std::for_each(execution::par, indices.begin(), indices.end(), call);
    }
    template <class F>
    std::vector<double> map(const std::vector<int>& values, F&& function) {
        std::vector<double> result(values.size());
        std::transform(execution::par, values.begin(), values.end(), result.begin(), function);
        return result;
    }

private:
    tbb::global_control limit_;
};

}  // namespace

int main(int count, char** arguments) { return parallel_work::main<algorithms>(count, arguments); }
