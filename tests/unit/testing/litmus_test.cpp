// SPDX-License-Identifier: MIT
// The classic litmus tests: exactly which outcomes the model reaches.
#include <troika/testing/model.hpp>
#include <troika/testing/model_atomics.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

namespace troika::testing {
namespace {

using enum std::memory_order;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;
using outcomes = std::set<std::string>;

template <class T>
using atomic = model_atomics::atomic<T>;

/// What the loads of one execution have found.
struct results {
    std::array<int, 4> found{-1, -1, -1, -1};

    [[nodiscard]] std::string text(std::size_t count) const {
        std::string all;
        for (std::size_t i = 0; i < count; ++i) all += static_cast<char>('0' + found[i]);
        return all;
    }
};

/// Gives the outcomes of `scenario(run, results)`, which reads `count` values; with and without
/// the reduction they have to be the same.
template <class Scenario>
outcomes explore(std::size_t count, Scenario scenario) {
    std::array<outcomes, 2> seen;
    for (const bool reduce : {true, false}) {
        const auto report = model({.reduce = reduce}, [&](model_run& run) {
            auto& found = run.make<results>();
            scenario(run, found);
            run.finally([&] { seen[reduce ? 0 : 1].insert(found.text(count)); });
        });
        EXPECT_EQ(report.failure, "");
    }
    EXPECT_EQ(seen[0], seen[1]);
    return seen[0];
}

outcomes message_passing(std::memory_order store, std::memory_order load) {
    return explore(2, [=](model_run& run, results& r) {
        auto& data = run.make<atomic<int>>(0);
        auto& flag = run.make<atomic<int>>(0);
        run.thread([&, store] {
            data.store(1, relaxed);
            flag.store(1, store);
        });
        run.thread([&, load] {
            r.found[0] = flag.load(load);
            r.found[1] = data.load(relaxed);
        });
    });
}

outcomes store_buffering(std::memory_order store, std::memory_order load) {
    return explore(2, [=](model_run& run, results& r) {
        auto& x = run.make<atomic<int>>(0);
        auto& y = run.make<atomic<int>>(0);
        run.thread([&, store, load] {
            x.store(1, store);
            r.found[0] = y.load(load);
        });
        run.thread([&, store, load] {
            y.store(1, store);
            r.found[1] = x.load(load);
        });
    });
}

outcomes independent_reads(std::memory_order store, std::memory_order load) {
    return explore(4, [=](model_run& run, results& r) {
        auto& x = run.make<atomic<int>>(0);
        auto& y = run.make<atomic<int>>(0);
        run.thread([&, store] { x.store(1, store); });
        run.thread([&, store] { y.store(1, store); });
        run.thread([&, load] {
            r.found[0] = x.load(load);
            r.found[1] = y.load(load);
        });
        run.thread([&, load] {
            r.found[2] = y.load(load);
            r.found[3] = x.load(load);
        });
    });
}

outcomes two_plus_two_writes(std::memory_order store) {
    return explore(2, [=](model_run& run, results& r) {
        auto& x = run.make<atomic<int>>(0);
        auto& y = run.make<atomic<int>>(0);
        run.thread([&, store] {
            x.store(1, store);
            y.store(2, store);
        });
        run.thread([&, store] {
            y.store(1, store);
            x.store(2, store);
        });
        run.finally([&] {
            r.found[0] = x.load(relaxed);
            r.found[1] = y.load(relaxed);
        });
    });
}

}  // namespace

TEST(litmus, message_passing) {
    EXPECT_THAT(message_passing(relaxed, relaxed), UnorderedElementsAre("00", "01", "10", "11"));
    EXPECT_THAT(message_passing(release, relaxed), UnorderedElementsAre("00", "01", "10", "11"));
    EXPECT_THAT(message_passing(relaxed, acquire), UnorderedElementsAre("00", "01", "10", "11"));
    EXPECT_THAT(message_passing(release, acquire), UnorderedElementsAre("00", "01", "11"));
    EXPECT_THAT(message_passing(seq_cst, seq_cst), UnorderedElementsAre("00", "01", "11"));
}

TEST(litmus, store_buffering) {
    EXPECT_THAT(store_buffering(relaxed, relaxed), UnorderedElementsAre("00", "01", "10", "11"));
    EXPECT_THAT(store_buffering(release, acquire), UnorderedElementsAre("00", "01", "10", "11"));
    EXPECT_THAT(store_buffering(seq_cst, acquire), UnorderedElementsAre("00", "01", "10", "11"));
    EXPECT_THAT(store_buffering(release, seq_cst), UnorderedElementsAre("00", "01", "10", "11"));
    EXPECT_THAT(store_buffering(seq_cst, seq_cst), UnorderedElementsAre("01", "10", "11"));
}

TEST(litmus, seq_cst_orders_nothing_for_others) {
    // The order of x is between its seq_cst operations: y is stored without waiting for it.
    EXPECT_THAT(explore(2,
                        [](model_run& run, results& r) {
                            auto& x = run.make<atomic<int>>(0);
                            auto& y = run.make<atomic<int>>(0);
                            run.thread([&] {
                                x.store(1, seq_cst);
                                y.store(1, relaxed);
                            });
                            run.thread([&] {
                                r.found[0] = y.load(relaxed);
                                r.found[1] = x.load(seq_cst);
                            });
                        }),
                UnorderedElementsAre("00", "01", "10", "11"));
}

TEST(litmus, a_heavy_barrier_and_a_light_one_are_two_full_ones) {
    enum class barrier { none, light, heavy };
    const auto buffer = [](barrier first, barrier second) {
        return explore(2, [=](model_run& run, results& r) {
            auto& x = run.make<atomic<int>>(0);
            auto& y = run.make<atomic<int>>(0);
            const auto pass = [](barrier which) {
                if (which == barrier::light) model_atomics::light_barrier();
                if (which == barrier::heavy) model_atomics::heavy_barrier();
            };
            run.thread([&, pass, first] {
                x.store(1, relaxed);
                pass(first);
                r.found[0] = y.load(relaxed);
            });
            run.thread([&, pass, second] {
                y.store(1, relaxed);
                pass(second);
                r.found[1] = x.load(relaxed);
            });
        });
    };
    EXPECT_THAT(buffer(barrier::light, barrier::heavy), UnorderedElementsAre("01", "10", "11"));
    EXPECT_THAT(buffer(barrier::heavy, barrier::heavy), UnorderedElementsAre("01", "10", "11"));
    EXPECT_THAT(buffer(barrier::light, barrier::light),
                UnorderedElementsAre("00", "01", "10", "11"));
    EXPECT_THAT(buffer(barrier::none, barrier::heavy),
                UnorderedElementsAre("00", "01", "10", "11"));
}

TEST(litmus, a_barrier_shows_stores_but_does_not_publish) {
    // Who sees the store behind a barrier need not know what it stands for, but its older stores.
    EXPECT_THAT(explore(2,
                        [](model_run& run, results& r) {
                            auto& x = run.make<atomic<int>>(0);
                            auto& y = run.make<atomic<int>>(0);
                            run.thread([&] {
                                x.store(1, relaxed);
                                model_atomics::light_barrier();
                                y.store(1, relaxed);
                            });
                            run.thread([&] {
                                r.found[0] = y.load(relaxed);
                                model_atomics::heavy_barrier();
                                r.found[1] = x.load(relaxed);
                            });
                        }),
                UnorderedElementsAre("00", "01", "11"));
}

TEST(litmus, load_buffering_is_not_explored) {
    // C++ allows 11 with relaxed; the model runs a store after what stands before it.
    EXPECT_THAT(explore(2,
                        [](model_run& run, results& r) {
                            auto& x = run.make<atomic<int>>(0);
                            auto& y = run.make<atomic<int>>(0);
                            run.thread([&] {
                                r.found[0] = y.load(relaxed);
                                x.store(1, relaxed);
                            });
                            run.thread([&] {
                                r.found[1] = x.load(relaxed);
                                y.store(1, relaxed);
                            });
                        }),
                UnorderedElementsAre("00", "01", "10"));
}

TEST(litmus, independent_reads_of_independent_writes) {
    EXPECT_EQ(independent_reads(release, acquire).size(), 16u);
    const outcomes sequential = independent_reads(seq_cst, seq_cst);
    EXPECT_EQ(sequential.size(), 15u);
    EXPECT_FALSE(sequential.contains("1010"));
    // The total order is of the loads alone here.
    EXPECT_EQ(independent_reads(relaxed, seq_cst), sequential);
    EXPECT_EQ(independent_reads(seq_cst, acquire).size(), 16u);
}

TEST(litmus, two_plus_two_writes) {
    EXPECT_THAT(two_plus_two_writes(release), UnorderedElementsAre("11", "12", "21", "22"));
    EXPECT_THAT(two_plus_two_writes(seq_cst), UnorderedElementsAre("12", "21", "22"));
}

TEST(litmus, coherence_of_two_reads) {
    EXPECT_THAT(explore(2,
                        [](model_run& run, results& r) {
                            auto& x = run.make<atomic<int>>(0);
                            run.thread([&] {
                                x.store(1, relaxed);
                                x.store(2, relaxed);
                            });
                            run.thread([&] {
                                r.found[0] = x.load(relaxed);
                                r.found[1] = x.load(relaxed);
                            });
                        }),
                UnorderedElementsAre("00", "01", "02", "11", "12", "22"));
}

TEST(litmus, coherence_of_a_read_and_a_write) {
    // Who has read 1 writes after it: 1 is not the last.
    EXPECT_THAT(explore(2,
                        [](model_run& run, results& r) {
                            auto& x = run.make<atomic<int>>(0);
                            run.thread([&] { x.store(1, relaxed); });
                            run.thread([&] {
                                r.found[0] = x.load(relaxed);
                                x.store(2, relaxed);
                            });
                            run.finally([&] { r.found[1] = x.load(relaxed); });
                        }),
                UnorderedElementsAre("01", "02", "12"));
}

TEST(litmus, coherence_across_threads) {
    // The second thread has read 1 and tells the third, which cannot find 0 any more.
    const auto found = explore(2, [](model_run& run, results& r) {
        auto& x = run.make<atomic<int>>(0);
        auto& told = run.make<atomic<int>>(0);
        run.thread([&] { x.store(1, relaxed); });
        run.thread([&] {
            if (x.load(relaxed) == 1) told.store(1, release);
        });
        run.thread([&] {
            r.found[0] = told.load(acquire);
            r.found[1] = x.load(relaxed);
        });
    });
    EXPECT_THAT(found, UnorderedElementsAre("00", "01", "11"));
}

TEST(litmus, a_release_sequence_goes_on_through_a_read_modify_write) {
    const auto through = [](bool by_rmw) {
        return explore(2, [=](model_run& run, results& r) {
            auto& data = run.make<atomic<int>>(0);
            auto& flag = run.make<atomic<int>>(0);
            run.thread([&] {
                data.store(1, relaxed);
                flag.store(1, release);
            });
            run.thread([&, by_rmw] {
                if (by_rmw)
                    flag.fetch_add(1, relaxed);
                else if (flag.load(relaxed) == 1)
                    flag.store(2, relaxed);
            });
            run.thread([&] {
                r.found[0] = flag.load(acquire);
                r.found[1] = data.load(relaxed);
            });
        });
    };
    EXPECT_FALSE(through(true).contains("20"));
    EXPECT_TRUE(through(true).contains("21"));
    EXPECT_TRUE(through(false).contains("20"));
}

TEST(litmus, read_modify_writes_lose_nothing) {
    EXPECT_THAT(explore(1,
                        [](model_run& run, results& r) {
                            auto& x = run.make<atomic<int>>(0);
                            for (int t = 0; t < 3; ++t)
                                run.thread([&] { x.fetch_add(1, relaxed); });
                            run.finally([&] { r.found[0] = x.load(relaxed); });
                        }),
                ElementsAre("3"));
}

}  // namespace troika::testing
