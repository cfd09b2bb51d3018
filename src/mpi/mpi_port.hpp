// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

namespace troika::impl {

/// MPI, as far as a master and its workers need it: messages of bytes between ranks.
///
/// All members but the constructor are for one thread at a time: MPI is asked for
/// MPI_THREAD_SERIALIZED, and who calls sees to it. Nothing here sleeps but where it says so.
/// Source: MPI: A Message-Passing Interface Standard, version 3.1.
class mpi_port {
public:
    /// What messages are, for MPI.
    enum class tag : int { word = 1, part = 2 };

    /// A message on its way, in either direction. Lifetime: of its bytes, until done().
    class transfer {
    public:
        transfer() noexcept = default;
        transfer(const transfer&) = delete;
        transfer& operator=(const transfer&) = delete;
        transfer(transfer&& other) noexcept;
        transfer& operator=(transfer&& other) noexcept;

        /// Whether it has arrived, or has left its memory; drives all messages forward.
        [[nodiscard]] bool done() noexcept;
        [[nodiscard]] bool pending() const noexcept { return request_ != MPI_REQUEST_NULL; }
        /// Of one that was received: from whom, and how much.
        [[nodiscard]] int rank() const noexcept { return rank_; }
        [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
        /// Takes a receive back. Returns: false when a message has come: done() then is true.
        [[nodiscard]] bool take_back() noexcept;

    private:
        friend class mpi_port;
        MPI_Request request_ = MPI_REQUEST_NULL;
        int rank_ = -1;
        std::size_t bytes_ = 0;
    };

    mpi_port() noexcept = default;
    mpi_port(const mpi_port&) = delete;
    mpi_port& operator=(const mpi_port&) = delete;

    /// Whether this process was started as one rank of several, as by mpirun or srun.
    [[nodiscard]] static bool launched();

    /// Joins the other ranks; waits until all of them do. Throws: mpi_unavailable.
    void open();
    /// A process that was started alone: starts `count` more of this program, with the same
    /// arguments, as workers. Takes seconds. Throws: mpi_unavailable.
    void spawn(int count);
    /// Leaves; waits until all ranks do. Not where some were lost: they never would, and MPI, which
    /// was told to let the job go on, does not mind.
    void close(bool some_lost) noexcept;
    [[nodiscard]] bool is_open() const noexcept { return open_; }
    /// Whether this one has spawned the others.
    [[nodiscard]] bool has_spawned() const noexcept { return spawned_; }
    /// Drives all messages forward.
    void progress() noexcept;

    [[nodiscard]] int rank() const noexcept { return rank_; }
    [[nodiscard]] int size() const noexcept { return size_; }

    /// All ranks call it, with as many bytes each. Returns: to rank 0 what all gave, one after the
    /// other; to others nothing. Waits for them.
    std::vector<std::byte> gather(std::span<const std::byte> mine);
    /// All ranks call it: `bytes` are rank 0's afterwards. Waits for it.
    void share(std::span<std::byte> bytes);

    void send(int to, tag what, std::span<const std::byte> bytes, transfer& as);
    /// From any rank.
    void receive(tag what, std::span<std::byte> into, transfer& as);
    void receive_from(int rank, tag what, std::span<std::byte> into, transfer& as);

private:
    void learn_place();

    MPI_Comm ranks_ = MPI_COMM_NULL;
    int rank_ = 0;
    int size_ = 1;
    bool open_ = false;
    bool spawned_ = false;
};

}  // namespace troika::impl
