// SPDX-License-Identifier: MIT
#include <troika/proc/function_identity.hpp>

#include <troika/proc/wire_codec.hpp>

#include "wire_harness.hpp"

#include <stdexcept>
#include <string>

namespace troika {
namespace {

[[gnu::noinline]] int twice(int n) { return 2 * n; }
[[gnu::noinline]] int thrice(int n) { return 3 * n; }

int call(any_function function, int n) { return reinterpret_cast<int (*)(int)>(function)(n); }

// One copy of its bytes goes over the wire.
static_assert(impl::is_bitwise<function_identity>);

}  // namespace

TEST(function_identity, leads_back_to_the_function) {
    const function_identity& first = impl::identity_of<&twice>();
    const function_identity& second = impl::identity_of<&thrice>();
    EXPECT_NE(first, second);
    EXPECT_EQ(&first, &impl::identity_of<&twice>());
    testing::expect_crossing(first, [](const function_identity& read) {
        EXPECT_EQ(call(read.find(), 4), 8);
    });
    EXPECT_EQ(call(second.find(), 4), 12);
}

TEST(function_identity, what_is_not_there_is_not_found) {
    function_identity wrong = impl::identity_of<&twice>();
    wrong.offset = std::uint64_t{1} << 50;
    EXPECT_EQ(wrong.find(), nullptr);
    wrong = impl::identity_of<&twice>();
    wrong.module[3] ^= std::byte{1};
    EXPECT_EQ(wrong.find(), nullptr);
    EXPECT_THROW((void)function_identity::of(nullptr), std::invalid_argument);
}

TEST(function_identity, says_in_plain_words_where_it_is_missing) {
    function_identity one = impl::identity_of<&twice>();
    EXPECT_THAT(one.text(), ::testing::MatchesRegex("unit_proc.*\\+0x[0-9a-f]+"));
    EXPECT_THAT(one.why_missing(),
                ::testing::AllOf(::testing::HasSubstr("is in unit_proc"),
                                 ::testing::HasSubstr("which this worker has not loaded")));
    one.module = {std::byte{0xab}};
    EXPECT_THAT(one.why_missing(), ::testing::HasSubstr("a module with build-id ab0000"));
}

TEST(function_finder, remembers_what_it_has_found) {
    impl::function_finder finder;
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(call(finder.find(impl::identity_of<&twice>()), 5), 10);
        EXPECT_EQ(call(finder.find(impl::identity_of<&thrice>()), 5), 15);
        function_identity wrong = impl::identity_of<&twice>();
        wrong.offset = std::uint64_t{1} << 50;
        EXPECT_EQ(finder.find(wrong), nullptr);
    }
}

}  // namespace troika
