// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

// What the tests of sorting share: inputs, element types, orders that fail, and ways to fork.

namespace troika::sort_cases {

/// Does one thing after the other, and not the other if the one has failed.
struct alone {
    template <class F, class G>
    void operator()(F&& f, G&& g) {
        ++calls;
        f();
        g();
    }
    [[nodiscard]] unsigned concurrency() const { return width; }

    unsigned width = 1;
    int calls = 0;
};

/// Gives the second thing to a new thread as long as there are fewer than `concurrency()`.
class on_threads {
public:
    explicit on_threads(int count) : count_(count), idle_(count - 1) {}

    template <class F, class G>
    void operator()(F&& f, G&& g) {
        if (idle_.fetch_sub(1) <= 0) {
            idle_.fetch_add(1);
            f();
            g();
            return;
        }
        std::exception_ptr failure;
        std::thread other([&] {
            try {
                g();
            } catch (...) {
                failure = std::current_exception();
            }
        });
        std::exception_ptr own;
        try {
            f();
        } catch (...) {
            own = std::current_exception();
        }
        other.join();
        idle_.fetch_add(1);
        if (own) std::rethrow_exception(own);
        if (failure) std::rethrow_exception(failure);
    }
    [[nodiscard]] unsigned concurrency() const { return static_cast<unsigned>(count_); }

private:
    int count_;
    std::atomic<int> idle_;
};

struct pattern {
    std::string_view name;
    std::vector<std::uint32_t> values;
};

/// `size` numbers in each of the ways that sorting algorithms dislike or should like.
inline std::vector<pattern> patterns(std::size_t size, unsigned seed = 1) {
    std::mt19937 random(seed);
    const auto n = static_cast<std::uint32_t>(size);
    const auto made = [&](std::string_view name, auto value) {
        pattern one{name, std::vector<std::uint32_t>(size)};
        for (std::uint32_t i = 0; i < n; ++i) one.values[i] = value(i);
        return one;
    };
    const auto any = [&] { return static_cast<std::uint32_t>(random()); };
    return {
        made("random", [&](std::uint32_t) { return any(); }),
        made("sorted", [&](std::uint32_t i) { return i; }),
        made("reversed", [&](std::uint32_t i) { return n - i; }),
        made("equal", [&](std::uint32_t) { return 7u; }),
        made("two values", [&](std::uint32_t) { return any() % 2; }),
        made("few values", [&](std::uint32_t) { return any() % 16; }),
        made("reversed with equals", [&](std::uint32_t i) { return (n - i) / 3; }),
        made("organ pipe", [&](std::uint32_t i) { return std::min(i, n - i); }),
        made("sawtooth", [&](std::uint32_t i) { return i % 37; }),
        made("sorted but the last", [&](std::uint32_t i) { return i + 1 == n ? 0 : i; }),
        made("sorted but some", [&](std::uint32_t i) { return any() % 64 == 0 ? any() % n : i; }),
        made("sorted in pairs", [&](std::uint32_t i) { return i ^ 1u; }),
        made("two sorted halves", [&](std::uint32_t i) { return i < n / 2 ? i : i - n / 2; }),
    };
}

inline std::vector<std::uint32_t> random_keys(std::size_t size) {
    return std::move(patterns(size).front().values);
}

/// Equal to all others with the same key; `place` tells them apart.
struct card {
    std::uint32_t key = 0;
    std::uint32_t place = 0;
    friend bool operator==(const card&, const card&) = default;
};

/// Too large to be copied about.
struct slab {
    std::uint32_t key = 0;
    std::uint32_t place = 0;
    std::array<std::uint64_t, 8> rest{};
    friend bool operator==(const slab&, const slab&) = default;
};

/// Can only be moved, and counts how many there are.
class token {
public:
    token() noexcept { ++alive; }
    token(std::uint32_t k, std::uint32_t p) noexcept : key(k), place(p) { ++alive; }
    token(token&& other) noexcept
        : key(std::exchange(other.key, moved)), place(other.place) { ++alive; }
    token& operator=(token&& other) noexcept {
        key = std::exchange(other.key, moved);
        place = other.place;
        return *this;
    }
    ~token() { --alive; }
    friend bool operator==(const token&, const token&) = default;

    static constexpr std::uint32_t moved = 0xFFFFFFFF;
    static inline std::atomic<int> alive{0};
    std::uint32_t key = 0;
    std::uint32_t place = 0;
};

/// Has no moves of its own, as classes written before C++11; its copies could throw.
struct old_fashioned {
    old_fashioned() = default;
    old_fashioned(std::uint32_t k, std::uint32_t p) : key(k), place(p), text(std::to_string(k)) {}
    old_fashioned(const old_fashioned& other)
        : key(other.key), place(other.place), text(other.text) {}
    old_fashioned& operator=(const old_fashioned& other) {
        key = other.key;
        place = other.place;
        text = other.text;
        return *this;
    }
    ~old_fashioned() = default;
    friend bool operator==(const old_fashioned&, const old_fashioned&) = default;

    std::uint32_t key = 0;
    std::uint32_t place = 0;
    std::string text;
};

template <class Range>
Range dealt(const std::vector<std::uint32_t>& keys) {
    Range all;
    for (std::uint32_t i = 0; i < keys.size(); ++i) all.push_back({keys[i], i});
    return all;
}

struct by_key {
    template <class T>
    bool operator()(const T& left, const T& right) const {
        return left.key < right.key;
    }
};

struct by_key_and_place {
    template <class T>
    bool operator()(const T& left, const T& right) const {
        return left.key != right.key ? left.key < right.key : left.place < right.place;
    }
};

/// Whether each of `count` dealt elements is there once. Sorts them by place.
template <class Range>
bool has_all(Range& all, std::size_t count) {
    if (all.size() != count) return false;
    std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.place < b.place; });
    for (std::size_t i = 0; i < count; ++i)
        if (all[i].place != i || all[i].key == token::moved) return false;
    return true;
}

/// Whether it is sorted by key, and by place where keys are equal.
template <class Range>
bool is_stably_sorted(const Range& all) {
    return std::is_sorted(all.begin(), all.end(), by_key_and_place());
}

/// Compares keys, and throws at a certain comparison.
class failing_order {
public:
    explicit failing_order(long calls) : left_(calls) {}
    template <class T>
    bool operator()(const T& left, const T& right) {
        if (left_.fetch_sub(1) == 0) throw std::runtime_error("no order");
        return left.key < right.key;
    }

private:
    std::atomic<long> left_;
};

/// Answers as it likes.
class no_order {
public:
    explicit no_order(unsigned seed) : state_(seed * 2654435761u + 1) {}
    template <class T>
    bool operator()(const T&, const T&) {
        return (state_.fetch_add(0x9E3779B9u) * 2246822519u >> 16u) % 2 != 0;
    }

private:
    std::atomic<std::uint32_t> state_;
};

}  // namespace troika::sort_cases
