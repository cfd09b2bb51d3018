// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <source_location>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace troika::impl {

/// The texts and source lines of a recording, each once, under numbers from 1 on; 0 is none.
///
/// Texts are copied when they are first seen, as a task's name may die with the task. There is room
/// for `texts_max` and `bytes_max`; what comes later is told as "(too many names)".
/// Thread: any.
class text_store {
public:
    struct place {
        std::uint32_t function = 0;   // texts
        std::uint32_t file = 0;
        std::uint32_t line = 0;
    };

    /// Cuts `text` to text_bytes_max.
    [[nodiscard]] std::uint32_t id_of(std::string_view text);
    /// A copy that lives as long as the store.
    [[nodiscard]] const std::string& text(std::uint32_t id) const;
    [[nodiscard]] std::uint32_t place_of(const std::source_location& where);

    /// What there is now, by number.
    [[nodiscard]] std::vector<std::string> texts() const;
    [[nodiscard]] std::vector<place> places() const;

    static constexpr std::size_t text_bytes_max = 1024;
    static constexpr std::size_t texts_max = std::size_t{1} << 20;
    static constexpr std::size_t bytes_max = std::size_t{32} << 20;
    static constexpr std::size_t places_max = std::size_t{1} << 16;

private:
    [[nodiscard]] std::uint32_t find_or_add(std::string_view text);

    struct key {
        const char* file;   // as the compiler has laid it down: not looked at
        const char* function;
        std::uint64_t line_column;
        bool operator==(const key&) const = default;
    };
    struct key_hash {
        std::size_t operator()(const key& of) const noexcept {
            const std::hash<const void*> hash;
            return hash(of.file) ^ hash(of.function) * 31 ^ of.line_column * 0x9E3779B97F4A7C15ULL;
        }
    };

    mutable std::mutex mutex_;
    // guarded by mutex_
    std::deque<std::string> texts_{std::string()};
    std::unordered_map<std::string_view, std::uint32_t> ids_;   // into texts_
    std::vector<place> places_{place{}};
    std::unordered_map<key, std::uint32_t, key_hash> place_ids_;
    std::size_t bytes_ = 0;
};

/// What one thread has asked a text_store before, so that it seldom asks again.
/// Thread: one.
class text_cache {
public:
    /// Of a text that ends with a zero, or of null. Looks at all of it, as another one may stand
    /// in its place by now.
    [[nodiscard]] std::uint32_t id_of(text_store& in, const char* text);
    [[nodiscard]] std::uint32_t id_of(text_store& in, std::string_view text);
    [[nodiscard]] std::uint32_t place_of(text_store& in, const std::source_location& where);

private:
    static constexpr std::size_t slots = 64;

    struct name_slot {
        const char* given = nullptr;
        const char* copy = nullptr;
        std::uint32_t id = 0;
    };
    struct text_slot {
        const std::string* copy = nullptr;
        std::uint32_t id = 0;
    };
    struct place_slot {
        const char* file = nullptr;
        const char* function = nullptr;
        std::uint32_t line = 0;
        std::uint32_t column = 0;
        std::uint32_t id = 0;
    };
    std::array<name_slot, slots> names_{};
    std::array<text_slot, slots> texts_{};
    std::array<place_slot, slots> places_{};
};

}  // namespace troika::impl
