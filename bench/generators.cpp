// SPDX-License-Identifier: MIT
// What does a generator cost? The works of bench/peers/generator_work.hpp, through the public face.
#include "compare.hpp"
#include "peers/generator_work.hpp"

#include <troika/core/consumer.hpp>
#include <troika/core/generator.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

troika::generator<long> below(long count) {
    for (long i = 0; i < count; ++i) co_yield i;
}
[[gnu::noinline]] troika::generator<long> below_elsewhere(long count) { return below(count); }

troika::generator<long> in_order(const generator_work::node* at) {
    if (at->left) co_yield troika::elements_of(in_order(at->left.get()));
    co_yield at->value;
    if (at->right) co_yield troika::elements_of(in_order(at->right.get()));
}

troika::consumer<long, long> adds() {
    long sum = 0;
    for (;;) sum += co_yield sum;
}
#if defined(__clang__)
[[clang::coro_wrapper]]
#endif
[[gnu::noinline]] troika::consumer<long, long> adds_elsewhere() {
    return adds();
}

void simple(bench::benchmark& suite, std::string title, std::string unit, const char* what,
            long size, double limit) {
    const auto with = [&](std::vector<std::string> program) {
        program.insert(program.end(), {what, std::to_string(size)});
        bench::command result = suite.measured(std::move(program));
        result.core = bench::driver_core();
        return result;
    };
    bench::table result(std::move(title), {{"cpu_ns", "CPU " + unit}, {"ns", unit}});
    result.reference("by hand", with({"peer_reference_generators"}))
        .row("troika", with({bench::self(), "work"}))
        .goal_ratio("troika", limit);
    suite.run(std::move(result));
}

}  // namespace

namespace generator_work {

void numbers(long count) {
    long sum = 0;
    for (const long each : below_elsewhere(count)) sum += each;
    expect(sum == sum_below(count));
}

void short_ones(long count) {
    long sum = 0;
    for (long i = 0; i < count; ++i)
        for (const long each : below_elsewhere(3)) sum += each;
    expect(sum == 3 * count);
}

void tree(long count) {
    long next = 0;
    const auto root = make_tree(tree_depth, next);
    measure(static_cast<double>(count * tree_nodes), [&] {
        for (long i = 0; i < count; ++i) {
            long sum = 0;
            for (const long each : in_order(root.get())) sum += each;
            expect(sum == sum_below(tree_nodes));
        }
    });
}

void sends(long count) {
    auto adder = adds_elsewhere();
    long last = 0;
    for (long i = 0; i < count; ++i) last = adder.send(i);
    expect(last == sum_below(count));
}

}  // namespace generator_work

int main(int count, char** arguments) {
    if (count > 1 && std::string_view(arguments[1]) == "work")
        return generator_work::main(count - 2, arguments + 2);
    bench::benchmark suite(count, arguments, "generators: what does an item cost?",
                           "a coroutine with the least promise, written by hand, is the reference");
    const long items = suite.size(200'000'000L, 1000L);
    simple(suite, "items of a generator made elsewhere", "ns/item", "numbers", items, 1.2);
    simple(suite, "generators of three items", "ns/generator", "short",
           suite.size(20'000'000L, 1000L), 1.2);
    simple(suite, "a tree of a million nodes, a generator each", "ns/node", "tree",
           suite.size(5L, 1L), 1.2);
    // It is told that it has ended, that it runs already, or that something is thrown in.
    simple(suite, "values sent to a consumer", "ns/value", "sends", items, 2);
    return suite.finish();
}
