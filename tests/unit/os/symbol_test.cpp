// SPDX-License-Identifier: MIT
#include "os/symbol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <string>
#include <typeinfo>
#include <vector>

namespace troika::os {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

struct local_type {};

[[gnu::noinline]] const void* return_address() { return __builtin_return_address(0); }
[[gnu::noinline]] const void* here() {
    const void* volatile address = return_address();   // no tail call
    return address;
}

}  // namespace

TEST(symbol, names_are_as_in_the_source) {
    EXPECT_EQ(readable_name(typeid(int).name()), "int");
    EXPECT_THAT(readable_name(typeid(local_type).name()), HasSubstr("local_type"));
    EXPECT_EQ(readable_name("main"), "main");
}

TEST(symbol, a_call_is_described_by_module_and_offset) {
    EXPECT_THAT(describe_call(here()), MatchesRegex("(.* at )?unit_os.*\\+0x[0-9a-f]+"));
    EXPECT_EQ(function_start(here()), reinterpret_cast<const void*>(&here));
    EXPECT_EQ(describe_call(reinterpret_cast<const void*>(0x10)), "0xf");
}

TEST(symbol, exported_functions_are_named) {
    const auto* qsort = reinterpret_cast<const char*>(&std::qsort);
    EXPECT_THAT(describe_call(qsort + 1), HasSubstr("qsort at "));
}

TEST(symbol, calls_are_lines_and_begin_where_something_was_thrown) {
    const auto* throwing = reinterpret_cast<const char*>(
        static_cast<void (*)(std::exception_ptr)>(&std::rethrow_exception));
    const std::vector<const void*> calls{here(), throwing + 1, here(), here()};
    const std::string line = describe_call(here()) + "\n";
    const std::string lines = describe_calls(calls);
    EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2) << lines;
    EXPECT_EQ(describe_calls({}), "");
}

}  // namespace troika::os
