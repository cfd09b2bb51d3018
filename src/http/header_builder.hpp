// SPDX-License-Identifier: MIT
#pragma once

#include <troika/http/error.hpp>
#include <troika/http/headers.hpp>

#include "http/ascii.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace troika::http {

/// Returns: whether `text` may stand in a field: no control character but the tab (RFC 9110, 5.5).
[[nodiscard]] constexpr bool is_header_value(std::string_view text) noexcept {
    bool clean = true;   // no early return, so that the loop becomes a few vector instructions
    for (char c : text) clean &= !is_control(c) || c == '\t';
    return clean;
}

/// Fills a `headers` from names and values that arrive in pieces, straight into its buffer.
///
/// Every function but begin() returns what is wrong, or nothing: it runs inside C callbacks, which
/// exceptions must not cross.
class header_builder {
public:
    void begin(headers& into, std::size_t count_max) noexcept {
        into_ = &into;
        count_max_ = count_max;
        at_ = place::between;
    }

    /// Returns: whether a name is complete and its value is not.
    [[nodiscard]] bool in_value() const noexcept { return at_ == place::value; }

    std::optional<errc> name(std::string_view piece) {
        if (at_ == place::between) {
            if (into_->entries_.size() >= count_max_) return errc::too_many_headers;
            if (into_->entries_.capacity() == 0) {
                // What one usual message needs, at once instead of by doubling.
                into_->entries_.reserve(16);
                into_->text_.reserve(512);
            }
            into_->entries_.push_back({static_cast<std::uint32_t>(into_->text_.size()), 0, 0});
            at_ = place::name;
        }
        return append(piece);
    }

    std::optional<errc> name_end() {
        headers::entry& last = into_->entries_.back();
        last.name_size = static_cast<std::uint32_t>(into_->text_.size() - last.at);
        at_ = place::value;
        if (!is_token({into_->text_.data() + last.at, last.name_size}))
            return errc::invalid_header_name;
        return append_two(':', ' ');
    }

    std::optional<errc> value(std::string_view piece) { return append(piece); }

    std::optional<errc> value_end() {
        headers::entry& last = into_->entries_.back();
        const std::size_t begin = last.at + last.name_size + 2;
        std::string_view value = std::string_view(into_->text_).substr(begin);
        // llhttp leaves out the blanks before a value, not those after it.
        while (!value.empty() && (value.back() == ' ' || value.back() == '\t'))
            value.remove_suffix(1);
        if (!is_header_value(value)) return errc::invalid_header_value;
        last.value_size = static_cast<std::uint32_t>(value.size());
        at_ = place::between;
        into_->text_.resize(begin + value.size());
        return append_two('\r', '\n');
    }

private:
    enum class place : std::uint8_t { between, name, value };

    std::optional<errc> append(std::string_view piece) {
        if (piece.size() > headers::bytes_max - into_->text_.size()) return errc::headers_too_large;
        into_->text_.append(piece);
        return std::nullopt;
    }

    std::optional<errc> append_two(char first, char second) {
        if (headers::bytes_max - into_->text_.size() < 2) return errc::headers_too_large;
        into_->text_.push_back(first);
        into_->text_.push_back(second);
        return std::nullopt;
    }

    headers* into_ = nullptr;
    std::size_t count_max_ = 0;
    place at_ = place::between;
};

}  // namespace troika::http
