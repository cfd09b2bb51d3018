// SPDX-License-Identifier: MIT
#pragma once

#include <troika/proc/attachment.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace troika::impl {

// Descriptors go from process to process by a socket beside the rings: those of one message in one
// packet, sent before the message. A packet says which message it is for; what its receiver keeps,
// and what it shall forget, since nobody here has it any more.

/// The side that sends. Thread: one at a time.
class attachment_sender {
public:
    /// What a receiver keeps, at most; more are sent with each message.
    static constexpr std::size_t known_max = 256;

    /// `keeps`: the receiver keeps what is marked so.
    explicit attachment_sender(bool keeps) noexcept : keeps_(keeps) {}

    /// Prepares the packet for message `number`. Throws: wire_error for too many attachments.
    /// Lifetime: descriptors, until it was sent.
    void begin(std::uint64_t number, std::span<const wire_attachment> attachments);
    [[nodiscard]] bool done() const noexcept { return packet_.empty(); }
    /// Sends it. Returns: 0; -EAGAIN when there is no room and it does not wait. Another -errno:
    /// it is done, and the receiver will miss what it needs.
    int send(int socket, bool waits) noexcept;

private:
    struct known {
        std::uint64_t id;
        std::weak_ptr<const void> owner;
    };

    void commit() noexcept;

    const bool keeps_;
    std::vector<known> known_;        // what the receiver has
    // The packet that is being sent.
    std::vector<std::uint64_t> packet_;
    std::vector<int> descriptors_;
    std::vector<known> news_;         // what it has then
};

/// The side that receives. Thread: one at a time.
class attachment_receiver {
public:
    /// Takes all that has come. For those who trust the sender.
    /// Returns: whether there was anything.
    bool receive_all(int socket);
    /// Takes what belongs to message `number`, and drops what comes before. Of a sender that is
    /// not trusted, and says that it has `sent` so many packets in all.
    /// Returns: false when that makes no sense.
    bool receive_for(int socket, std::uint64_t number, std::uint64_t sent);

    /// Returns: null when it has not come.
    [[nodiscard]] received_attachment* find(std::uint64_t id) noexcept;
    /// Message `number` and those before it are done with: what is not kept goes.
    void end_of(std::uint64_t number) noexcept;

private:
    struct entry {
        received_attachment what;
        std::uint64_t number;   // of its message; kept: until it shall be forgotten
    };
    static constexpr std::uint64_t kept = static_cast<std::uint64_t>(-1);
    enum class taken : unsigned char { nothing, packet, nonsense };

    taken receive_one(int socket, std::uint64_t& number);

    std::vector<entry> entries_;
    // Of receive_for(): how many packets were taken, and the message of the last one.
    std::uint64_t packets_ = 0;
    std::uint64_t latest_ = 0;
};


}  // namespace troika::impl
