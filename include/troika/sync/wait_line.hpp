// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/intrusive_list.hpp>
#include <troika/core/errors.hpp>
#include <troika/core/promise_base.hpp>
#include <troika/core/remote_suspension.hpp>

#include <atomic>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <string>

namespace troika::impl {

template <class Place>
class wait_line;

/// One place in a line: of a task that awaits, or of a plain thread that blocks.
///
/// The base of all awaiters of locks and queues. A place is given what it waits for while it stands
/// in line, by whoever has it to give, and is told afterwards; so nobody can push in between, and a
/// cancel that comes after the gift comes too late: the gift is delivered.
/// Thread: its task's home, or the thread that blocks; tell() any.
class wait_place : public remote_suspension, public list_hook<> {
public:
    template <std::derived_from<promise_base> P>
    [[nodiscard]] bool await_suspend(std::coroutine_handle<P> frame) noexcept {
        return suspend(frame.promise().node(), frame);
    }

    /// Says that the wait is over. Requires: not in line any more.
    /// Lifetime: nothing of *this may be touched afterwards.
    void tell() noexcept;

protected:
    wait_place() noexcept = default;
    wait_place(wait_place&&) noexcept = default;
    ~wait_place() = default;

    /// Blocks this thread until told, instead of parking a task.
    /// Throws: std::logic_error on a thread that runs a scheduler.
    void block_thread();

    void throw_if_aborted() const {
        if (aborted()) [[unlikely]]
            throw cancelled{};
    }

private:
    template <class Place>
    friend class wait_line;

    bool suspend(task_node& node, std::coroutine_handle<> frame) noexcept;

    /// Takes what is waited for, or a place in line. Returns: false where it need not wait.
    /// Once in line, nothing of *this may be touched: it may have been told already.
    virtual bool line_up() noexcept = 0;

    std::atomic<std::uint32_t>* thread_ = nullptr;   // what a blocked thread looks at; null: a task
    bool in_line_ = false;                           // guarded by what guards the line
};

/// Those who wait, first come, first served. Guarded by its owner's lock_word.
template <class Place>
class wait_line {
public:
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    void join(Place& place) noexcept {
        static_cast<wait_place&>(place).in_line_ = true;
        places_.push_back(place);
        ++size_;
    }

    /// Returns: the first, who is to be told once the lock is open; null where nobody waits.
    Place* take() noexcept {
        if (size_ == 0) return nullptr;
        auto& first = static_cast<Place&>(places_.front());
        leave(first);
        return &first;
    }

    /// Returns: false where `place` has been taken already.
    bool leave(Place& place) noexcept {
        wait_place& base = place;
        if (!base.in_line_) return false;
        base.in_line_ = false;
        intrusive_list<wait_place>::remove(base);
        --size_;
        return true;
    }

private:
    intrusive_list<wait_place> places_;
    std::size_t size_ = 0;
};

/// Those who were taken from their lines, to be told when the lock is open.
class wake_list {
public:
    void add(wait_place& taken) noexcept { taken_.push_back(taken); }
    void wake_all() noexcept {
        while (!taken_.empty()) taken_.pop_front().tell();
    }

private:
    intrusive_list<wait_place> taken_;
};

/// Returns: `noun`, followed by the quoted name if there is one.
std::string sync_label(const char* noun, const char* name);

}  // namespace troika::impl
