// SPDX-License-Identifier: MIT
#include <troika/pool/split.hpp>
#include <troika/pool/thread_pool.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace troika::impl {
namespace {

using piece = std::pair<std::size_t, std::size_t>;

/// Notes the pieces, in the order of the elements.
struct noting_part {
    void run(std::size_t first, std::size_t last) { seen.emplace_back(first, last); }
    [[nodiscard]] noting_part fresh() const { return {}; }
    void join(noting_part& after) { seen.insert(seen.end(), after.seen.begin(), after.seen.end()); }
    std::vector<piece> seen;
};

/// Notes the tree in which what was done is joined.
struct tree_part {
    void run(std::size_t first, std::size_t last) {
        tree += "[" + std::to_string(first) + "," + std::to_string(last) + ")";
    }
    [[nodiscard]] tree_part fresh() const { return {}; }
    void join(tree_part& after) { tree = "(" + tree + after.tree + ")"; }
    std::string tree;
};

std::vector<piece> pieces_of(thread_pool& threads, std::size_t count, std::size_t grain) {
    return threads
        .submit([&] {
            computation all(nullptr);
            noting_part part;
            split_lazily(all, part, 0, count, grain);
            all.finish();
            return part.seen;
        })
        .get();
}

void expect_in_order(const std::vector<piece>& pieces, std::size_t count) {
    std::size_t at = 0;
    for (const auto& [first, last] : pieces) {
        ASSERT_EQ(first, at);
        ASSERT_LT(first, last);
        at = last;
    }
    EXPECT_EQ(at, count);
}

TEST(Split, LazilyCoversEveryElementOnceAndInOrder) {
    for (const std::size_t workers : {1u, 3u}) {
        thread_pool threads{{.workers = workers}};
        for (const std::size_t count : {0u, 1u, 2u, 3u, 15u, 16u, 17u, 1000u, 100'003u})
            expect_in_order(pieces_of(threads, count, 0), count);
    }
}

TEST(Split, PiecesHaveTheGrainThatWasAskedForButTheLast) {
    thread_pool threads{{.workers = 2}};
    for (const std::size_t count : {1u, 9u, 10u, 11u, 1007u}) {
        const std::vector<piece> pieces = pieces_of(threads, count, 10);
        expect_in_order(pieces, count);
        for (const auto& [first, last] : pieces)
            EXPECT_TRUE(last - first == 10 || last == count) << first << ' ' << last;
    }
}

TEST(Split, FewElementsAreCutDownToSingleOnes) {
    thread_pool threads{{.workers = 1}};
    for (const auto& [first, last] : pieces_of(threads, 16, 0)) EXPECT_EQ(last - first, 1u);
}

TEST(Split, AHungryWorkerGetsAPartOfWhatIsLeft) {
    thread_pool threads{{.workers = 2}};
    // The first element ends once an element of the second half has begun elsewhere.
    struct waiting_part {
        void run(std::size_t first, std::size_t) {
            if (first == 0)
                second_half.wait(false);
            else if (first >= 50) {
                second_half = true;
                second_half.notify_all();
            }
        }
        [[nodiscard]] waiting_part fresh() const { return {second_half}; }
        void join(waiting_part&) {}
        std::atomic<bool>& second_half;
    };
    std::atomic<bool> second_half = false;
    threads
        .submit([&] {
            computation all(nullptr);
            waiting_part part{second_half};
            split_lazily(all, part, 0, 100, 1);
        })
        .get();
    EXPECT_TRUE(second_half);
}

TEST(Split, EvenlyMakesTheSameTreeWhateverTheNumberOfWorkers) {
    std::vector<std::string> trees;
    for (const std::size_t workers : {1u, 2u, 4u}) {
        thread_pool threads{{.workers = workers}};
        for (int i = 0; i < 5; ++i)
            trees.push_back(threads
                                .submit([&] {
                                    computation all(nullptr);
                                    tree_part part;
                                    split_evenly(all, part, 0, 100, 3, 299);
                                    return part.tree;
                                })
                                .get());
    }
    for (const std::string& each : trees) EXPECT_EQ(each, trees.front());
    EXPECT_NE(trees.front().find("[297,299)"), std::string::npos);
}

TEST(Split, NothingMoreBeginsOnceItIsOver) {
    thread_pool threads{{.workers = 1}};
    threads
        .submit([&] {
            computation all(nullptr);
            noting_part part;
            all.stop();
            split_lazily(all, part, 0, 1000, 0);
            EXPECT_TRUE(part.seen.empty());
            EXPECT_THROW(all.finish(), cancelled);
        })
        .get();
}

}  // namespace
}  // namespace troika::impl
