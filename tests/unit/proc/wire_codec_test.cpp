// SPDX-License-Identifier: MIT
#include <troika/proc/wire_codec.hpp>

#include "wire_harness.hpp"

#include <troika/core/future.hpp>
#include <troika/core/task.hpp>

#include <array>
#include <atomic>
#include <bitset>
#include <chrono>
#include <complex>
#include <cstdint>
#include <deque>
#include <expected>
#include <filesystem>
#include <functional>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

namespace troika {

using testing::expect_crossing;
using testing::expect_same;
using testing::message;
using testing::read_cut;

namespace {

enum class color : std::uint8_t { red = 1, green = 200 };
enum plain { one, two };
enum class yes_or_no : bool { no, yes };

struct point {
    float x = 0;
    float y = 0;
    bool operator==(const point&) const = default;
};
static_assert(impl::is_bitwise<point>);

struct padded {
    char kind = 0;
    double value = 0;
    bool operator==(const padded&) const = default;
};
static_assert(!impl::is_bitwise<padded>);

struct person {
    std::string name;
    int age = 0;
    std::vector<point> places;
    std::optional<std::string> nick;
    bool here = false;
    bool operator==(const person&) const = default;
};

struct with_arrays {
    char name[9] = {};
    std::string words[2];
    int table[2][3] = {};
    int last = 0;
    bool operator==(const with_arrays&) const = default;
};

struct constant {
    const int number;
    const std::string text;
    bool operator==(const constant&) const = default;
};

struct bits {
    unsigned low : 3;
    unsigned high : 5;
    bool operator==(const bits&) const = default;
};

struct empty {
    bool operator==(const empty&) const = default;
};

struct tree {
    int value = 0;
    std::vector<tree> children;
    std::unique_ptr<tree> next;
    bool operator==(const tree& other) const {
        return value == other.value && children == other.children &&
               (next ? other.next && *next == *other.next : !other.next);
    }
};

class account {
public:
    account(long number, std::string owner) : number_(number), owner_(std::move(owner)) {}
    [[nodiscard]] long number() const { return number_; }
    [[nodiscard]] std::string owner() const { return owner_; }   // a temporary
    bool operator==(const account&) const = default;

private:
    long number_;
    std::string owner_;
};

class image {
public:
    image() = default;
    explicit image(std::vector<float> pixels) : pixels_(std::move(pixels)) {}
    auto tie() { return std::tie(pixels_, name_); }
    bool operator==(const image&) const = default;

private:
    std::vector<float> pixels_;
    std::string name_ = "unnamed";
};

struct move_only {
    std::unique_ptr<int> held;
    bool operator==(const move_only& other) const { return *held == *other.held; }
};

struct no_default {
    explicit no_default(int n) : number(n) {}
    int number;
    bool operator==(const no_default&) const = default;
};

}  // namespace
}  // namespace troika

template <>
struct troika::crossing<troika::account> {
    static void write(wire_writer& to, const account& from) {
        to.write(from.number(), from.owner());
    }
    static account read(wire_reader& from) {
        const auto number = from.read<long>();
        return account(number, from.read<std::string>());
    }
};
template <>
struct troika::crossing<troika::no_default> {
    static constexpr bool parts_only = true;
    static void write(wire_writer& to, const no_default& from) { to.write(from.number); }
    static no_default read(wire_reader& from) { return no_default(from.read<int>()); }
};

