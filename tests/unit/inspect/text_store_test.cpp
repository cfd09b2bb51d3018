// SPDX-License-Identifier: MIT
#include "inspect/text_store.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace troika::impl {
namespace {

TEST(TextStore, HasEachTextOnce) {
    text_store store;
    const std::uint32_t a = store.id_of("a");
    const std::uint32_t b = store.id_of("b");
    EXPECT_EQ(store.id_of(""), 0u);
    EXPECT_NE(a, b);
    EXPECT_EQ(store.id_of(std::string("a")), a);
    EXPECT_EQ(store.text(b), "b");
    EXPECT_EQ(store.texts(), (std::vector<std::string>{"", "a", "b"}));
}

TEST(TextStore, CutsLongTexts) {
    text_store store;
    const std::string megabyte(1 << 20, 'x');
    const std::uint32_t id = store.id_of(megabyte);
    EXPECT_EQ(store.text(id).size(), text_store::text_bytes_max);
    text_cache cache;
    EXPECT_EQ(cache.id_of(store, megabyte.c_str()), id);
    EXPECT_EQ(cache.id_of(store, std::string_view(megabyte)), id);
    EXPECT_EQ(store.texts().size(), 2u);
}

TEST(TextStore, HasRoomForSoManyAndSaysWhenItIsFull) {
    text_store store;
    std::uint32_t last = 0;
    for (std::size_t i = 0; i < text_store::bytes_max / 1000 + 10; ++i)
        last = store.id_of(std::to_string(i) + std::string(1000, '-'));
    EXPECT_EQ(store.text(last), "(too many names)");
    EXPECT_EQ(store.id_of("another one" + std::string(1000, '-')), last);
    // What it knows it still knows.
    EXPECT_EQ(store.text(store.id_of("0" + std::string(1000, '-'))).front(), '0');
}

TEST(TextStore, KnowsPlacesInTheSource) {
    text_store store;
    const std::source_location here = std::source_location::current();
    const std::source_location there = std::source_location::current();
    const std::uint32_t first = store.place_of(here);
    const std::uint32_t second = store.place_of(there);
    EXPECT_NE(first, 0u);
    EXPECT_NE(first, second);
    EXPECT_EQ(store.place_of(here), first);
    const auto places = store.places();
    ASSERT_EQ(places.size(), 3u);
    EXPECT_EQ(places[first].line, here.line());
    EXPECT_EQ(store.text(places[first].file), here.file_name());
    EXPECT_EQ(store.text(places[first].function), here.function_name());
}

TEST(TextCache, SeesThatAnotherTextHasTakenThePlace) {
    text_store store;
    text_cache cache;
    char name[] = "first";
    const std::uint32_t first = cache.id_of(store, name);
    EXPECT_EQ(cache.id_of(store, name), first);
    std::string("other").copy(name, 5);
    const std::uint32_t other = cache.id_of(store, name);
    EXPECT_NE(other, first);
    EXPECT_EQ(store.text(other), "other");
    EXPECT_EQ(store.text(first), "first");
    EXPECT_EQ(cache.id_of(store, static_cast<const char*>(nullptr)), 0u);
    EXPECT_EQ(cache.id_of(store, ""), 0u);
}

TEST(TextCache, AgreesWithItsStoreWhateverFallsIntoOneSlot) {
    text_store store;
    text_cache cache;
    for (int round = 0; round < 2; ++round)
        for (int i = 0; i < 1000; ++i) {
            const std::string text = "label " + std::to_string(i);
            EXPECT_EQ(store.text(cache.id_of(store, std::string_view(text))), text);
            EXPECT_EQ(store.text(cache.id_of(store, text.c_str())), text);
        }
    const std::source_location here = std::source_location::current();
    EXPECT_EQ(cache.place_of(store, here), store.place_of(here));
    EXPECT_EQ(cache.place_of(store, here), store.place_of(here));
}

TEST(TextStore, IsSharedByThreads) {
    text_store store;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&store] {
            text_cache cache;
            for (int i = 0; i < 2000; ++i) {
                const std::string text = std::to_string(i % 300);
                ASSERT_EQ(store.text(cache.id_of(store, std::string_view(text))), text);
            }
        });
    for (std::thread& one : threads) one.join();
    EXPECT_EQ(store.texts().size(), 301u);
}

}  // namespace
}  // namespace troika::impl
