// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

namespace troika::subprocess {

/// Text or bytes that somebody else owns.
class bytes_view {
public:
    constexpr bytes_view() noexcept = default;
    template <std::convertible_to<std::string_view> Text>
    constexpr bytes_view(const Text& text) noexcept : text_(text) {}
    template <std::convertible_to<std::span<const std::byte>> Bytes>
    requires(!std::convertible_to<Bytes, std::string_view>) bytes_view(const Bytes& bytes)
    noexcept {
        const std::span<const std::byte> all(bytes);
        text_ = {reinterpret_cast<const char*>(all.data()), all.size()};
    }

    [[nodiscard]] constexpr std::string_view text() const noexcept { return text_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return text_.empty(); }

private:
    std::string_view text_;
};

}  // namespace troika::subprocess
