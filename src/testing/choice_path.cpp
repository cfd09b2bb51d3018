// SPDX-License-Identifier: MIT
#include "testing/choice_path.hpp"

#include <charconv>
#include <system_error>

namespace troika::testing::impl {

namespace {

constexpr std::size_t choices_max = 1'000'000;

}  // namespace

bool choice_path::follow(std::string_view text) {
    following_ = true;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
        std::size_t position = 0;
        std::uint32_t taken = 0;
        auto result = std::from_chars(at, end, position);
        if (result.ec != std::errc{} || result.ptr == end || *result.ptr != ':') return false;
        result = std::from_chars(result.ptr + 1, end, taken);
        if (result.ec != std::errc{} || position < choices_.size() || position >= choices_max)
            return false;
        at = result.ptr;
        if (at != end && (*at++ != ',' || at == end)) return false;
        choices_.resize(position, {0, 0});
        choices_.push_back({taken, 0});
    }
    return true;
}

unsigned choice_path::choose(unsigned count) {
    if (count <= 1) return 0;
    if (position_ == choices_.size()) choices_.push_back({0, count});
    choice& here = choices_[position_++];
    if (here.count == 0) here.count = count;
    if (here.count != count || here.taken >= count) {
        diverged_ = true;
        return 0;
    }
    return here.taken;
}

bool choice_path::advance() {
    while (!choices_.empty()) {
        choice& last = choices_.back();
        if (++last.taken < last.count) return true;
        choices_.pop_back();
    }
    return false;
}

std::string choice_path::text() const {
    std::string text;
    for (std::size_t i = 0; i < position_; ++i) {
        if (choices_[i].taken == 0) continue;
        if (!text.empty()) text += ',';
        text += std::to_string(i) + ':' + std::to_string(choices_[i].taken);
    }
    return text;
}

}  // namespace troika::testing::impl
