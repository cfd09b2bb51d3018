// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace troika::subprocess {

/// What a child has as one of its three standard streams.
class stdio {
public:
    /// What we have ourselves.
    static const stdio inherit;
    /// Nothing to read; what is written is lost.
    static const stdio null;
    /// A pipe, whose other end is ours.
    static const stdio pipe;
    /// For standard error: wherever standard output goes.
    static const stdio output;

    /// A file by its path: read from, or, for output, created and emptied first.
    /// Lifetime: the path, until the child has been started.
    [[nodiscard]] static constexpr stdio file(std::string_view path) noexcept {
        return {kind::file, -1, path};
    }
    /// A file to whose end output is added; it is created if it is not there.
    [[nodiscard]] static constexpr stdio append(std::string_view path) noexcept {
        return {kind::append, -1, path};
    }
    /// An open descriptor of ours, which stays ours.
    [[nodiscard]] static constexpr stdio descriptor(int number) noexcept {
        return {kind::descriptor, number, {}};
    }

    enum class kind : std::uint8_t { inherit, null, pipe, output, file, append, descriptor };
    [[nodiscard]] constexpr kind what() const noexcept { return what_; }
    [[nodiscard]] constexpr int number() const noexcept { return number_; }
    [[nodiscard]] constexpr std::string_view path() const noexcept { return path_; }
    friend constexpr bool operator==(const stdio&, const stdio&) noexcept = default;

private:
    constexpr stdio(kind what, int number, std::string_view path) noexcept
        : what_(what), number_(number), path_(path) {}

    kind what_;
    int number_;
    std::string_view path_;
};

inline constexpr stdio stdio::inherit{kind::inherit, -1, {}};
inline constexpr stdio stdio::null{kind::null, -1, {}};
inline constexpr stdio stdio::pipe{kind::pipe, -1, {}};
inline constexpr stdio stdio::output{kind::output, -1, {}};

}  // namespace troika::subprocess
