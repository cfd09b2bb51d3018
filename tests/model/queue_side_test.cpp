// SPDX-License-Identifier: MIT
// The two sides of a queue that processes share, under every interleaving: each item comes out
// once and whole, nobody sleeps beside an item or room, also where a process is killed at any of
// its steps, and each memory order is needed.
#include "proc/queue_side.hpp"

#include <troika/testing/model.hpp>
#include <troika/testing/model_atomics.hpp>

#include "model/unneeded.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace troika::testing {
namespace {

using ::testing::ElementsAre;
using place = troika::impl::queue_place;
using word = model_atomics::atomic<std::uint32_t>;

/// A mutex that the system takes from who is killed.
class mutex {
public:
    void lock() {
        while (held_.exchange(1, std::memory_order_acquire) != 0) model_atomics::wait(held_, 1);
    }
    void unlock() {
        held_.store(0, std::memory_order_release);
        model_atomics::wake(held_, 1);
    }

private:
    word held_{0};
};

/// When a process is killed.
enum class killed {
    never, with_the_mutex, before_it_wakes, as_it_wakes, as_it_has_woken, as_it_has_moved
};
struct end_of_process {};

/// A queue of `capacity` items, each of one unit.
template <std::uint64_t capacity>
class queue {
public:
    explicit queue(model_run& run) : run_(&run) {}

    void put(int item, killed when = killed::never) {
        for (;; wait(got_, got_mutex_, [&] { return has_room(); })) {
            put_mutex_.lock();
            if (has_room()) {
                const place mine = put_.place();
                items_[mine.offset() / place::unit % capacity].write(item);
                move(put_, mine, when);
                put_mutex_.unlock();
                return;
            }
            put_mutex_.unlock();
        }
    }
    int get(killed when = killed::never) {
        for (;; wait(put_, put_mutex_, [&] { return has_item(); })) {
            got_mutex_.lock();
            if (has_item()) {
                const place mine = got_.place();
                const int item = items_[mine.offset() / place::unit % capacity].read();
                move(got_, mine, when);
                got_mutex_.unlock();
                return item;
            }
            got_mutex_.unlock();
        }
    }
    void expect(bool what, const char* why) { run_->expect(what, why); }

private:
    using side = troika::impl::queue_side<model_atomics>;

    [[nodiscard]] bool has_room() const {
        return put_.place().items_since(got_.place()) < capacity;
    }
    [[nodiscard]] bool has_item() const { return put_.place().items_since(got_.place()) > 0; }

    static void move(side& of, place from, killed when) {
        if (when == killed::with_the_mutex) return;
        try {
            of.wake([when](word& who) {
                if (when == killed::before_it_wakes) throw end_of_process();
                model_atomics::wake(who, 100);
                if (when == killed::as_it_wakes) throw end_of_process();
            });
        } catch (const end_of_process&) {
            return;
        }
        if (when == killed::before_it_wakes || when == killed::as_it_wakes) return;
        if (when != killed::as_it_has_woken) of.move(from.after(place::unit));
    }
    template <class Ready>
    static void wait(side& of, mutex& its, Ready ready) {
        its.lock();
        const bool there = ready();
        const std::uint32_t seen = there ? 0 : of.announce();
        its.unlock();
        if (!there) model_atomics::wait(of.moves(), seen);
    }

    model_run* run_;
    side put_;
    side got_;
    mutex put_mutex_;
    mutex got_mutex_;
    std::array<model_atomics::plain<int>, capacity> items_{};
};

template <std::uint64_t capacity>
void one_way(model_run& run) {
    auto& q = run.make<queue<capacity>>(run);
    run.thread([&] {
        q.put(1);
        q.put(2);
    });
    run.thread([&] {
        q.expect(q.get() == 1, "the first item");
        q.expect(q.get() == 2, "the second item");
    });
}

/// Several who put, and one who gets.
void several(model_run& run) {
    auto& q = run.make<queue<1>>(run);
    run.thread([&] { q.put(1); });
    run.thread([&] { q.put(2); });
    run.thread([&] {
        const int first = q.get();
        q.expect(first + q.get() == 3, "both items");
    });
}

/// One who puts is killed; another puts after it.
template <killed when>
void killed_as_it_puts(model_run& run) {
    auto& q = run.make<queue<1>>(run);
    run.thread([&] {
        q.put(1, when);
        q.put(2);
    });
    run.thread([&] {
        if (when == killed::as_it_has_moved) q.expect(q.get() == 1, "what was put");
        q.expect(q.get() == 2, "what was put after that");
    });
}

/// One who gets is killed; another gets what it has left.
template <killed when>
void killed_as_it_gets(model_run& run) {
    auto& q = run.make<queue<1>>(run);
    run.thread([&] {
        q.put(1);
        q.put(2);
    });
    run.thread([&] {
        q.expect(q.get(when) == 1, "the first item");
        if (when != killed::as_it_has_moved) q.expect(q.get() == 1, "the same item");
        q.expect(q.get() == 2, "the second item");
    });
}

const model_options bounded{.preemptions_max = 1, .history_max = 3, .weaken_in = "queue_side.hpp"};

}  // namespace

TEST(queue_side, one_item_of_room) {
    EXPECT_EQ(model(bounded, one_way<1>).failure, "");
}

TEST(queue_side, two_items_of_room) {
    EXPECT_EQ(model(bounded, one_way<2>).failure, "");
}

TEST(queue_side, several_put) {
    EXPECT_EQ(model(bounded, several).failure, "");
}

TEST(queue_side, who_is_killed_stops_nobody) {
    EXPECT_EQ(model(bounded, killed_as_it_puts<killed::with_the_mutex>).failure, "");
    EXPECT_EQ(model(bounded, killed_as_it_puts<killed::before_it_wakes>).failure, "");
    EXPECT_EQ(model(bounded, killed_as_it_puts<killed::as_it_wakes>).failure, "");
    EXPECT_EQ(model(bounded, killed_as_it_puts<killed::as_it_has_woken>).failure, "");
    EXPECT_EQ(model(bounded, killed_as_it_puts<killed::as_it_has_moved>).failure, "");
    EXPECT_EQ(model(bounded, killed_as_it_gets<killed::with_the_mutex>).failure, "");
    EXPECT_EQ(model(bounded, killed_as_it_gets<killed::before_it_wakes>).failure, "");
    EXPECT_EQ(model(bounded, killed_as_it_gets<killed::as_it_wakes>).failure, "");
    EXPECT_EQ(model(bounded, killed_as_it_gets<killed::as_it_has_woken>).failure, "");
    EXPECT_EQ(model(bounded, killed_as_it_gets<killed::as_it_has_moved>).failure, "");
}

TEST(queue_side, needs_every_order) {
    EXPECT_THAT(unneeded_orders(bounded, one_way<1>, one_way<2>), ElementsAre());
}

}  // namespace troika::testing
