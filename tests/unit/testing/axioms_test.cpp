// SPDX-License-Identifier: MIT
// The model checker against the memory model of C++20 written down as axioms: for random programs
// both have to find the same outcomes.
#include <troika/base/random.hpp>
#include <troika/testing/model.hpp>
#include <troika/testing/model_atomics.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bitset>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace troika::testing {
namespace {


enum class kind : unsigned char { load, store, exchange };

struct operation {
    kind what = kind::load;
    std::size_t location = 0;
    std::memory_order order = std::memory_order_relaxed;
};

/// Threads of operations. Operation i of the program (counted through all threads) stores i + 1.
using program = std::vector<std::vector<operation>>;

inline constexpr std::size_t locations = 2;
inline constexpr std::size_t events_max = 16;

/// A relation between events.
class relation {
public:
    using row = std::bitset<events_max>;

    [[nodiscard]] bool has(std::size_t a, std::size_t b) const { return rows_[a].test(b); }
    void add(std::size_t a, std::size_t b) { rows_[a].set(b); }
    relation& operator|=(const relation& other) {
        for (std::size_t i = 0; i < events_max; ++i) rows_[i] |= other.rows_[i];
        return *this;
    }
    friend relation operator|(relation a, const relation& b) { return a |= b; }

    /// The composition: a step of `first`, then one of `second`.
    friend relation then(const relation& first, const relation& second) {
        relation both;
        for (std::size_t a = 0; a < events_max; ++a)
            for (std::size_t b = 0; b < events_max; ++b)
                if (first.has(a, b)) both.rows_[a] |= second.rows_[b];
        return both;
    }
    [[nodiscard]] relation closure() const {
        relation all = *this;
        for (std::size_t k = 0; k < events_max; ++k)
            for (std::size_t a = 0; a < events_max; ++a)
                if (all.has(a, k)) all.rows_[a] |= all.rows_[k];
        return all;
    }
    [[nodiscard]] relation within(const row& events) const {
        relation part;
        for (std::size_t a = 0; a < events_max; ++a)
            if (events.test(a)) part.rows_[a] = rows_[a] & events;
        return part;
    }
    [[nodiscard]] bool is_irreflexive() const {
        for (std::size_t a = 0; a < events_max; ++a)
            if (has(a, a)) return false;
        return true;
    }
    [[nodiscard]] bool is_acyclic() const { return closure().is_irreflexive(); }

private:
    row rows_[events_max];
};

/// Finds the outcomes of a program: what its loads find, in order, and the last values.
///
/// It shares nothing with the model checker: it guesses who reads what and in which order stores
/// are, and keeps the guesses that the standard allows (without load buffering).
class judge {
public:
    explicit judge(const program& threads);

    std::set<std::string> outcomes();

private:
    struct event {
        operation what;
        bool reads = false;
        bool writes = false;
        std::size_t thread = 0;   // of the program; the initial stores have none
        int value = 0;            // that is written
    };

    void guess_reads(std::size_t from);
    void guess_order(std::size_t location);
    [[nodiscard]] bool is_allowed() const;
    [[nodiscard]] relation synchronizes() const;
    [[nodiscard]] std::string outcome() const;

