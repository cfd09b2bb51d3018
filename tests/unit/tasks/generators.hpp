// SPDX-License-Identifier: MIT
#pragma once

#include <troika/tasks/async_generator.hpp>
#include <troika/tasks/sleep.hpp>

#include <string>
#include <utility>
#include <vector>

// Generators that the tests of async_generator share.
namespace troika::testing_support {

using words = std::vector<std::string>;

/// Appends a word when it is destroyed.
class leaves_word {
public:
    leaves_word(words& log, const char* word) : log_(log), word_(word) {}
    leaves_word(const leaves_word&) = delete;
    leaves_word& operator=(const leaves_word&) = delete;
    ~leaves_word() { log_.push_back(word_); }

private:
    words& log_;
    const char* word_;
};

/// 1 to `last`.
inline async_generator<int> count_to(int last) {
    for (int i = 1; i <= last; ++i) co_yield i;
}
inline async_generator<int> count_slowly(duration step, int last) {
    for (int i = 1; i <= last; ++i) {
        co_await sleep(step);
        co_yield i;
    }
}
/// Says when it begins, and how it ends.
inline async_generator<int> count_aloud(words& log, duration step) {
    const leaves_word end(log, "destroyed");
    log.push_back("begun");
    try {
        for (int i = 1;; ++i) {
            co_await sleep(step);
            co_yield i;
        }
    } catch (const cancelled&) {
        log.push_back("cancelled");
        throw;
    }
}
inline task<std::vector<int>> all_of(async_generator<int> from) {
    std::vector<int> items;
    while (auto item = co_await from.next()) items.push_back(*item);
    co_return items;
}

}  // namespace troika::testing_support
