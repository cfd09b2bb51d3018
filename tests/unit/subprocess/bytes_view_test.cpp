// SPDX-License-Identifier: MIT
#include <troika/subprocess/bytes_view.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

namespace troika::subprocess {
namespace {

TEST(BytesView, IsMadeOfTextOrBytes) {
    const std::string text = "text";
    EXPECT_EQ(bytes_view(text).text().data(), text.data());
    EXPECT_EQ(bytes_view("text").text(), "text");
    EXPECT_EQ(bytes_view(std::string_view("a\0b", 3)).text().size(), 3u);
    const std::array<std::byte, 2> bytes{std::byte{'h'}, std::byte{'i'}};
    EXPECT_EQ(bytes_view(bytes).text(), "hi");
    const std::vector<std::byte> more(3, std::byte{'x'});
    EXPECT_EQ(bytes_view(more).text(), "xxx");
    EXPECT_TRUE(bytes_view().empty());
    static_assert(std::is_trivially_copyable_v<bytes_view>);
}

}  // namespace
}  // namespace troika::subprocess
