// SPDX-License-Identifier: MIT
#include <troika/base/random.hpp>
#include <troika/sync/parcel.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <vector>

namespace troika::impl {
namespace {

struct numbered : parcel {
    explicit numbered(int k, int o = 0) : key(k), order(o) {}
    int key;
    int order;
};

class by_key final : public heap_shelf {
    bool before(const parcel& a, const parcel& b) const noexcept override {
        return static_cast<const numbered&>(a).key < static_cast<const numbered&>(b).key;
    }
};

TEST(FifoShelf, GivesInTheOrderOfAdding) {
    fifo_shelf shelf;
    EXPECT_EQ(shelf.take(), nullptr);
    numbered a(1), b(2), c(3);
    shelf.add(a);
    shelf.add(b);
    EXPECT_EQ(shelf.take(), &a);
    shelf.add(c);
    shelf.add(a);
    EXPECT_EQ(shelf.take(), &b);
    EXPECT_EQ(shelf.take(), &c);
    EXPECT_EQ(shelf.take(), &a);
    EXPECT_EQ(shelf.take(), nullptr);
    shelf.add(b);
    EXPECT_EQ(shelf.take(), &b);
}

TEST(HeapShelf, GivesTheFirstByKeyAndAmongEqualsTheOldest) {
    // Against a model: a sorted vector, with adding and taking mixed at random.
    random chance(11);
    by_key shelf;
    std::deque<numbered> all;
    std::vector<numbered*> model;
    for (int step = 0; step < 20'000; ++step) {
        if (chance.below(5) < 3 && model.size() < 500) {
            numbered& item = all.emplace_back(static_cast<int>(chance.below(20)), step);
            shelf.add(item);
            model.push_back(&item);
        } else {
            const auto next = std::min_element(
                model.begin(), model.end(), [](const numbered* a, const numbered* b) {
                    return a->key != b->key ? a->key < b->key : a->order < b->order;
                });
            parcel* expected = next == model.end() ? nullptr : *next;
            ASSERT_EQ(shelf.take(), expected) << "at step " << step;
            if (next != model.end()) model.erase(next);
        }
    }
}

TEST(HeapShelf, IsEmptyAfterTheLast) {
    by_key shelf;
    EXPECT_EQ(shelf.take(), nullptr);
    numbered only(7);
    shelf.add(only);
    EXPECT_EQ(shelf.take(), &only);
    EXPECT_EQ(shelf.take(), nullptr);
    shelf.add(only);
    EXPECT_EQ(shelf.take(), &only);
}

}  // namespace
}  // namespace troika::impl
