// SPDX-License-Identifier: MIT
#include <troika/proc/shared_memory.hpp>

#include "os/error.hpp"
#include "os/fd.hpp"
#include "os/memory_file.hpp"
#include "os/memory_map.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

namespace troika {

namespace impl {

/// Memory that is mapped here, and the descriptor by which others map it.
class memory_block final : public attached_object {
public:
    explicit memory_block(std::size_t size) {
        file_.reset(
            os::or_throw(os::create_memory_file("troika-shared", size), "create shared memory"));
        map(size);
    }
    /// Of a descriptor that came from another process. Throws: wire_error when it is something
    /// else.
    explicit memory_block(received_attachment& came) {
        const long size = os::size_of_memory_file(came.descriptor());
        if (size <= 0)
            throw wire_error("descriptor " + std::to_string(came.id()) +
                             " of a message is not shared memory");
        file_.reset(came.release());
        map(static_cast<std::size_t>(size));
    }

    [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
    [[nodiscard]] int descriptor() const noexcept { return file_.get(); }
    [[nodiscard]] std::byte* data() const noexcept { return map_.data(); }
    [[nodiscard]] std::size_t size() const noexcept { return map_.size(); }

private:
    void map(std::size_t size) {
        os::or_throw(map_.map_shared(file_.get(), size, 0, os::map_access::read_write),
                     "map shared memory");
    }

    const std::uint64_t id_ = next_attachment_id();
    os::fd file_;
    os::memory_map map_;
};

}  // namespace impl

shared_memory::shared_memory(std::size_t size)
    // A file of nothing cannot be mapped.
    : block_(std::make_shared<impl::memory_block>(std::max<std::size_t>(size, 1))),
      data_(block_->data()), size_(size) {}

void crossing<shared_memory>::write(wire_writer& to, const shared_memory& from) {
    const impl::memory_block* const block = from.block_.get();
    to.put(block != nullptr ? block->id() : std::uint64_t{0});
    if (block == nullptr) return;
    to.put(static_cast<std::uint64_t>(from.size_));
    to.attach({block->id(), block->descriptor(), from.block_, true});
}

shared_memory crossing<shared_memory>::read(wire_reader& from) {
    shared_memory made;
    const auto id = from.get<std::uint64_t>();
    if (id == 0) return made;
    const auto size = from.get<std::uint64_t>();
    received_attachment& came = from.attachment(id);
    if (!came.made()) came.made() = std::make_shared<impl::memory_block>(came);
    made.block_ = std::dynamic_pointer_cast<impl::memory_block>(came.made());
    if (!made.block_ || made.block_->size() < size)
        throw wire_error("shared memory of a message is not of the size that the message says");
    made.data_ = made.block_->data();
    made.size_ = static_cast<std::size_t>(size);
    return made;
}

}  // namespace troika
