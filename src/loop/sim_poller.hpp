// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/random.hpp>
#include <troika/loop/poller.hpp>

#include "loop/operation_list.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace troika {

/// A poller without a kernel: sockets are in memory, time is virtual, and what comes first, how
/// much of it comes, and what is held back come from a seed. The same seed and program give the
/// same run.
///
/// The clock stands still while something can complete, and jumps to the deadline of a wait() in
/// which nothing can. File operations and calls are done inside wait(), on real descriptors, and
/// take no virtual time; sockets have numbers of their own, from socket_base up.
class sim_poller final : public poller {
public:
    static constexpr int socket_base = 1 << 28;
    static constexpr std::size_t sockets_max = 1 << 20;
    static constexpr std::size_t buffer_bytes_max = 64 * 1024;   // in flight to one socket

    explicit sim_poller(std::uint64_t seed);
    ~sim_poller() override;

    void submit(io_operation& operation) noexcept override;
    void cancel(io_operation& operation) noexcept override;
    std::size_t wait(time_point deadline) noexcept override;
    void wake() const noexcept override { woken_.store(true, std::memory_order_release); }
    [[nodiscard]] time_point now() const noexcept override { return now_; }
    [[nodiscard]] std::size_t in_flight() const noexcept override { return in_flight_; }
    [[nodiscard]] std::string_view name() const noexcept override { return "sim"; }

    int open_socket(address_family family) noexcept override;
    int listen(const socket_address& address, const listen_options& options) noexcept override;
    int open_pair(int (&sockets)[2]) noexcept override;
    int local_address(int socket, socket_address& into) noexcept override;
    int remote_address(int socket, socket_address& into) noexcept override;
    int shutdown(int socket, shutdown_how how) noexcept override;
    int set_no_delay(int socket, bool on) noexcept override;
    void close(int descriptor) noexcept override;

    /// The last wait() had no deadline, and nothing in this process could end it: unless another
    /// thread calls wake(), the program is deadlocked. Such a wait() returns at once.
    [[nodiscard]] bool stuck() const noexcept { return stuck_; }

private:
    struct socket;

    socket* find(int descriptor) noexcept;
    int make_socket(address_family family) noexcept;
    socket* listener_at(const socket_address& address) noexcept;
    socket_address unused_address(address_family family) noexcept;
    static void connect_ends(socket& a, socket& b) noexcept;

    operation_list* queue_of(const io_operation& operation) noexcept;
    bool can_complete(const io_operation& operation) noexcept;
    bool can_complete_outside(const io_request& request) noexcept;
    std::int32_t perform(const io_request& request) noexcept;
    std::int32_t perform_recv(socket& s, const io_request& request) noexcept;
    std::int32_t perform_send(socket& s, const io_request& request) noexcept;
    std::int32_t perform_connect(socket& s, const io_request& request) noexcept;
    std::uint32_t some_of(std::size_t available, std::uint32_t size) noexcept;
    void gather_ready();
    void finish(io_operation& operation) noexcept;

    random random_;
    time_point now_;
    std::vector<std::unique_ptr<socket>> sockets_;   // by number - socket_base; null: free
    std::vector<io_operation*> outside_;             // in flight on no socket of ours; slot: place
    std::vector<io_operation*> ready_;               // gathered by one wait()
    std::size_t in_flight_ = 0;
    std::uint16_t next_port_ = 49152;
    bool stuck_ = false;
    mutable std::atomic<bool> woken_{false};         // any thread
};

}  // namespace troika
