// SPDX-License-Identifier: MIT
#include "watch/program.hpp"

#include "os/environment.hpp"
#include "os/fd.hpp"
#include "os/memory_file.hpp"

#include <troika/loop/event_loop.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <vector>

namespace {

using namespace troika;
using namespace troika::impl;
using namespace troika::watch;

/// A register as a program writes it, with one slot in use.
class made_register {
public:
    made_register() : bytes_(registry_bytes / sizeof(std::uint64_t) + 1) {
        auto* const head = ::new (bytes_.data()) registry_head;
        head->magic = registry_magic;
        head->version = registry_version;
        head->slot_bytes = sizeof(registry_slot);
        head->slot_count = registry_slots;
        head->process = 42;
        std::ranges::fill(head->places, 8U);
        head->used.store(1);
        head->unlisted.store(3);
        listing_data what;
        what.kind = listed::pool;
        what.number = 7;
        std::strcpy(what.name, "po\x1bol");
        put(what);
    }
    void put(const listing_data& what) {
        std::uint64_t words[registry_slot::words_of_data];
        std::memcpy(words, &what, sizeof words);
        for (std::size_t i = 0; i < registry_slot::words_of_data; ++i)
            slot().data[i].store(words[i]);
    }
    [[nodiscard]] registry_head& head() {
        return *reinterpret_cast<registry_head*>(bytes_.data());
    }
    [[nodiscard]] registry_slot& slot() {
        return *reinterpret_cast<registry_slot*>(reinterpret_cast<std::byte*>(bytes_.data()) +
                                                 registry_slots_at);
    }
    [[nodiscard]] std::optional<program> read() const {
        return read_register(reinterpret_cast<const std::byte*>(bytes_.data()), registry_bytes);
    }

private:
    std::vector<std::uint64_t> bytes_;
};

TEST(program, is_what_its_register_says) {
    const auto read = made_register().read();
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->pid, 42);
    EXPECT_EQ(read->unlisted, 3U);
    ASSERT_EQ(read->listed.size(), 1U);
    EXPECT_EQ(read->listed[0].number, 7U);
    EXPECT_EQ(shown_name(read->listed[0]), "po\uFFFDol");   // nothing that would move a cursor
}

TEST(program, a_torn_slot_is_left_out) {
    made_register torn;
    torn.slot().sequence.store(1);
    const auto read = torn.read();
    ASSERT_TRUE(read.has_value());
    EXPECT_TRUE(read->listed.empty());
}

TEST(program, what_makes_no_sense_is_none) {
    made_register of_another_version;
    ++of_another_version.head().version;
    EXPECT_FALSE(of_another_version.read().has_value());
    made_register with_wild_places;
    with_wild_places.head().places[0] = 1U << 30;
    EXPECT_FALSE(with_wild_places.read().has_value());
    made_register of_unknown_things;
    listing_data unknown;
    unknown.kind = static_cast<listed>(77);
    of_unknown_things.put(unknown);
    EXPECT_TRUE(of_unknown_things.read()->listed.empty());
    made_register with_too_many;
    with_too_many.head().used.store(~0U);
    EXPECT_EQ(with_too_many.read()->listed.size(), 1U);
    const std::vector<std::byte> zeros(registry_bytes);
    EXPECT_FALSE(read_register(zeros.data(), zeros.size()).has_value());
    EXPECT_FALSE(read_register(zeros.data(), 10).has_value());
}

TEST(program, foreign_files_of_the_same_name_are_passed_over) {
    const os::fd other(os::create_memory_file(registry_name, registry_bytes));
    const os::fd small(os::create_memory_file(registry_name, 1));
    const event_loop loop;
    const program mine = read_program(os::process_id());
    EXPECT_EQ(mine.pid, os::process_id());
    EXPECT_FALSE(mine.name.empty());
    const auto all = find_programs();
    EXPECT_NE(std::ranges::find(all, mine.pid, &program::pid), all.end());
}

TEST(program, says_why_one_cannot_be_looked_at) {
    EXPECT_THROW(read_program(std::numeric_limits<int>::max()), not_visible);
    EXPECT_THROW(read_program(1), not_visible);   // whatever it is, it is none of ours
}

}  // namespace
