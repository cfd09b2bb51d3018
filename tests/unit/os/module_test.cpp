// SPDX-License-Identifier: MIT
#include "os/module.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace troika::os {
namespace {

[[gnu::noinline]] int here(int n) { return n + 1; }
[[gnu::noinline]] int there(int n) { return n * 3; }
const int data = 5;

const void* code(auto* function) { return reinterpret_cast<const void*>(function); }

}  // namespace

TEST(module, code_of_the_program_is_found_and_found_again) {
    const auto place = find_code(code(&here));
    ASSERT_TRUE(place);
    EXPECT_EQ(code_address(*place), code(&here));
    const auto other = find_code(code(&there));
    ASSERT_TRUE(other);
    EXPECT_EQ(other->module, place->module);
    EXPECT_NE(other->offset, place->offset);
    EXPECT_EQ(here(there(1)), 4);
    EXPECT_TRUE(module_name(place->module).starts_with("unit_os")) << module_name(place->module);
}

TEST(module, code_of_a_library_is_found_as_well) {
    const auto library = find_code(code(static_cast<void (*)(void*)>(&std::free)));
    ASSERT_TRUE(library);
    EXPECT_EQ(code_address(*library), code(static_cast<void (*)(void*)>(&std::free)));
}

TEST(module, what_is_not_code_is_nowhere) {
    int local = 0;
    EXPECT_FALSE(find_code(&local));
    EXPECT_FALSE(find_code(&data));
    EXPECT_FALSE(find_code(nullptr));
    EXPECT_FALSE(find_code(reinterpret_cast<const void*>(~std::uintptr_t{0})));
}

TEST(module, a_place_is_checked) {
    const auto place = find_code(code(&here));
    ASSERT_TRUE(place);
    code_place wrong = *place;
    wrong.offset = std::uint64_t{1} << 40;
    EXPECT_EQ(code_address(wrong), nullptr);
    wrong.offset = ~std::uint64_t{0};
    EXPECT_EQ(code_address(wrong), nullptr);
    const auto in_data = reinterpret_cast<std::uintptr_t>(&data);
    const auto in_code = reinterpret_cast<std::uintptr_t>(code(&here));
    wrong.offset = place->offset + in_data - in_code;
    EXPECT_EQ(code_address(wrong), nullptr);
    wrong = *place;
    wrong.module[0] ^= std::byte{1};
    EXPECT_EQ(code_address(wrong), nullptr);
    EXPECT_EQ(module_name(wrong.module), "");
}

}  // namespace troika::os
