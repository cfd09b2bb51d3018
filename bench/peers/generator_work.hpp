// SPDX-License-Identifier: MIT
#pragma once

#include "peers/measuring.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

/// The works that every program about generators does. A program defines those functions, and calls
/// main(WORK N).
namespace generator_work {

using measuring::expect;

/// Adds up `count` numbers that a generator yields. It is made by a function that the compiler does
/// not see through, like one in another file: otherwise it may leave nothing of the simplest one.
void numbers(long count);
/// `count` times: makes a generator of three items and adds them up.
void short_ones(long count);
/// Visits the nodes of a balanced tree of 2^20 - 1 nodes in order, `count` times; a generator for
/// each node.
void tree(long count);
/// Sends `count` numbers to a coroutine that answers with the sum so far.
void sends(long count);

struct node {
    long value = 0;
    std::unique_ptr<node> left{};
    std::unique_ptr<node> right{};
};
inline constexpr int tree_depth = 20;
inline constexpr long tree_nodes = (1L << tree_depth) - 1;

inline std::unique_ptr<node> make_tree(int depth, long& next) {
    if (depth == 0) return nullptr;
    auto made = std::make_unique<node>();
    made->left = make_tree(depth - 1, next);
    made->value = next++;
    made->right = make_tree(depth - 1, next);
    return made;
}

constexpr long sum_below(long count) { return count * (count - 1) / 2; }

/// Calls `work`, which does `operations`, and prints what one takes.
template <class Work>
void measure(double operations, Work&& work) {
    const measuring::taken taken = measuring::measure(std::forward<Work>(work));
    std::printf("ns=%.3f cpu_ns=%.3f\n", taken.ns / operations, taken.cpu_ns / operations);
}

inline int main(int count, char** arguments) {
    const std::string_view work = count > 0 ? arguments[0] : "";
    const long n = count > 1 ? std::atol(arguments[1]) : 0;
    const auto operations = static_cast<double>(n);
    if (work == "numbers")
        measure(operations, [&] { numbers(n); });
    else if (work == "short")
        measure(operations, [&] { short_ones(n); });
    else if (work == "tree")
        tree(n);   // measures itself, without the making of the tree
    else if (work == "sends")
        measure(operations, [&] { sends(n); });
    else {
        std::fputs("usage: numbers|short|tree|sends N\n", stderr);
        return 2;
    }
    return 0;
}

}  // namespace generator_work
