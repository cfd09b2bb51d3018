// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/check.hpp>
#include <troika/core/atomics.hpp>

#include <atomic>
#include <cstdint>

namespace troika::impl {

/// Whether a result is there, who waits for it and how many look at it: one atomic word, so that
/// work which ends while somebody looks pays one locked instruction, and work that nobody looks at
/// pays none.
///
///   bit 0       done; set once. Its release pairs with the acquire in done(): who sees it sees
///               the result.
///   bit 1       locked; held for the few instructions in which a waiter leaves the list.
///   bits 2-47   the newest of a list of waiters (an address; user space ends below bit 47)
///   bits 48-63  references: those who look, and usually one of the producer until it is done.
///
/// `Links::next(waiter)` is the place for the link of a waiter, an Atomics::plain<Waiter*>;
/// `Links::tell(waiter)` tells it that the result is there, after which it may be gone.
/// Thread: any.
template <class Waiter, class Links, class Atomics = std_atomics>
class future_state {
    static_assert(sizeof(void*) == 8, "an address and a count are kept in one 64-bit word");

public:
    explicit future_state(std::uint32_t references) noexcept
        : word_(references * one_reference) {}
    future_state(const future_state&) = delete;
    future_state& operator=(const future_state&) = delete;

    [[nodiscard]] bool done() const noexcept {
        return (word_.load(std::memory_order_acquire) & done_bit) != 0;
    }

    /// Returns: false when it is done already, so that the waiter will not be told.
    bool add(Waiter& waiter) noexcept {
        for (;;) {
            std::uint64_t word = unlocked();
            if ((word & done_bit) != 0) return false;
            Links::next(waiter).write(list_of(word));
            const std::uint64_t added =
                (word & reference_bits) | reinterpret_cast<std::uintptr_t>(&waiter);
            // Release: publishes the link to who takes the list.
            if (word_.compare_exchange_weak(word, added, std::memory_order_release,
                                            std::memory_order_relaxed))
                return true;
        }
    }

    /// Returns: false when the waiter is being told, or was.
    bool remove(Waiter& waiter) noexcept {
        std::uint64_t word;
        do {
            word = unlocked();
            if ((word & done_bit) != 0) return false;
            // Acquire: the links, from who wrote them.
        } while (!word_.compare_exchange_weak(word, word | locked_bit, std::memory_order_acquire,
                                              std::memory_order_relaxed));
        Waiter* const head = list_of(word);
        Waiter* changed = head;
        Waiter* before = nullptr;
        Waiter* here = head;
        while (here != nullptr && here != &waiter) {
            before = here;
            here = Links::next(*here).read();
        }
        if (here != nullptr) {
            Waiter* const after = Links::next(waiter).read();
            if (before == nullptr)
                changed = after;
            else
                Links::next(*before).write(after);
        }
        // References may have come and gone meanwhile, so the word is changed by differences.
        // Release: the changed list, to the next who takes it.
        word_.fetch_add(reinterpret_cast<std::uintptr_t>(changed) -
                            reinterpret_cast<std::uintptr_t>(head) - locked_bit,
                        std::memory_order_release);
        return here != nullptr;
    }

    /// One more who looks. Requires: the caller holds a reference.
    void retain() noexcept {
        const std::uint64_t before = word_.fetch_add(one_reference, std::memory_order_relaxed);
        check(before < references_max * one_reference, "too many copies of one future");
    }
    /// Returns: whether the last reference went, so that the caller destroys the object.
    [[nodiscard]] bool release() noexcept {
        // Alone already: nobody else can take a reference, so the locked instruction is saved.
        if (unshared()) return true;
        // Release: what this thread did to the object; acquire: what the others did.
        return word_.fetch_sub(one_reference, std::memory_order_acq_rel) < 2 * one_reference;
    }
    /// Whether there is one reference only, so that no other thread can look.
    [[nodiscard]] bool unshared() const noexcept {
        // Acquire: pairs with the release of whoever left before.
        return word_.load(std::memory_order_acquire) < 2 * one_reference;
    }

    /// The result is there. Gives back the producer's reference as well, and tells the waiters in
    /// the order in which they came. Once. Returns: as release().
    [[nodiscard]] bool complete_and_release() noexcept {
        std::uint64_t word = word_.load(std::memory_order_acquire);   // as unshared()
        if (word < 2 * one_reference && (word & ~reference_bits) == 0) return true;
        // Nobody waits: the common case. Release: pairs with done() and add().
        if ((word & ~reference_bits) == 0 &&
            word_.compare_exchange_strong(word, (word - one_reference) | done_bit,
                                          std::memory_order_release, std::memory_order_relaxed))
            return false;
        return told_and_released();
    }
    /// The same for a producer that keeps its reference.
    void complete() noexcept { static_cast<void>(finish(0)); }

private:
    static constexpr std::uint64_t done_bit = 1;
    static constexpr std::uint64_t locked_bit = 2;
    static constexpr std::uint64_t one_reference = std::uint64_t{1} << 48;
    static constexpr std::uint64_t references_max = 0xffff;
    static constexpr std::uint64_t reference_bits = references_max * one_reference;
    static constexpr std::uint64_t waiter_bits = ~reference_bits & ~(done_bit | locked_bit);

    static Waiter* list_of(std::uint64_t word) noexcept {
        return reinterpret_cast<Waiter*>(word & waiter_bits);
    }

    [[gnu::noinline]] bool told_and_released() noexcept {
        // The reference goes with the done bit: what is told needs the waiters only, and the one
        // who looks at the result is then the one who destroys it.
        return (finish(one_reference) & reference_bits) == one_reference;
    }

    /// Returns: the word before.
    std::uint64_t finish(std::uint64_t references) noexcept {
        std::uint64_t word;
        do {
            word = unlocked();
            // Release: the result, to who sees the done bit. Acquire: the links.
        } while (!word_.compare_exchange_weak(
            word, ((word & reference_bits) - references) | done_bit, std::memory_order_acq_rel,
            std::memory_order_relaxed));
        // The list is newest first; those who came first are told first.
        Waiter* oldest = nullptr;
        for (Waiter* waiter = list_of(word); waiter != nullptr;) {
            Waiter* const next = Links::next(*waiter).read();
            Links::next(*waiter).write(oldest);
            oldest = waiter;
            waiter = next;
        }
        while (oldest != nullptr) {
            Waiter* const next = Links::next(*oldest).read();   // it may be gone once told
            Links::tell(*oldest);
            oldest = next;
        }
        return word;
    }

    /// Waits until no waiter is leaving. Returns: the word.
    [[nodiscard]] std::uint64_t unlocked() const noexcept {
        for (;;) {
            // Acquire: of the done bit, as done().
            const std::uint64_t word = word_.load(std::memory_order_acquire);
            if ((word & locked_bit) == 0) return word;
            Atomics::pause();
        }
    }

    typename Atomics::template atomic<std::uint64_t> word_;
};

}  // namespace troika::impl
