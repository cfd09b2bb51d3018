// SPDX-License-Identifier: MIT
#include "inspect/registry.hpp"

#include "inspect/layout.hpp"
#include "os/environment.hpp"
#include "os/memory_file.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace troika::impl {

registry* registry::get() noexcept {
    // Never destroyed: what is listed may go after static objects have.
    alignas(registry) static std::byte storage[sizeof(registry)];
    static registry* const made = new (storage) registry;
    return made->map_ && made->process_ == os::process_id() ? made : nullptr;
}

registry::registry() noexcept {
    if (const auto wanted = os::environment("TROIKA_INSPECT"); wanted && *wanted == "0") return;
    const int file = os::create_memory_file(registry_name, registry_bytes);
    if (file < 0) return;
    file_.reset(file);
    os::memory_map map;
    if (map.map_shared(file, registry_bytes, 0, os::map_access::read_write) < 0) return;
    try {
        free_.reserve(registry_slots);
    } catch (...) {
        return;
    }
    for (std::uint32_t slot = registry_slots; slot > 0; --slot) free_.push_back(slot);
    auto* const made = ::new (map.data()) registry_head;
    made->version = registry_version;
    made->slot_bytes = sizeof(registry_slot);
    made->slot_count = registry_slots;
    made->process = static_cast<std::uint32_t>(os::process_id());
    layout::write(made->places);
    made->magic = registry_magic;
    process_ = os::process_id();
    map_ = std::move(map);
}

registry_slot& registry::at(std::uint32_t slot) const noexcept {
    return reinterpret_cast<registry_slot*>(map_.data() + registry_slots_at)[slot - 1];
}

std::uint32_t registry::take() noexcept {
    const spin_guard here(&lock_);
    if (free_.empty()) {
        head().unlisted.fetch_add(1, std::memory_order_relaxed);
        return 0;
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    if (slot > head().used.load(std::memory_order_relaxed))
        head().used.store(slot, std::memory_order_release);
    return slot;
}

void registry::give_back(std::uint32_t slot) noexcept {
    write(slot, {});
    const spin_guard here(&lock_);
    free_.push_back(slot);
}

void registry::write(std::uint32_t slot, const listing_data& what) noexcept {
    registry_slot& into = at(slot);
    std::uint64_t words[registry_slot::words_of_data];
    std::memcpy(words, &what, sizeof words);
    const std::uint32_t before = into.sequence.load(std::memory_order_relaxed);
    // A reader that sees one of the words sees that the sequence is odd, or has changed.
    into.sequence.store(before + 1, std::memory_order_relaxed);
    for (std::size_t i = 0; i < registry_slot::words_of_data; ++i)
        into.data[i].store(words[i], std::memory_order_release);
    into.sequence.store(before + 2, std::memory_order_release);
}

listing_data registry::read(std::uint32_t slot) const noexcept {
    std::uint64_t words[registry_slot::words_of_data];
    for (std::size_t i = 0; i < registry_slot::words_of_data; ++i)
        words[i] = at(slot).data[i].load(std::memory_order_relaxed);
    listing_data data;
    std::memcpy(static_cast<void*>(&data), words, sizeof words);
    return data;
}

// ---- listing

void listing::add(listing_data what, std::string_view name) noexcept {
    registry* const known = registry::get();
    if (known == nullptr) return;
    slot_ = known->take();
    if (slot_ == 0) return;
    number_ = known->next_number();
    what.number = number_;
    const std::size_t size = std::min(name.size(), registry_slot::name_bytes - 1);
    std::copy_n(name.begin(), size, what.name);
    known->write(slot_, what);
}

void listing::remove() noexcept {
    if (registry* const known = slot_ != 0 ? registry::get() : nullptr) known->give_back(slot_);
    slot_ = number_ = 0;
}

}  // namespace troika::impl
