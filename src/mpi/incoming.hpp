// SPDX-License-Identifier: MIT
#pragma once

#include <troika/proc/wire_reader.hpp>

#include "mpi/mpi_port.hpp"
#include "mpi/word.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace troika::impl {

/// The bytes of a call or a result that another rank sends: what came with the word, then parts,
/// which are taken as they are asked for.
class incoming final : public wire_source {
public:
    /// How to get at MPI.
    class waiter {
    public:
        virtual void receive_part(int rank, std::span<std::byte> into,
                                  mpi_port::transfer& as) = 0;
        /// Waits until `of` is done. Returns: false when `rank` has gone, and it never will be.
        virtual bool wait(int rank, mpi_port::transfer& of) = 0;

    protected:
        ~waiter() = default;
    };

    /// `word_of`: the message of tag `word`, whole. Lifetime: both, as long as it is read.
    incoming(waiter& by, int rank, std::span<const std::byte> word_of) noexcept;
    ~incoming();

    [[nodiscard]] std::uint64_t total() const noexcept { return first_.total; }
    [[nodiscard]] const word& head() const noexcept { return first_; }

    std::span<const std::byte> more() override;
    /// Takes what nobody has read, so that the next message can be.
    void drain() noexcept;

private:
    struct buffer {
        std::unique_ptr<std::byte[]> bytes;
        mpi_port::transfer transfer;
    };
    void ask_for(buffer& into);

    waiter& by_;
    int rank_;
    word first_;
    std::span<const std::byte> piece_;   // of the word; not given out yet
    std::uint64_t unasked_ = 0;          // bytes of parts that MPI was not asked for
    std::uint64_t missing_ = 0;          // bytes of parts that have not come
    std::array<buffer, 2> buffers_;
    std::size_t next_ = 0;
};

}  // namespace troika::impl
