// SPDX-License-Identifier: MIT
// One thread, and the standard library's algorithms.
#include "parallel_work.hpp"

#include <algorithm>
#include <functional>
#include <vector>

namespace {

using parallel_work::record;

class algorithms {
public:
    explicit algorithms(int) {}

    double sum(const std::vector<double>& values) { return parallel_work::sum_of(values); }
    void sort(std::vector<int>& values) { std::sort(values.begin(), values.end()); }
    void stable_sort(std::vector<record>& records) {
        std::stable_sort(records.begin(), records.end(), parallel_work::by_key);
    }
    template <class F>
    void for_each(long count, F&& call) {
        for (long i = 0; i < count; ++i) call(i);
    }
    template <class F>
    std::vector<double> map(const std::vector<int>& values, F&& function) {
        std::vector<double> result(values.size());
        std::ranges::transform(values, result.begin(), function);
        return result;
    }
};

}  // namespace

int main(int count, char** arguments) { return parallel_work::main<algorithms>(count, arguments); }
