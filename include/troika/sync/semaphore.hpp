// SPDX-License-Identifier: MIT
#pragma once

#include <troika/sync/lock_word.hpp>
#include <troika/sync/wait_line.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace troika {

/// How a semaphore is made.
struct semaphore_options {
    /// release() beyond it is refused: set it to the number of permits to catch one too many.
    std::size_t permits_max = std::numeric_limits<std::uint32_t>::max();
    const char* name = nullptr;   ///< for the task tree; must outlive the semaphore
};

/// Lets a limited number of tasks into a stretch of code at a time.
///
/// First come, first served: a permit that is given back goes to the first in line. With permits
/// left, it costs one atomic operation to acquire and one to release.
/// Thread: any, and tasks of any scheduler. Lifetime: outlives its permits and every wait.
class semaphore {
public:
    /// Throws: std::invalid_argument when `permits` is more than `permits_max`.
    explicit semaphore(std::size_t permits, const semaphore_options& options = {});

    /// The right to be inside: given back when it goes. Thread: any one at a time.
    class [[nodiscard("it is given back when it goes: keep it in a variable")]] permit {
    public:
        permit(permit&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
        permit& operator=(permit other) noexcept {
            std::swap(of_, other.of_);
            return *this;
        }
        ~permit() {
            if (of_ != nullptr) of_->give_back();
        }

        /// Gives it back early. Requires: valid().
        void release() noexcept {
            check(of_ != nullptr, "release() of a permit that was given back or moved from");
            std::exchange(of_, nullptr)->give_back();
        }
        /// Keeps it out of the semaphore: somebody else calls semaphore::release() for it.
        void forget() noexcept { of_ = nullptr; }
        /// False once it was released, forgotten or moved from.
        [[nodiscard]] bool valid() const noexcept { return of_ != nullptr; }

    private:
        friend class semaphore;
        explicit permit(semaphore& of) noexcept : of_(&of) {}
        semaphore* of_;
    };

    /// What acquire() gives: an awaiter.
    class [[nodiscard("acquires only when it is awaited, or asked to block()")]]
    acquire_operation final : public impl::wait_place {
    public:
        explicit acquire_operation(semaphore& of) noexcept : of_(of) {}
        acquire_operation(acquire_operation&&) noexcept = default;

        [[nodiscard]] bool await_ready() const noexcept { return of_.take(); }
        permit await_resume() const {
            throw_if_aborted();
            return permit{of_};
        }
        /// Blocks this thread instead. Thread: any that does not run an event loop.
        permit block() {
            if (!await_ready()) block_thread();
            return permit{of_};
        }
        [[nodiscard]] std::string label() const override;

    private:
        bool line_up() noexcept override;
        abort_answer abort() noexcept override;
        semaphore& of_;
    };

    /// Waits for a permit. Cancel: gives up the place in line.
    [[nodiscard]] acquire_operation acquire() noexcept { return acquire_operation{*this}; }

    /// Returns: a permit, or nothing where none is left.
    [[nodiscard]] std::optional<permit> try_acquire() noexcept {
        if (!take()) return std::nullopt;
        return permit{*this};
    }

    /// Adds `count` permits: to the first in line, and the rest for who comes.
    /// Throws: std::logic_error where there would be more than `permits_max`; then none is added.
    void release(std::size_t count = 1);

    /// Permits that are left; a moment later it may be another number.
    [[nodiscard]] std::size_t permits_left() const noexcept { return word_.load() / one; }

private:
    bool take() noexcept {
        std::uint64_t state = word_.load();
        while (state >= one) {
            if ((state & impl::lock_word::locked) != 0) [[unlikely]]
                return take_locked();
            if (word_.swap(state, state - one)) [[likely]]
                return true;
        }
        return false;
    }
    void give_back() noexcept {
        std::uint64_t state = word_.load();
        if ((state & (impl::lock_word::locked | crowded_bit)) != 0 || state / one >= permits_max_ ||
            !word_.swap(state, state + one)) [[unlikely]]
            give_back_when_busy();
    }
    bool take_locked() noexcept;
    void give_back_when_busy() noexcept;
    /// Returns: false when there would be too many.
    bool hand_over(std::size_t count) noexcept;

    static constexpr std::uint64_t crowded_bit = 2;   // somebody is in line, so no permit is left
    static constexpr std::uint64_t one = 4;

    const std::size_t permits_max_;
    const char* const name_;
    impl::lock_word word_;
    impl::wait_line<acquire_operation> line_;   // guarded by word_; empty while permits are left
};

}  // namespace troika
