// SPDX-License-Identifier: MIT
#include "proc/call_file.hpp"

#include "os/error.hpp"
#include "os/futex.hpp"
#include "os/memory_file.hpp"

#include <cstring>
#include <new>
#include <stdexcept>
#include <string>

namespace troika::impl {

namespace {
constexpr std::uint64_t magic_number = 0x7472'6f69'6b61'0002;
constexpr std::size_t words_bytes = 64;
static_assert(sizeof(call_file::words) <= words_bytes);
}  // namespace

void call_file::create(const wire_writer& message) {
    const std::span<const wire_attachment> given = message.attachments();
    if (given.size() > attachments_max)
        throw wire_error("a process can be given at most " + std::to_string(attachments_max) +
                         " shared arrays, queues and ends of pipes");
    attachments_.assign(given.begin(), given.end());
    const std::size_t size = words_bytes + given.size() * sizeof(std::uint64_t) +
                             static_cast<std::size_t>(message.size());
    file_.reset(os::or_throw(os::create_memory_file("troika-call", size),
                             "create shared memory for a process"));
    os::or_throw(map_.map_shared(file_.get(), size, 0, os::map_access::read_write),
                 "map shared memory for a process");
    auto* const made = ::new (map_.data()) words;
    made->bytes = message.size();
    made->attachments = given.size();
    made->magic = magic_number;
    std::byte* at = map_.data() + words_bytes;
    for (const wire_attachment& each : given) {
        std::memcpy(at, &each.id, sizeof each.id);
        at += sizeof each.id;
    }
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
        shared().attachments > attachments_max ||
        shared().bytes != static_cast<std::uint64_t>(size) - words_bytes -
                              shared().attachments * sizeof(std::uint64_t))
        throw std::runtime_error("descriptor " + std::to_string(descriptor) +
                                 " is not what a parent gives to its process");
    os::close_descriptor(descriptor);
    for (std::size_t i = 0; i < shared().attachments; ++i) {
        std::uint64_t id = 0;
        std::memcpy(&id, map_.data() + words_bytes + i * sizeof id, sizeof id);
        received_.emplace_back(id, first_attachment + static_cast<int>(i));
    }
}

call_file::words& call_file::shared() const noexcept {
    return *reinterpret_cast<words*>(map_.data());
}

std::span<const std::byte> call_file::message() const noexcept {
    const auto bytes = static_cast<std::size_t>(shared().bytes);
    return {map_.data() + map_.size() - bytes, bytes};
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
