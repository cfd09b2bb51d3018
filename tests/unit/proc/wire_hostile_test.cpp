// SPDX-License-Identifier: MIT
// Messages that are cut short or made of noise: an error, without a crash and without more memory
// than they could have meant.
#include <troika/proc/wire_codec.hpp>

#include "wire_harness.hpp"

#include <troika/base/random.hpp>

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace troika {

using testing::message;
using testing::piece_sizes;
using testing::read_cut;

namespace {

/// What a container asks for at most, where nothing else allocates.
std::size_t largest_request = 0;

template <class T>
struct watched : std::allocator<T> {
    watched() = default;
    template <class U>
    watched(const watched<U>&) {}
    template <class U>
    struct rebind {
        using other = watched<U>;
    };
    T* allocate(std::size_t count) {
        largest_request = std::max(largest_request, count * sizeof(T));
        return std::allocator<T>::allocate(count);
    }
};

using text = std::basic_string<char, std::char_traits<char>, watched<char>>;
template <class T>
using list_of = std::vector<T, watched<T>>;
using table = std::unordered_map<int, text, std::hash<int>, std::equal_to<>,
                                 watched<std::pair<const int, text>>>;

struct nothing {
    bool operator==(const nothing&) const = default;
};

struct everything {
    text name;
    list_of<int> numbers;
    list_of<text> words;
    list_of<std::array<double, 3>> points;
    list_of<list_of<nothing>> holes;
    list_of<std::optional<std::array<double, 100>>> maybe;
    table names;
    std::map<std::string, std::variant<int, bool, text>> options;
    std::vector<bool, watched<bool>> flags;
    std::expected<long, std::error_code> outcome;
    bool operator==(const everything&) const = default;
};

everything sample() {
    return {.name = text(300, 'n'),
            .numbers = list_of<int>(1'100, 7),
            .words = {"one", "two", text(100, 'w')},
            .points = {{1, 2, 3}, {4, 5, 6}},
            .holes = {{}, {{}, {}}},
            .maybe = {{}, std::array<double, 100>{1}},
            .names = {{1, "a"}, {2, "b"}},
            .options = {{"x", 1}, {"y", true}, {"z", text("t")}},
            .flags = std::vector<bool, watched<bool>>(77, true),
            .outcome = std::unexpected(std::make_error_code(std::errc::timed_out))};
}

/// Returns: whether it was a whole message.
bool survives(std::span<const std::byte> bytes, std::size_t piece) {
    largest_request = 0;
    bool whole = false;
    try {
        (void)read_cut<everything>(bytes, piece);
        whole = true;
    } catch (const wire_error&) {
    }
    EXPECT_LE(largest_request, 8 * bytes.size() + 20'000);
    return whole;
}

}  // namespace

TEST(wire_hostile, every_truncation_is_an_error) {
    const std::vector<std::byte> sent = message(sample());
    EXPECT_TRUE(survives(sent, 4096));
    for (std::size_t size = 0; size < sent.size(); ++size) {
        const std::vector<std::byte> cut(sent.begin(), sent.begin() + static_cast<long>(size));
        ASSERT_FALSE(survives(cut, piece_sizes[size % piece_sizes.size()])) << size;
        // The source ends before the message does.
        testing::cut_source source(cut, 1'000);
        wire_reader reader(source, sent.size());
        ASSERT_THROW((void)reader.read<everything>(), wire_error) << size;
    }
}

TEST(wire_hostile, noise_is_an_error_or_a_value) {
    random dice(5);
    const std::vector<std::byte> sent = message(sample());
    for (int round = 0; round < 4'000; ++round) {
        std::vector<std::byte> bytes;
        if (round % 2 == 0) {
            bytes.resize(dice.below(200));
            // Small numbers are the likelier lengths.
            for (std::byte& each : bytes)
                each = static_cast<std::byte>(dice.below(4) == 0 ? dice.below(256) : 0);
        } else {
            bytes = sent;
            for (int change = 0; change < 3; ++change)
                bytes[dice.below(bytes.size())] = static_cast<std::byte>(dice.below(256));
        }
        (void)survives(bytes, piece_sizes[static_cast<std::size_t>(round) % piece_sizes.size()]);
    }
}

TEST(wire_hostile, a_lying_length_costs_no_memory) {
    for (const std::uint64_t count :
         {std::uint64_t{1} << 20, std::uint64_t{1} << 61, ~std::uint64_t{0}}) {
        const std::vector<std::byte> lie = message(std::pair(count, count));
        largest_request = 0;
        EXPECT_THROW((void)read_cut<list_of<int>>(lie, 4096), wire_error);
        EXPECT_THROW((void)read_cut<text>(lie, 4096), wire_error);
        EXPECT_THROW((void)read_cut<list_of<nothing>>(lie, 4096), wire_error);
        EXPECT_THROW((void)read_cut<table>(lie, 4096), wire_error);
        EXPECT_THROW((void)(read_cut<std::vector<bool, watched<bool>>>(lie, 4096)), wire_error);
        EXPECT_LE(largest_request, 1'000u);
    }
}

}  // namespace troika
