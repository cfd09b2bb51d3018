// SPDX-License-Identifier: MIT
#pragma once

#include "loop/kernel_poller.hpp"
#include "os/epoll.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace troika {

/// The poller over epoll: the system calls are ours, the kernel only tells when to make them.
///
/// A socket is registered once, edge-triggered and for both directions, when an operation first has
/// to wait on it; from then on the table below knows what may be worth trying. A request that is
/// answered in turn costs epoll_wait, recv and send, and nothing else.
///
/// Descriptors that are only waited for (wait_readable, wait_writable, pipes) are used by others
/// meanwhile, so nothing is known about them: each wait arms a one-shot registration, which looks
/// anew.
class epoll_poller final : public kernel_poller {
public:
    /// Throws: std::system_error.
    epoll_poller();
    ~epoll_poller() override = default;

    void submit(io_operation& operation) noexcept override;
    void cancel(io_operation& operation) noexcept override;
    std::size_t wait(time_point deadline) noexcept override;
    [[nodiscard]] std::string_view name() const noexcept override { return "epoll"; }
    void close(int descriptor) noexcept override;

    /// While completions come without asking, every so many turns the kernel is asked all the same,
    /// so that sockets which keep each other busy do not starve the others.
    static constexpr unsigned turns_without_look_max = 16;

private:
    enum direction : std::uint8_t { input, output };
    static direction direction_of(io_op op) noexcept;

    // Operations of one direction: one that is tried or parked, and those behind it in turn.
    struct side {
        io_operation* active = nullptr;
        operation_list behind;
    };

    // What is known of one descriptor; the table is indexed by its number. A cache line.
    struct alignas(64) entry {
        side sides[2];                        // by direction
        std::uint32_t generation = 0;         // of the number, so that old reports can be told
        std::uint32_t in_flight = 0;
        bool maybe_ready[2] = {true, true};   // false: useless to try before an edge is reported
        bool registered = false;              // with the epoll instance
        bool streaming = false;               // registered for good; else one-shot
        bool exact = false;                   // TCP: a short count means that there is no more
        bool tail = false;                    // end, error, urgent data: a short count says nothing
    };
    static_assert(sizeof(entry) == 64);

    void adopt(int descriptor, bool internet) noexcept override;

    bool know(int descriptor) noexcept;
    entry& entry_of(const io_operation& operation) noexcept;
    void enter(io_operation& operation, entry& known) noexcept;
    void leave(io_operation& operation) noexcept;
    void settle(io_operation& operation, std::int32_t result) noexcept;

    std::int32_t attempt(io_operation& operation) noexcept;
    std::int32_t attempt_accept(io_operation& operation) noexcept;
    std::int32_t attempt_connect(io_operation& operation) noexcept;
    std::int32_t attempt_stream(io_operation& operation) noexcept;
    std::int32_t park(io_operation& operation, bool streaming) noexcept;
    static bool has_parked(const entry& known, direction way) noexcept;
    int arm(int descriptor) noexcept;

    std::size_t deliver(std::size_t count_max) noexcept;
    void look(std::chrono::nanoseconds timeout) noexcept;
    void note(const os::epoll_report& report) noexcept;
    void note_ready(entry& known, direction way) noexcept;
    void take_from_pool() noexcept;

    os::epoll epoll_;
    std::vector<entry> table_;
    operation_list ready_;        // to be tried, or settled and to be delivered
    std::size_t parked_ = 0;      // operations that wait for a report
    unsigned turns_ = 0;          // since the kernel was last asked
    std::array<os::epoll_report, completions_per_wait_max> reports_;
};

}  // namespace troika
