// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troika::testing::impl {

/// The way through the tree of choices: depth first, the first choice of each first.
///
/// As text, only the choices that are not the first are written: `4:1,17:2` takes the second at
/// the fifth and the third at the eighteenth.
class choice_path {
public:
    /// Follows `text`, then takes the first choices. Returns: false when it is no such text.
    bool follow(std::string_view text);

    /// Goes back to the root for another walk.
    void restart() noexcept { position_ = 0; }

    /// Returns: which of `count` to take here. With 1 there is nothing to choose.
    unsigned choose(unsigned count);

    /// Turns to the next path. Returns: false when all have been walked.
    bool advance();

    /// Whether the tree has changed since the last walk, or a text does not fit it.
    [[nodiscard]] bool diverged() const noexcept {
        return diverged_ || (position_ < choices_.size() && !following_);
    }

    [[nodiscard]] std::string text() const;

private:
    struct choice {
        std::uint32_t taken;
        std::uint32_t count;   // 0: not known yet, from a text
    };

    std::vector<choice> choices_;
    std::size_t position_ = 0;
    bool diverged_ = false;
    bool following_ = false;
};

}  // namespace troika::testing::impl
