// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troika::http {

/// The header fields of a message: names and values in the order in which they travel; a name may
/// occur more than once, and its case does not matter.
///
/// They are kept as the bytes that go on the wire, in one buffer with one index, so that a message
/// has two allocations, a reused object none, and writing is one copy. No name or value can hold a
/// line end, so nothing can be injected into a message through its fields.
/// Thread: none of its own.
/// Lifetime: views that are returned hold until the object is next changed.
class headers {
public:
    /// Limits for all fields together, of what peers may send and of what may be built.
    static constexpr std::size_t bytes_max = 256 * 1024;
    static constexpr std::size_t count_max = 1000;

    struct field {
        std::string_view name;
        std::string_view value;
    };

    headers() = default;
    headers(std::initializer_list<field> fields) {
        for (const field& each : fields) add(each.name, each.value);
    }

    /// Adds a field after the others, whether or not its name is there.
    ///
    /// Spaces and tabs around `value` are not part of it and fall away.
    /// Throws: http_error, where the name is not a token, the value holds a control character, or a
    /// limit would be passed; nothing is changed then.
    void add(std::string_view name, std::string_view value);

    /// Makes `value` the only value of `name`. Throws: as add().
    void set(std::string_view name, std::string_view value);

    /// Removes all fields of that name. Returns: how many there were.
    std::size_t remove(std::string_view name);

    /// Removes everything, and keeps the memory for what comes next.
    void clear() noexcept;

    /// Returns: the first value of `name`.
    [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept;

    /// Returns: the values of `name` in their order.
    [[nodiscard]] std::vector<std::string_view> get_all(std::string_view name) const;

    [[nodiscard]] bool contains(std::string_view name) const noexcept {
        return get(name).has_value();
    }

    /// Returns: whether one of the comma-separated lists that are the values of `name` holds
    /// `token`, in any case, as in `Connection: keep-alive, Upgrade`.
    [[nodiscard]] bool has_token(std::string_view name, std::string_view token) const noexcept;

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
    /// Requires: index < size().
    [[nodiscard]] field operator[](std::size_t index) const noexcept;

    /// Returns: all fields as they go on the wire, each with its CRLF, without the closing empty
    /// line.
    [[nodiscard]] std::string_view wire() const noexcept { return text_; }

    class iterator {
    public:
        using iterator_concept = std::forward_iterator_tag;
        using iterator_category = std::input_iterator_tag;
        using value_type = field;
        using difference_type = std::ptrdiff_t;
        using reference = field;
        using pointer = void;

        iterator() = default;
        iterator(const headers& of, std::size_t at) noexcept : of_(&of), at_(at) {}
        field operator*() const noexcept { return (*of_)[at_]; }
        iterator& operator++() noexcept {
            ++at_;
            return *this;
        }
        iterator operator++(int) noexcept {
            iterator before = *this;
            ++at_;
            return before;
        }
        bool operator==(const iterator&) const noexcept = default;

    private:
        const headers* of_ = nullptr;
        std::size_t at_ = 0;
    };
    [[nodiscard]] iterator begin() const noexcept { return {*this, 0}; }
    [[nodiscard]] iterator end() const noexcept { return {*this, size()}; }

    /// Equal when the same names, in any case, have the same values in the same order.
    bool operator==(const headers& other) const noexcept;

private:
    friend class header_builder;   // the message parser fills the buffer in place

    struct entry {
        std::uint32_t at = 0;      // where the name begins in text_; ": " and the value follow it
        std::uint32_t name_size = 0;
        std::uint32_t value_size = 0;
    };

    std::string text_;
    std::vector<entry> entries_;
};

}  // namespace troika::http
