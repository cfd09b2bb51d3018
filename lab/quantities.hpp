// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troika::lab {

/// "2.05 s", "81.3 ms", "45 us": three digits.
[[nodiscard]] std::string seconds_text(double seconds);
[[nodiscard]] std::string seconds_text(duration time);
/// "5.2 MB", in powers of 1024.
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);
/// "1 task", "4 tasks".
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view noun);
/// How many columns of a terminal a text takes: of its characters one each.
[[nodiscard]] std::size_t columns_of(std::string_view text) noexcept;
/// `text` in so many columns: filled up with blanks, on the left or on the right, or cut.
[[nodiscard]] std::string padded(std::string_view text, std::size_t columns, bool to_the_right);

}  // namespace troika::lab
