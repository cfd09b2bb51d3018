// SPDX-License-Identifier: MIT
// The ring between two processes under every interleaving: bytes come out whole and in order, no
// side sleeps while it could go on, not even when both rings of a pair are full, and each memory
// order is needed.
#include "proc/ring.hpp"

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
using troika::impl::asleep_on_word;
using troika::impl::ring_sleep;
using words = troika::impl::ring_words<model_atomics>;

/// A ring of `capacity` bytes, one of which is a step here.
template <std::uint64_t capacity>
class ring {
public:
    explicit ring(model_run& run) : run_(&run) {}

    /// The writer's thread: puts `count` more in, and sleeps while there is no room.
    void put(int count) {
        for (; count > 0; --count) {
            while (!writer_.has_room(1))
                if (writer_.announce_sleep(asleep_on_word, 1)) sleep(words_.writer);
            bytes_[writer_.position() % capacity].write(static_cast<int>(writer_.position()) + 1);
            wake(words_.reader, writer_.publish(1));
        }
    }
    /// The reader's thread: takes `count` out, and sleeps while there are none.
    void take(int count) {
        for (; count > 0; --count) {
            while (reader_.available() == 0)
                if (reader_.announce_sleep(asleep_on_word)) sleep(words_.reader);
            run_->expect(bytes_[reader_.position() % capacity].read() ==
                             static_cast<int>(reader_.position()) + 1,
                         "whole and in order");
            wake(words_.writer, reader_.consume(1));
        }
        run_->expect(!reader_.corrupt(), "it makes sense");
    }

private:
    using word = model_atomics::atomic<std::uint32_t>;

    static void sleep(word& on) {
        while (on.load(std::memory_order_relaxed) == asleep_on_word)
            model_atomics::wait(on, asleep_on_word);
    }
    static void wake(word& of, ring_sleep how) {
        if (how == asleep_on_word) model_atomics::wake(of, 1);
    }

    model_run* run_;
    words words_;
    std::array<model_atomics::plain<int>, capacity> bytes_{};
    troika::impl::ring_writer<model_atomics> writer_{words_, capacity};
    troika::impl::ring_reader<model_atomics> reader_{words_, capacity};
};

/// More goes through it than fits, one byte at a time.
template <std::uint64_t capacity, int count>
void one_way(model_run& run) {
    auto& r = run.make<ring<capacity>>(run);
    run.thread([&] { r.put(count); });
    run.thread([&] { r.take(count); });
}

/// A parent and a worker, each of which answers what the other sends: both rings are full at times.
void there_and_back(model_run& run) {
    auto& there = run.make<ring<1>>(run);
    auto& back = run.make<ring<1>>(run);
    run.thread([&] {
        there.put(1);
        back.take(1);
        there.put(1);
        back.take(1);
    });
    run.thread([&] {
        there.take(1);
        back.put(1);
        there.take(1);
        back.put(1);
    });
}

/// Everything would be too much.
const model_options bounded{.preemptions_max = 2, .history_max = 3, .weaken_in = "ring.hpp"};

}  // namespace

TEST(ring, one_byte_of_room) {
    EXPECT_EQ(model(one_way<1, 2>).failure, "");
}

TEST(ring, two_bytes_of_room) {
    EXPECT_EQ(model(bounded, one_way<2, 3>).failure, "");
}

TEST(ring, there_and_back) {
    EXPECT_EQ(model(bounded, there_and_back).failure, "");
}

TEST(ring, needs_every_order) {
    EXPECT_THAT(unneeded_orders(bounded, one_way<1, 2>, one_way<2, 3>,
                                there_and_back),
                ElementsAre());
}

TEST(ring, what_the_other_side_makes_up_is_not_believed) {
    using std::memory_order_relaxed;
    troika::impl::ring_words<> shared;
    troika::impl::ring_writer<> writer(shared, 64);
    troika::impl::ring_reader<> reader(shared, 64);
    EXPECT_EQ(writer.publish(16), troika::impl::awake);
    shared.read.store(17, memory_order_relaxed);   // more than was written
    EXPECT_FALSE(writer.has_room(64));
    EXPECT_TRUE(writer.has_room(48));
    EXPECT_EQ(reader.available(), 16U);
    EXPECT_EQ(reader.consume(16), troika::impl::awake);
    shared.written.store(81, memory_order_relaxed);   // more than fits
    EXPECT_EQ(reader.available(), 0U);
    EXPECT_TRUE(reader.corrupt());
    EXPECT_FALSE(reader.announce_sleep(asleep_on_word));   // nobody sleeps on such a ring
}

}  // namespace troika::testing
