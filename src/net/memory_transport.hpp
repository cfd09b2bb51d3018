// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/scheduler.hpp>
#include <troika/net/transport.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace troika::net {

/// One direction of a pipe in memory: a ring of bytes, and who waits at its ends.
class memory_channel {
public:
    explicit memory_channel(std::size_t capacity);

    /// Takes part in the next step(). Requires: none of its kind is in flight.
    void submit(io_operation& operation) noexcept;
    /// Ends `operation` in the next step(), if that cannot do it.
    void cancel(const io_operation& operation) noexcept;
    void end_writing() noexcept { writing_ended_ = true; }
    void end_reading() noexcept { reading_ended_ = true; }

    /// Does what can be done and completes what is done. Returns: whether anything was.
    bool step() noexcept;

private:
    struct place {
        io_operation* operation = nullptr;
        bool cancelled = false;
    };
    [[nodiscard]] place& place_of(const io_operation& operation) noexcept {
        return operation.request.op == io_op::send ? writer_ : reader_;
    }
    static bool finish(place& at, std::int32_t result) noexcept;
    bool step_writer() noexcept;
    bool step_reader() noexcept;

    const std::size_t capacity_;
    const std::unique_ptr<std::byte[]> bytes_;
    std::size_t begin_ = 0;
    std::size_t size_ = 0;
    bool writing_ended_ = false;
    bool reading_ended_ = false;
    place reader_;
    place writer_;
};

/// What the two ends of a pipe in memory share. Operations complete in a later turn of the loop.
class memory_wire final : public posted, public std::enable_shared_from_this<memory_wire> {
public:
    memory_wire(scheduler& home, std::size_t capacity)
        : home_(home), channels_{memory_channel(capacity), memory_channel(capacity)} {}

    /// Has step() called for both directions soon.
    void ring() noexcept;
    [[nodiscard]] memory_channel& channel(unsigned which) noexcept { return channels_[which]; }

private:
    void run() noexcept override;

    scheduler& home_;
    memory_channel channels_[2];
    std::shared_ptr<memory_wire> posted_;   // itself, while it is in the inbox
};

/// One end of a pipe in memory.
class memory_transport final : public transport {
public:
    memory_transport(std::shared_ptr<memory_wire> wire, unsigned side) noexcept
        : wire_(std::move(wire)), side_(side) {}
    ~memory_transport() override { shut_down(shutdown_how::both); }

    void submit(io_operation& operation) noexcept override;
    void cancel(io_operation& operation) noexcept override;
    int shut_down(shutdown_how how) noexcept override;
    [[nodiscard]] std::string peer_name() const override { return "memory"; }

private:
    [[nodiscard]] memory_channel& outgoing() noexcept { return wire_->channel(side_); }
    [[nodiscard]] memory_channel& incoming() noexcept { return wire_->channel(1 - side_); }
    [[nodiscard]] memory_channel& channel_of(const io_operation& operation) noexcept {
        return operation.request.op == io_op::send ? outgoing() : incoming();
    }

    std::shared_ptr<memory_wire> wire_;
    unsigned side_;
};

}  // namespace troika::net