namespace troika {

TEST(wire_codec, numbers) {
    expect_same(42);
    expect_same(std::int8_t{-1});
    expect_same(std::numeric_limits<std::uint64_t>::max());
    expect_same(-0.5);
    expect_same(3.5f);
    expect_same(1.0L / 3);
    expect_same('x');
    expect_same(u8'x');
    expect_same(L'\u20ac');
    expect_same(true);
    expect_same(false);
    expect_same(std::byte{7});
    expect_same(color::green);
    expect_same(two);
    expect_same(yes_or_no::yes);
    EXPECT_EQ(message(1.0L / 3).size(), sizeof(long double));
}

TEST(wire_codec, texts) {
    expect_same(std::string());
    expect_same(std::string("hello\0there", 11));
    expect_same(std::string(100'000, 'q'));
    expect_same(std::wstring(L"h\u20acllo"));
    expect_same(std::u8string(u8"h\u20acllo"));
    expect_same(std::u16string(5'000, u'\u20ac'));
    expect_same(std::u32string(U"h\u20acllo"));
    expect_same(std::filesystem::path("/usr/lib/../bin"));
}

TEST(wire_codec, ranges_of_plain_bytes) {
    std::vector<int> numbers(100'000);
    std::iota(numbers.begin(), numbers.end(), -7);
    expect_same(numbers);
    expect_same(std::vector<double>(3, 0.25));
    expect_same(std::vector<int>());
    expect_same(std::vector<point>(5'000, point{1, 2}));
    expect_same(std::vector<std::array<short, 3>>(5'000, {1, 2, 3}));
    expect_same(std::vector<std::array<long, 1'000>>(3, std::array<long, 1'000>{1, 2}));
    expect_same(std::vector<std::byte>(4'096, std::byte{9}));
    expect_same(std::vector<long double>(1'000, 0.1L));
    expect_same(std::vector<color>{color::red, color::green});
    expect_same(std::array<int, 3>{1, 2, 3});
    expect_same(std::array<int, 5'000>{1, 2, 3});
    expect_same(std::array<int, 0>{});
    expect_same(std::vector<std::complex<double>>(1'000, {1, -1}));
    expect_same(std::vector<std::chrono::nanoseconds>(1'000, std::chrono::nanoseconds(5)));
    static_assert(impl::is_bitwise<std::array<std::complex<float>, 4>>);
    static_assert(!impl::is_bitwise<bool> && !impl::is_bitwise<std::array<bool, 4>>);
    static_assert(!impl::is_bitwise<yes_or_no> && !impl::is_bitwise<account>);
}

TEST(wire_codec, large_ranges_are_not_copied_by_the_writer) {
    const std::vector<double> large(10'000);
    const auto has_reference = [&](const auto& value, const void* data) {
        wire_writer writer;
        writer.write(value);
        for (std::span<const std::byte> each : writer.segments())
            if (each.data() == data) return true;
        return false;
    };
    EXPECT_TRUE(has_reference(large, large.data()));
    const image picture(std::vector<float>(10'000, 1.5f));
    const float* pixels = std::get<0>(const_cast<image&>(picture).tie()).data();
    EXPECT_TRUE(has_reference(picture, pixels));
    expect_same(picture);
    const std::optional<std::string> text(std::string(5'000, 'x'));
    EXPECT_TRUE(has_reference(text, text->data()));
}

TEST(wire_codec, containers) {
    expect_same(std::vector<std::string>{"a", "", std::string(9'000, 'b')});
    expect_same(std::vector<std::vector<int>>{{}, {1}, {2, 3}});
    expect_same(std::vector<bool>());
    for (std::size_t size : {1u, 7u, 8u, 9u, 1'000u}) {
        std::vector<bool> flags(size);
        for (std::size_t i = 0; i < size; i += 3) flags[i] = true;
        expect_same(flags);
    }
    expect_same(std::vector<empty>(17));
    expect_same(std::array<std::string, 2>{"x", "y"});
    expect_same(std::array<account, 1>{account(1, "x")});
    expect_same(std::array<std::string, 100>{"x", "y"});
    expect_same(std::array<bool, 3>{true, false, true});
    expect_same(std::deque<int>{1, 2, 3});
    expect_same(std::list<std::string>{"a", "b"});
    expect_same(std::set<int>{3, 1, 2});
    expect_same(std::set<int, std::greater<int>>{3, 1, 2});
    expect_same(std::multiset<int>{1, 1, 2});
    expect_same(std::map<std::string, std::vector<int>>{{"a", {1}}, {"b", {}}});
    expect_same(std::multimap<int, int>{{1, 3}, {1, 2}, {2, 1}});
    expect_same(std::unordered_set<std::string>{"a", "b", "c"});
    expect_same(std::unordered_multiset<int>{1, 1, 2});
    expect_same(std::unordered_map<int, std::string>{{1, "a"}, {2, "b"}});
    expect_same(std::unordered_multimap<int, int>{{1, 1}, {1, 2}});
}

TEST(wire_codec, vocabulary) {
    expect_same(std::pair(1, std::string("x")));
    expect_same(std::tuple(1, std::string("x"), 2.5));
    expect_same(std::tuple<>());
    expect_same(std::optional<int>());
    expect_same(std::optional<std::string>("x"));
    expect_same(std::optional<std::optional<int>>(std::optional<int>()));
    using either = std::variant<std::monostate, int, std::string>;
    expect_same(either());
    expect_same(either(5));
    expect_same(either("text"));
    expect_same(std::expected<int, std::string>(5));
    expect_same(std::expected<int, std::string>(std::unexpected("bad")));
    expect_same(std::expected<void, int>());
    expect_same(std::expected<void, int>(std::unexpected(3)));
    expect_same(std::chrono::milliseconds(-3));
    expect_same(std::chrono::duration<double>(0.5));
    expect_same(std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000)));
    expect_same(std::complex<double>(1, -2));
    expect_same(std::bitset<1>(1));
    expect_same(std::bitset<13>(0x1234));
    expect_same(std::bitset<64>(0x123456789abcdef0));
    expect_crossing(std::make_unique<std::string>("owned"),
                    [](const auto& read) { EXPECT_EQ(*read, "owned"); });
    expect_crossing(std::unique_ptr<const int>(), [](const auto& read) { EXPECT_FALSE(read); });
    std::map<std::string, std::unique_ptr<int>> owners;
    owners.emplace("a", std::make_unique<int>(4));
    expect_crossing(owners, [](const auto& read) { EXPECT_EQ(*read.at("a"), 4); });
}

TEST(wire_codec, aggregates_and_users_own_types) {
    expect_same(point{1, 2});
    expect_same(padded{'x', 0.5});
    expect_same(person{"Ada", 36, {{1, 2}, {3, 4}}, "A.", true});
    with_arrays arrays{"text", {"a", "b"}, {{1, 2, 3}, {4, 5, 6}}, 7};
    expect_same(arrays);
    expect_same(constant{4, "four"});
    expect_same(bits{5, 17});
    expect_same(empty{});
    expect_same(account(12, std::string(10'000, 'z')));
    expect_same(std::vector<account>{{1, "a"}, {2, "b"}});
    expect_same(no_default(3));
    expect_same(std::vector<no_default>{no_default(3)});
    expect_crossing(move_only{std::make_unique<int>(5)},
                    [](const move_only& read) { EXPECT_EQ(*read.held, 5); });
}

TEST(wire_codec, padding_is_not_sent) {
    alignas(padded) std::byte first[sizeof(padded)];
    alignas(padded) std::byte second[sizeof(padded)];
    std::memset(first, 0x55, sizeof first);
    std::memset(second, 0xaa, sizeof second);
    const auto* a = ::new (static_cast<void*>(first)) padded;
    const auto* b = ::new (static_cast<void*>(second)) padded;
    EXPECT_EQ(message(*a), message(*b));
    EXPECT_EQ(message(*a).size(), 9u);
}

TEST(wire_codec, values_may_hold_themselves_up_to_a_depth) {
    tree root{1, {}, nullptr};
    root.children.push_back({2, {}, std::make_unique<tree>(3)});
    root.children.emplace_back();
    expect_same(root);

    const auto chain = [](unsigned length) {
        tree first;
        for (unsigned i = 1; i < length; ++i) {
            auto rest = std::make_unique<tree>(std::move(first));
            first = tree{static_cast<int>(i), {}, std::move(rest)};
        }
        return first;
    };
    expect_same(chain(impl::nesting::levels_max));
    EXPECT_THROW((void)message(chain(impl::nesting::levels_max + 1)), wire_error);
    // A message that claims as much: value, no children, one more.
    std::vector<std::byte> hostile;
    for (int i = 0; i < 5'000; ++i) {
        hostile.insert(hostile.end(), 12, std::byte{0});
        hostile.push_back(std::byte{1});
    }
    EXPECT_THROW((void)read_cut<tree>(hostile, 4096), wire_error);
}

TEST(wire_codec, what_is_no_value_is_refused_when_reading) {
    EXPECT_THROW((void)read_cut<bool>(message('\2'), 1), wire_error);
    EXPECT_THROW((void)read_cut<yes_or_no>(message('\2'), 1), wire_error);
    EXPECT_THROW((void)read_cut<std::optional<int>>(message(std::pair('\2', 5)), 1), wire_error);
    EXPECT_THROW((void)(read_cut<std::variant<int, char>>(message(short{2}), 1)), wire_error);
    EXPECT_THROW((void)read_cut<int>(message(std::int64_t{1}), 1), wire_error);
}

TEST(wire_codec, a_valueless_variant_is_refused_when_writing) {
    struct bomb {
        explicit bomb(int n) : number(n) {}
        bomb(const bomb&) { throw 1; }
        bomb& operator=(const bomb&) = default;
        int number;
        auto tie() { return std::tie(number); }
        bomb() = default;
    };
    std::variant<int, bomb> value(1);
    try {
        const bomb live(2);
        value.emplace<1>(live);
    } catch (int) {
    }
    ASSERT_TRUE(value.valueless_by_exception());
    EXPECT_THROW((void)message(value), wire_error);
}

TEST(wire_codec, knows_what_cannot_cross) {
    using impl::refusal;
    using impl::why_not;
    struct holder {
        std::vector<int*> pointers;
    };
    static_assert(why_not<int*>() == refusal::pointer);
    static_assert(why_not<holder>() == refusal::pointer);
    static_assert(why_not<std::map<int, std::optional<const char*>>>() == refusal::pointer);
    static_assert(why_not<int&>() == refusal::reference);
    static_assert(why_not<std::string_view>() == refusal::view);
    static_assert(why_not<std::span<int>>() == refusal::view);
    static_assert(why_not<std::shared_ptr<int>>() == refusal::shared);
    static_assert(why_not<std::unique_ptr<int[]>>() == refusal::base_pointer);
    static_assert(why_not<std::unique_ptr<std::exception>>() == refusal::base_pointer);
    static_assert(why_not<std::function<void()>>() == refusal::callable);
    static_assert(why_not<std::mutex>() == refusal::lock);
    static_assert(why_not<std::atomic<int>>() == refusal::lock);
    static_assert(why_not<std::thread>() == refusal::lock);
    static_assert(why_not<task<int>>() == refusal::lock);
    static_assert(why_not<future<int>>() == refusal::lock);
    static_assert(why_not<int[3]>() == refusal::raw_array);
    struct derived : point {
        int z;
    };
    static_assert(why_not<derived>() == refusal::fields);
    struct opaque {
        opaque(int n) : number(n) {}
        int number;
    };
    static_assert(why_not<opaque>() == refusal::unknown);
    static_assert(why_not<void>() == refusal::unknown);
    struct tied : opaque {
        using opaque::opaque;
        auto tie() { return std::tie(number); }
    };
    static_assert(why_not<tied>() == refusal::tie);
    static_assert(crossable<const int> && crossable<tree> && !crossable<holder>);
}

}  // namespace troika
