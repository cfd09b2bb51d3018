// SPDX-License-Identifier: MIT
#include "proc/channel.hpp"

#include "os/error.hpp"
#include "os/futex.hpp"
#include "os/memory_file.hpp"

#include <bit>
#include <new>
#include <stdexcept>

namespace troika::impl {

namespace {

constexpr std::uint64_t magic_number = 0x7472'6f69'6b61'0001;
constexpr std::size_t page = 4096;
constexpr std::size_t control_bytes = (sizeof(channel::words) + page - 1) / page * page;

constexpr std::size_t size_with(std::uint64_t capacity) { return control_bytes + 2 * capacity; }

}  // namespace

void channel::create(std::size_t capacity) {
    capacity_ = capacity;
    file_.reset(os::or_throw(os::create_memory_file("troika-channel", size_with(capacity)),
                             "create shared memory for a worker"));
    map();
    auto* const made = ::new (control_.data()) words;
    made->capacity = capacity;
    made->magic = magic_number;
}

void channel::open(int descriptor) {
    const long size = os::size_of_memory_file(descriptor);
    os::memory_map first;
    if (size < static_cast<long>(control_bytes) ||
        first.map_shared(descriptor, control_bytes, 0, os::map_access::read) < 0)
        throw std::runtime_error("descriptor " + std::to_string(descriptor) +
                                 " is not what a parent gives to its worker");
    const auto& found = *reinterpret_cast<const words*>(first.data());
    capacity_ = found.capacity;
    if (found.magic != magic_number || !std::has_single_bit(capacity_) || capacity_ % page != 0 ||
        size_with(capacity_) != static_cast<std::size_t>(size))
        throw std::runtime_error("the parent of this worker has another version of troika");
    file_.reset(descriptor);
    map();
}

void channel::map() {
    constexpr const char* what = "map the shared memory of a worker";
    const int file = file_.get();
    os::or_throw(control_.map_shared(file, control_bytes, 0, os::map_access::read_write), what);
    os::or_throw(calls_.map_mirrored(file, capacity_, control_bytes), what);
    os::or_throw(results_.map_mirrored(file, capacity_, control_bytes + capacity_), what);
}

void wake_ring_side(const std::atomic<std::uint32_t>& word) noexcept {
    os::shared_futex_wake(word);
}

bool sleep_as_ring_side(const std::atomic<std::uint32_t>& word, time_point deadline) noexcept {
    while (word.load(std::memory_order_acquire) == asleep_on_word)
        if (!os::shared_futex_wait(word, asleep_on_word, deadline))
            return word.load(std::memory_order_acquire) != asleep_on_word;
    return true;
}

}  // namespace troika::impl
