// SPDX-License-Identifier: MIT
// Generators that produce, and coroutines that consume.
#include <troika/troika.hpp>

#include <iostream>
#include <ranges>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

troika::generator<int> naturals() {
    for (int i = 0;; ++i) co_yield i;
}

struct folder {
    std::string name;
    std::vector<folder> inside{};
};

/// The paths below a folder; those of the folders in it come from generators of their own.
troika::generator<std::string> paths(const folder& of, std::string above) {
    std::string path = above + of.name;
    co_yield path;
    for (const folder& each : of.inside) co_yield troika::elements_of(paths(each, path + "/"));
}

troika::consumer<double, double> running_mean() {   // is sent doubles, answers with the mean so far
    double sum = 0, count = 0, mean = 0;
    for (;;) {
        sum += co_yield mean;
        mean = sum / ++count;
    }
}

/// Counts words until it is closed, then returns the longest.
troika::consumer<std::string, int, std::string> longest_word() {
    std::string longest;
    int count = 0;
    try {
        for (;;) {
            std::string word;
            bool skipped = false;
            try {
                word = co_yield count;
            } catch (const std::invalid_argument& error) {
                std::cout << "skipped: " << error.what() << '\n';
                skipped = true;
            }
            if (skipped) continue;
            ++count;
            if (word.size() > longest.size()) longest = std::move(word);
        }
    } catch (const troika::generator_exit&) {
        std::cout << "closed after " << count << " words\n";
    }
    co_return longest;
}

int main() {
    for (int i : naturals() | std::views::take(5)) std::cout << i << ' ';
    std::cout << '\n';
    const auto odd = [](int i) { return i % 2 == 1; };
    const auto square = [](int i) { return i * i; };
    for (int i : naturals() | std::views::filter(odd) | std::views::transform(square) |
                     std::views::take_while([](int i) { return i < 100; }))
        std::cout << i << ' ';
    std::cout << '\n';

    auto numbers = naturals();
    for (int i : numbers)
        if (i == 2) break;
    for (int i : numbers) {   // goes on where the first loop stopped
        std::cout << "then " << i << '\n';
        break;
    }

    const folder root{"src", {{"core", {{"task"}, {"future"}}}, {"loop"}}};
    for (const std::string& path : paths(root, "/")) std::cout << path << '\n';

    auto mean = running_mean();
    std::cout << mean.send(3) << ", then " << mean.send(5) << '\n';

    auto words = longest_word();
    std::cout << words.start() << " words yet\n";
    words.send("sleigh");
    words.send("troika");
    words.throw_in(std::invalid_argument("no word"));
    std::cout << words.send("harness") << " words\n";
    const std::string longest = words.close().value();
    std::cout << "the longest: " << longest << '\n';
    try {
        words.send("too late");
    } catch (const troika::stop_iteration&) {
        std::cout << "it has ended\n";
    }
}
