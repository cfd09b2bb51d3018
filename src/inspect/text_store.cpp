// SPDX-License-Identifier: MIT
#include "inspect/text_store.hpp"

#include <cstring>
#include <functional>

namespace troika::impl {

namespace {

constexpr std::string_view too_many = "(too many names)";

/// The text, as far as it is looked at: one that never ends does no harm.
std::string_view beginning_of(const char* text) noexcept {
    const void* const end = std::memchr(text, 0, text_store::text_bytes_max);
    return {text, end == nullptr ? text_store::text_bytes_max
                                 : static_cast<std::size_t>(static_cast<const char*>(end) - text)};
}

std::size_t slot_of(const void* address, std::size_t slots) noexcept {
    const auto bits = reinterpret_cast<std::uintptr_t>(address);
    return static_cast<std::size_t>((bits * 0x9E3779B97F4A7C15ULL) >> 32) % slots;
}

}  // namespace

// ---- text_store

std::uint32_t text_store::find_or_add(std::string_view text) {
    text = text.substr(0, text_bytes_max);
    if (text.empty()) return 0;
    if (const auto found = ids_.find(text); found != ids_.end()) return found->second;
    if (text != too_many &&
        (texts_.size() >= texts_max - 1 || bytes_ + text.size() > bytes_max))
        return find_or_add(too_many);
    const auto id = static_cast<std::uint32_t>(texts_.size());
    const std::string& copy = texts_.emplace_back(text);
    bytes_ += copy.size();
    ids_.emplace(copy, id);
    return id;
}

std::uint32_t text_store::id_of(std::string_view text) {
    const std::scoped_lock here(mutex_);
    return find_or_add(text);
}

const std::string& text_store::text(std::uint32_t id) const {
    const std::scoped_lock here(mutex_);
    return texts_.at(id);   // a deque: it stays where it is
}

std::uint32_t text_store::place_of(const std::source_location& where) {
    const key of{where.file_name(), where.function_name(),
                 static_cast<std::uint64_t>(where.column()) << 32 | where.line()};
    const std::scoped_lock here(mutex_);
    if (const auto found = place_ids_.find(of); found != place_ids_.end()) return found->second;
    if (places_.size() >= places_max) return 0;
    const auto id = static_cast<std::uint32_t>(places_.size());
    places_.push_back({find_or_add(beginning_of(of.function)), find_or_add(beginning_of(of.file)),
                       where.line()});
    place_ids_.emplace(of, id);
    return id;
}

std::vector<std::string> text_store::texts() const {
    const std::scoped_lock here(mutex_);
    return {texts_.begin(), texts_.end()};
}

std::vector<text_store::place> text_store::places() const {
    const std::scoped_lock here(mutex_);
    return places_;
}

// ---- text_cache

std::uint32_t text_cache::id_of(text_store& in, const char* text) {
    if (text == nullptr) return 0;
    name_slot& known = names_[slot_of(text, slots)];
    if (known.given == text &&
        std::strncmp(known.copy, text, text_store::text_bytes_max) == 0) [[likely]]
        return known.id;
    known.given = nullptr;   // until it is complete
    known.id = in.id_of(beginning_of(text));
    known.copy = in.text(known.id).c_str();
    known.given = text;
    return known.id;
}

std::uint32_t text_cache::id_of(text_store& in, std::string_view text) {
    text = text.substr(0, text_store::text_bytes_max);
    text_slot& known = texts_[std::hash<std::string_view>()(text) % slots];
    if (known.copy != nullptr && *known.copy == text) [[likely]]
        return known.id;
    known.copy = nullptr;
    known.id = in.id_of(text);
    known.copy = &in.text(known.id);
    return known.id;
}

std::uint32_t text_cache::place_of(text_store& in, const std::source_location& where) {
    const char* const file = where.file_name();
    const char* const function = where.function_name();
    place_slot& known = places_[(slot_of(file, slots) + where.line()) % slots];
    if (known.file == file && known.function == function && known.line == where.line() &&
        known.column == where.column()) [[likely]]
        return known.id;
    known.file = nullptr;
    known.id = in.place_of(where);
    known.function = function;
    known.line = where.line();
    known.column = where.column();
    known.file = file;
    return known.id;
}

}  // namespace troika::impl
