// SPDX-License-Identifier: MIT
#include "proc/call_file.hpp"

#include "os/error.hpp"
#include "os/futex.hpp"
#include "os/memory_file.hpp"

#include <cstring>
#include <new>
#include <stdexcept>

namespace troika::impl {

namespace {
constexpr std::uint64_t magic_number = 0x7472'6f69'6b61'0002;
constexpr std::size_t words_bytes = 64;
static_assert(sizeof(call_file::words) <= words_bytes);
}  // namespace

void call_file::create(const wire_writer& message) {
    const std::size_t size = words_bytes + static_cast<std::size_t>(message.size());
    file_.reset(os::or_throw(os::create_memory_file("troika-call", size),
                             "create shared memory for a process"));
    os::or_throw(map_.map_shared(file_.get(), size, 0, os::map_access::read_write),
                 "map shared memory for a process");
    auto* const made = ::new (map_.data()) words;
    made->bytes = message.size();
    made->magic = magic_number;
    std::byte* at = map_.data() + words_bytes;
    for (const std::span<const std::byte> segment : message.segments()) {
        std::memcpy(at, segment.data(), segment.size());
        at += segment.size();
    }
}

void call_file::open(int descriptor) {
    const long size = os::size_of_memory_file(descriptor);
    if (size < static_cast<long>(words_bytes) ||
        map_.map_shared(descriptor, static_cast<std::size_t>(size), 0,
                        os::map_access::read_write) < 0 ||
        shared().magic != magic_number ||
        shared().bytes != static_cast<std::uint64_t>(size) - words_bytes)
        throw std::runtime_error("descriptor " + std::to_string(descriptor) +
                                 " is not what a parent gives to its process");
    os::close_descriptor(descriptor);
}

call_file::words& call_file::shared() const noexcept {
    return *reinterpret_cast<words*>(map_.data());
}

std::span<const std::byte> call_file::message() const noexcept {
    return {map_.data() + words_bytes, map_.size() - words_bytes};
}

void call_file::request_stop() const noexcept {
    shared().stop.store(1, std::memory_order_release);
    os::shared_futex_wake(shared().stop);
}

bool call_file::stop_requested() const noexcept {
    return shared().stop.load(std::memory_order_acquire) != 0;
}

void call_file::wait_for_stop() const noexcept {
    while (!stop_requested()) os::shared_futex_wait(shared().stop, 0);
}

}  // namespace troika::impl