    std::vector<event> events_;   // first the initial stores
    relation sequenced_;
    relation started_;            // the initial stores happen before everything
    std::vector<std::size_t> read_from_;
    std::vector<std::size_t> order_[locations];   // of the stores
    std::set<std::string> found_;
};


bool is_acquire(std::memory_order order) {
    return order == std::memory_order_acquire || order == std::memory_order_acq_rel
           || order == std::memory_order_seq_cst;
}

bool is_release(std::memory_order order) {
    return order == std::memory_order_release || order == std::memory_order_acq_rel
           || order == std::memory_order_seq_cst;
}

judge::judge(const program& threads) {
    for (std::size_t l = 0; l < locations; ++l)
        events_.push_back({{kind::store, l, std::memory_order_relaxed}, false, true, 0, 0});
    int value = 0;
    for (std::size_t t = 0; t < threads.size(); ++t) {
        const std::size_t first = events_.size();
        for (const operation& one : threads[t]) {
            for (std::size_t before = first; before < events_.size(); ++before)
                sequenced_.add(before, events_.size());
            for (std::size_t l = 0; l < locations; ++l) started_.add(l, events_.size());
            events_.push_back({one, one.what != kind::store, one.what != kind::load, t, ++value});
        }
    }
    read_from_.resize(events_.size());
}

std::set<std::string> judge::outcomes() {
    guess_reads(0);
    return found_;
}

void judge::guess_reads(std::size_t from) {
    while (from < events_.size() && !events_[from].reads) ++from;
    if (from == events_.size()) {
        for (std::size_t l = 0; l < locations; ++l) {
            order_[l].clear();
            for (std::size_t e = locations; e < events_.size(); ++e)
                if (events_[e].writes && events_[e].what.location == l) order_[l].push_back(e);
        }
        guess_order(0);
        return;
    }
    for (std::size_t e = 0; e < events_.size(); ++e) {
        if (e == from || !events_[e].writes
            || events_[e].what.location != events_[from].what.location)
            continue;
        read_from_[from] = e;
        guess_reads(from + 1);
    }
}

void judge::guess_order(std::size_t location) {
    if (location == locations) {
        if (is_allowed()) found_.insert(outcome());
        return;
    }
    do guess_order(location + 1);
    while (std::ranges::next_permutation(order_[location]).found);
}

relation judge::synchronizes() const {
    relation found;
    for (std::size_t e = 0; e < events_.size(); ++e) {
        if (!events_[e].reads || !is_acquire(events_[e].what.order)) continue;
        // The release sequences that what is read belongs to: back through read-modify-writes.
        for (std::size_t w = read_from_[e], steps = 0; steps < events_.size(); ++steps) {
            if (is_release(events_[w].what.order) && w >= locations) found.add(w, e);
            if (!events_[w].reads) break;
            w = read_from_[w];
        }
    }
    return found;
}

bool judge::is_allowed() const {
    relation reads_from;
    relation modified;
    relation from_read;
    for (std::size_t e = 0; e < events_.size(); ++e)
        if (events_[e].reads) reads_from.add(read_from_[e], e);
    if (!(sequenced_ | reads_from).is_acyclic()) return false;   // load buffering

    for (std::size_t l = 0; l < locations; ++l)
        for (std::size_t i = 0; i < order_[l].size(); ++i) {
            modified.add(l, order_[l][i]);
            for (std::size_t j = i + 1; j < order_[l].size(); ++j)
                modified.add(order_[l][i], order_[l][j]);
            const std::size_t before = i == 0 ? l : order_[l][i - 1];
            const event& one = events_[order_[l][i]];
            if (one.reads && read_from_[order_[l][i]] != before) return false;   // atomicity
        }
    for (std::size_t e = 0; e < events_.size(); ++e)
        for (std::size_t w = 0; events_[e].reads && w < events_.size(); ++w)
            if (w != e && modified.has(read_from_[e], w)) from_read.add(e, w);

    const relation synchronized = synchronizes();
    const relation happens = (sequenced_ | started_ | synchronized).closure();
    const relation coherence = (reads_from | modified | from_read).closure();
    if (!happens.is_irreflexive() || !coherence.is_irreflexive()
        || !then(happens, coherence).is_irreflexive())
        return false;

    relation::row sequential;
    for (std::size_t e = 0; e < events_.size(); ++e)
        if (events_[e].what.order == std::memory_order_seq_cst) sequential.set(e);
    const relation strongly = (sequenced_ | synchronized.within(sequential)
                               | then(then(sequenced_, happens), sequenced_))
                                  .closure();
    return (strongly | coherence).within(sequential).is_acyclic();
}

std::string judge::outcome() const {
    std::string text;
    for (std::size_t e = 0; e < events_.size(); ++e)
        if (events_[e].reads) text += std::to_string(events_[read_from_[e]].value) + ' ';
    text += '/';
    for (std::size_t l = 0; l < locations; ++l)
        text += ' ' + std::to_string(order_[l].empty() ? 0 : events_[order_[l].back()].value);
    return text;
}

/// What the model checker finds.
std::set<std::string> explore(const program& threads, const model_options& options,
                              std::uint64_t& executions) {
    std::set<std::string> outcomes;
    const auto report = model(options, [&](model_run& run) {
        using atomic = model_atomics::atomic<int>;
        auto& places = run.make<std::array<atomic, locations>>();
        auto& found = run.make<std::vector<std::string>>();
        int value = 0;
        for (const auto& thread : threads) {
            const std::size_t first = found.size();
            for (const operation& one : thread)
                if (one.what != kind::store) found.emplace_back();
            run.thread([&, first, value]() mutable {
                std::size_t next = first;
                for (const operation& one : thread) {
                    atomic& place = places[one.location];
                    ++value;
                    if (one.what == kind::store)
                        place.store(value, one.order);
                    else if (one.what == kind::load)
                        found[next++] = std::to_string(place.load(one.order)) + ' ';
                    else
                        found[next++] = std::to_string(place.exchange(value, one.order)) + ' ';
                }
            });
            value += static_cast<int>(thread.size());
        }
        run.finally([&] {
            std::string text;
            for (const std::string& one : found) text += one;
            text += '/';
            for (atomic& place : places) text += ' ' + std::to_string(place.load());
            outcomes.insert(text);
        });
    });
    EXPECT_EQ(report.failure, "");
    executions += report.executions;
    return outcomes;
}

std::string text(const program& threads) {
    std::string all;
    for (const auto& thread : threads) {
        for (const operation& one : thread) {
            all += one.location == 0 ? "x." : "y.";
            all += one.what == kind::load ? "load " : one.what == kind::store ? "store " : "swap ";
            all += std::string(order_name(one.order)) + "; ";
        }
        all += "| ";
    }
    return all;
}

operation random_operation(random& chance) {
    using enum std::memory_order;
    constexpr std::memory_order loads[] = {relaxed, acquire, seq_cst, seq_cst};
    constexpr std::memory_order stores[] = {relaxed, release, seq_cst, seq_cst};
    constexpr std::memory_order both[] = {relaxed, acquire, release, acq_rel, seq_cst, seq_cst};
    operation one;
    one.location = chance.below(locations);
    const std::uint64_t what = chance.below(5);
    one.what = what < 2 ? kind::load : what < 4 ? kind::store : kind::exchange;
    one.order = one.what == kind::load    ? loads[chance.below(std::size(loads))]
                : one.what == kind::store ? stores[chance.below(std::size(stores))]
                                          : both[chance.below(std::size(both))];
    return one;
}

void compare(std::uint64_t seed, const std::vector<std::size_t>& sizes, int programs) {
    random chance(seed);
    std::uint64_t reduced = 0;
    std::uint64_t full = 0;
    for (int i = 0; i < programs; ++i) {
        program threads;
        for (const std::size_t size : sizes) {
            threads.emplace_back();
            for (std::size_t o = 0; o < size; ++o)
                threads.back().push_back(random_operation(chance));
        }
        const std::set<std::string> expected = judge(threads).outcomes();
        ASSERT_EQ(explore(threads, {}, reduced), expected) << text(threads);
        ASSERT_EQ(explore(threads, {.reduce = false}, full), expected) << text(threads);
    }
    EXPECT_LT(2 * reduced, full);
}

}  // namespace

TEST(axioms, agree_on_two_threads) {
    compare(1, {3, 3}, 200);
}

TEST(axioms, agree_on_three_threads) {
    compare(2, {2, 2, 2}, 60);
    compare(3, {1, 3, 2}, 60);
}

TEST(axioms, agree_on_four_threads) {
    compare(4, {1, 1, 2, 2}, 20);
}

}  // namespace troika::testing
