// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

namespace troika {

/// A descriptor that goes along with a message, and the name by which the message speaks of it.
struct wire_attachment {
    std::uint64_t id;
    int descriptor;
    /// What keeps the descriptor open.
    std::shared_ptr<const void> owner = {};
    /// The receiver keeps it as long as `owner` lives here, and has it for later messages.
    bool kept = false;
};

namespace impl {

/// What a receiver makes of a descriptor, such as memory that is mapped. Derived from.
class attached_object {
public:
    attached_object() noexcept = default;
    attached_object(const attached_object&) = delete;
    attached_object& operator=(const attached_object&) = delete;
    virtual ~attached_object() = default;
};

/// Returns: a number that no other attachment of this process has.
[[nodiscard]] std::uint64_t next_attachment_id() noexcept;

}  // namespace impl

/// A descriptor that came with a message. Owns it.
class received_attachment {
public:
    received_attachment(std::uint64_t id, int descriptor) noexcept
        : id_(id), descriptor_(descriptor) {}
    received_attachment(received_attachment&& other) noexcept
        : id_(other.id_), descriptor_(other.release()), made_(std::move(other.made_)) {}
    received_attachment& operator=(received_attachment&& other) noexcept;
    ~received_attachment();

    [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
    /// -1 once it was released.
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    /// Hands it over to the caller.
    [[nodiscard]] int release() noexcept;

    /// What was made of it when it was first used; a receiver that keeps the attachment keeps that.
    [[nodiscard]] std::shared_ptr<impl::attached_object>& made() noexcept { return made_; }

private:
    std::uint64_t id_;
    int descriptor_;
    std::shared_ptr<impl::attached_object> made_;
};

}  // namespace troika
