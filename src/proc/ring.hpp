// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/atomics.hpp>

#include <atomic>
#include <cstdint>

namespace troika::impl {

/// How one side of a ring sleeps, so that the other knows what wakes it.
enum ring_sleep : std::uint32_t {
    awake,
    asleep_on_word,    ///< on the word itself
    asleep_on_event,   ///< on a descriptor of its own
};

/// What the two sides of a ring share, apart from its bytes.
///
/// Positions only grow; a byte lies at its position modulo the capacity. Either side may be a
/// process that has lost its mind: the other believes no position, and never waits for a lock.
template <class Atomics = std_atomics>
struct ring_words {
    template <class T>
    using atomic = Atomics::template atomic<T>;

    alignas(64) atomic<std::uint64_t> written{0};   ///< by the writer
    atomic<std::uint32_t> reader{awake};   ///< how the reader sleeps while it is empty
    alignas(64) atomic<std::uint64_t> read{0};      ///< by the reader
    atomic<std::uint32_t> writer{awake};   ///< how the writer sleeps while it is full
};

/// Says that one side sleeps, and takes that back: `theirs` is the position that the other side
/// moves, `mine` the word by which this side is woken.
template <class Atomics>
class ring_announcement {
public:
    /// From now on the other side wakes this one as `how` says, once.
    static void make(typename ring_words<Atomics>::template atomic<std::uint32_t>& mine,
                     ring_sleep how) noexcept {
        // Sequentially consistent, as the look at the position that follows, against the other
        // side's store of the position and look at the word.
        mine.store(how, std::memory_order_seq_cst);
    }
    /// Returns: how the other side slept and is to be woken, or awake; it then counts as woken.
    static ring_sleep answer(
        typename ring_words<Atomics>::template atomic<std::uint32_t>& theirs) noexcept {
        if (theirs.load(std::memory_order_seq_cst) == awake) [[likely]]
            return awake;
        return static_cast<ring_sleep>(theirs.exchange(awake, std::memory_order_relaxed));
    }
};

/// The side that puts bytes into a ring. Thread: one at a time.
template <class Atomics = std_atomics>
class ring_writer {
    using announcement = ring_announcement<Atomics>;

public:
    ring_writer(ring_words<Atomics>& shared, std::uint64_t capacity) noexcept
        : shared_(shared), capacity_(capacity) {}

    /// Where the next byte goes.
    [[nodiscard]] std::uint64_t position() const noexcept { return written_; }

    /// Whether `bytes` may be written now.
    [[nodiscard]] bool has_room(std::uint64_t bytes) noexcept {
        if (capacity_ - (written_ - read_) >= bytes) return true;
        look(std::memory_order_acquire);   // pairs with consume(): the bytes are free
        return capacity_ - (written_ - read_) >= bytes;
    }
    /// Gives `bytes` that were written at position() to the reader.
    /// Returns: how it slept, when it has to be woken.
    [[nodiscard]] ring_sleep publish(std::uint64_t bytes) noexcept {
        written_ += bytes;
        shared_.written.store(written_, std::memory_order_seq_cst);
        return announcement::answer(shared_.reader);
    }

    /// Says that the writer will sleep until there is room for `bytes`.
    /// Returns: false, and it stays awake, when there is by now.
    [[nodiscard]] bool announce_sleep(ring_sleep how, std::uint64_t bytes) noexcept {
        announcement::make(shared_.writer, how);
        look(std::memory_order_seq_cst);
        if (capacity_ - (written_ - read_) < bytes) return true;
        stay_awake();
        return false;
    }
    void stay_awake() noexcept {
        shared_.writer.store(awake, std::memory_order_relaxed);
    }

private:
    void look(std::memory_order order) noexcept {
        const std::uint64_t read = shared_.read.load(order);
        // What makes no sense counts as no news.
        if (read - read_ <= written_ - read_) read_ = read;
    }

    ring_words<Atomics>& shared_;
    const std::uint64_t capacity_;
    std::uint64_t written_ = 0;
    std::uint64_t read_ = 0;
};

/// The side that takes bytes out. Thread: one at a time.
template <class Atomics = std_atomics>
class ring_reader {
    using announcement = ring_announcement<Atomics>;

public:
    ring_reader(ring_words<Atomics>& shared, std::uint64_t capacity) noexcept
        : shared_(shared), capacity_(capacity) {}

    /// Where the next byte lies.
    [[nodiscard]] std::uint64_t position() const noexcept { return read_; }

    /// How many bytes there are, at least one if there is any.
    [[nodiscard]] std::uint64_t available() noexcept {
        if (written_ == read_) look(std::memory_order_acquire);   // pairs with publish()
        return written_ - read_;
    }
    /// Looks again although some are known. Returns: as available().
    [[nodiscard]] std::uint64_t available_now() noexcept {
        look(std::memory_order_acquire);
        return written_ - read_;
    }
    /// The other side has written a position that cannot be.
    [[nodiscard]] bool corrupt() const noexcept { return corrupt_; }

    /// Gives the room of `bytes` back. Returns: how the writer slept, when it has to be woken:
    /// that is when half of the ring is free, so that it is not woken for each byte.
    [[nodiscard]] ring_sleep consume(std::uint64_t bytes) noexcept {
        read_ += bytes;
        shared_.read.store(read_, std::memory_order_seq_cst);
        if (written_ - read_ > capacity_ / 2) return awake;
        return announcement::answer(shared_.writer);
    }

    /// Says that the reader will sleep until something comes.
    /// Returns: false, and it stays awake, when something has come.
    [[nodiscard]] bool announce_sleep(ring_sleep how) noexcept {
        announcement::make(shared_.reader, how);
        look(std::memory_order_seq_cst);
        if (written_ == read_ && !corrupt_) return true;
        stay_awake();
        return false;
    }
    void stay_awake() noexcept {
        shared_.reader.store(awake, std::memory_order_relaxed);
    }

private:
    void look(std::memory_order order) noexcept {
        const std::uint64_t written = shared_.written.load(order);
        if (written - read_ <= capacity_ && written - read_ >= written_ - read_)
            written_ = written;
        else
            corrupt_ = true;
    }

    ring_words<Atomics>& shared_;
    const std::uint64_t capacity_;
    std::uint64_t read_ = 0;
    std::uint64_t written_ = 0;
    bool corrupt_ = false;
};

}  // namespace troika::impl
