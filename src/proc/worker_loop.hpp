// SPDX-License-Identifier: MIT
#pragma once

#include <troika/proc/function_identity.hpp>
#include <troika/proc/remote_function.hpp>
#include <troika/proc/wire_reader.hpp>
#include <troika/proc/wire_writer.hpp>

#include "os/fd.hpp"
#include "os/thread.hpp"
#include "os/throw_stack.hpp"
#include "proc/attachment_exchange.hpp"
#include "proc/call_maker.hpp"
#include "proc/channel.hpp"

#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>

namespace troika::impl {

/// The worker's side of a channel: takes calls, makes them, sends what came of them.
/// Thread: the one that calls serve(), but for what is said.
class worker_loop final : public call_maker, private call_answer, private wire_source {
public:
    /// Of the descriptors that the parent gave. Throws: as channel::open().
    worker_loop(int channel_descriptor, int bell, int socket);

    /// Returns: when the parent has asked for it.
    void serve();
    [[nodiscard]] bool stop_requested() noexcept override;

private:
    // call_answer
    wire_writer& writer() noexcept override { return answer_; }
    void send() override;
    std::stop_token stop_token() override;
    // wire_source
    std::span<const std::byte> more() override;
    received_attachment& attachment(std::uint64_t id) override;

    bool wait_for_call() noexcept;
    void take_attachments();
    void take(frame& head);
    void call();
    void send_error(const std::exception_ptr& error, const os::throw_stack& stack) noexcept;
    void send_as(frame::kind what) noexcept;
    void consume_frame() noexcept;
    static void watch_stops(void* self) noexcept;

    channel shared_;
    const os::fd bell_;
    const os::fd socket_;
    ring_reader<> calls_;
    ring_writer<> results_;
    wire_writer answer_;
    function_finder functions_;
    attachment_receiver received_;
    attachment_sender attachments_{false};
    std::uint64_t call_packets_ = 0;   // seen

    // The call that is being made.
    std::uint64_t number_ = 0;
    std::uint32_t slot_ = 0;
    std::uint64_t total_ = 0;        // bytes of its message
    std::uint64_t left_ = 0;         // bytes of its message that are not in the current frame
    std::uint64_t frame_room_ = 0;   // of the current frame; 0: it was given back
    bool first_piece_ = false;       // it was not given out yet
    bool sent_ = false;
    time_point began_;

    os::thread watcher_;   // once somebody wanted a stop token
    std::mutex stop_mutex_;
    std::optional<std::stop_source> stop_source_;   // guarded by stop_mutex_
    std::uint64_t stop_number_ = 0;                 // guarded by stop_mutex_
};

}  // namespace troika::impl
