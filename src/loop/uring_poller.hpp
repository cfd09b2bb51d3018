// SPDX-License-Identifier: MIT
#pragma once

#include "loop/kernel_poller.hpp"
#include "os/uring.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace troika {

/// The poller over io_uring: requests go to the kernel in one call per wait(), which also sleeps.
///
/// The kernel refers to an operation by its place in a table and the place's generation, so that a
/// late completion can never be taken for another operation's.
class uring_poller final : public kernel_poller {
public:
    /// Takes an open ring; its thread may be another than the poller's.
    /// Throws: std::system_error.
    explicit uring_poller(std::unique_ptr<os::uring> ring);
    ~uring_poller() override = default;

    void submit(io_operation& operation) noexcept override;
    void cancel(io_operation& operation) noexcept override;
    std::size_t wait(time_point deadline) noexcept override;
    [[nodiscard]] std::string_view name() const noexcept override { return "uring"; }
    void close(int descriptor) noexcept override;

private:
    struct place {
        io_operation* operation = nullptr;
        std::uint32_t generation = 0;
        std::uint32_t next_free = 0;
    };

    void adopt(int, bool) noexcept override {}

    bool count_in(int descriptor) noexcept;
    void settle(io_operation& operation, std::int32_t result) noexcept;
    void enter(unsigned wait_for, std::chrono::nanoseconds timeout) noexcept;
    os::uring_sqe* prepare() noexcept;
    void hand_over(io_operation& operation, bool only_poll) noexcept;
    bool try_hand_over(io_operation& operation) noexcept;
    void encode(const io_request& request, os::uring_sqe& sqe) const noexcept;
    bool try_cancel(const io_operation& operation) noexcept;
    void hand_over_late() noexcept;
    void watch_bell() noexcept;

    void finish(io_operation& operation, std::int32_t result) noexcept;
    std::size_t deliver_settled(std::size_t count_max) noexcept;
    std::size_t deliver_completions(std::size_t count_max) noexcept;
    bool take_completion(const os::uring_cqe& completion) noexcept;
    void take_from_pool() noexcept;

    std::unique_ptr<os::uring> ring_;
    std::vector<place> places_;
    std::uint32_t free_ = none;
    std::vector<std::uint32_t> in_flight_on_;   // by descriptor
    operation_list late_;        // not yet handed over: the ring's queue was full
    operation_list to_cancel_;   // in the kernel; the request to cancel is not handed over
    operation_list settled_;     // have a result, to be delivered
    bool bell_watched_ = false;

    static constexpr std::uint32_t none = ~std::uint32_t{0};
};

}  // namespace troika
