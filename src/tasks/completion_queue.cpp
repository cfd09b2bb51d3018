// SPDX-License-Identifier: MIT
#include <troika/tasks/completion_queue.hpp>

#include <troika/core/future_core.hpp>
#include <troika/core/task_owner.hpp>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

namespace troika::impl {

/// The part that the futures point to.
struct completion_queue::shared {
    struct slot final : future_waiter {
        void future_done() noexcept override { of->arrive(*this); }
        shared* of = nullptr;
        future_core* core = nullptr;   // null once taken
        slot* next = nullptr;   // guarded by mutex
    };

    explicit shared(std::size_t count) : slots(std::make_unique<slot[]>(count)), size(count) {}

    void arrive(slot& done) noexcept {
        next_operation* parked = nullptr;
        {
            const std::scoped_lock lock(mutex);
            (last == nullptr ? first : last->next) = &done;
            last = &done;
            parked = std::exchange(waiter, nullptr);
        }
        arrived.notify_one();
        if (parked != nullptr) parked->wake_from_anywhere();
        release();
    }
    void release(std::size_t count = 1) noexcept {
        if (references.fetch_sub(count, std::memory_order_acq_rel) == count) delete this;
    }
    [[nodiscard]] bool empty() noexcept {
        const std::scoped_lock lock(mutex);
        return first == nullptr;
    }

    const std::unique_ptr<slot[]> slots;
    const std::size_t size;
    std::atomic<std::size_t> references{1};   // the queue's, and each slot's until it arrives

    std::mutex mutex;
    std::condition_variable arrived;
    slot* first = nullptr;                    // guarded by mutex, as what follows
    slot* last = nullptr;
    next_operation* waiter = nullptr;
};

completion_queue::completion_queue(std::span<future_core* const> futures)
    : shared_(new shared(futures.size())), left_(futures.size()) {
    shared_->references.fetch_add(futures.size(), std::memory_order_relaxed);
    for (std::size_t i = 0; i < futures.size(); ++i) {
        shared::slot& slot = shared_->slots[i];
        slot.of = shared_;
        slot.core = futures[i];
        if (!futures[i]->add_waiter(slot)) shared_->arrive(slot);
    }
}

completion_queue::~completion_queue() {
    std::size_t given_back = 1;
    for (std::size_t i = 0; i < shared_->size; ++i) {
        shared::slot& slot = shared_->slots[i];
        if (slot.core != nullptr && slot.core->remove_waiter(slot)) ++given_back;
    }
    shared_->release(given_back);
}

std::optional<std::size_t> completion_queue::take() noexcept {
    const std::scoped_lock lock(shared_->mutex);
    shared::slot* taken = shared_->first;
    if (taken == nullptr) return {};
    shared_->first = taken->next;
    if (shared_->first == nullptr) shared_->last = nullptr;
    --left_;
    taken->core = nullptr;   // its future may go before the queue
    return static_cast<std::size_t>(taken - shared_->slots.get());
}

bool completion_queue::block(time_point deadline) {
    std::unique_lock lock(shared_->mutex);
    const auto ready = [this] { return shared_->first != nullptr; };
    if (deadline != never) return shared_->arrived.wait_until(lock, deadline, ready);
    shared_->arrived.wait(lock, ready);
    return true;
}

bool completion_queue::next_operation::await_ready() const noexcept {
    return !of_.shared_->empty();
}

bool completion_queue::next_operation::suspend(task_node& node,
                                               std::coroutine_handle<> frame) noexcept {
    park(node, frame);
    const std::scoped_lock lock(of_.shared_->mutex);
    if (of_.shared_->first != nullptr) {
        unpark();
        return false;
    }
    of_.shared_->waiter = this;
    return true;
}

abort_answer completion_queue::next_operation::abort() noexcept {
    const std::scoped_lock lock(of_.shared_->mutex);
    if (of_.shared_->waiter != this) return abort_answer::pending;   // arrive() is about to wake us
    of_.shared_->waiter = nullptr;
    return abort_answer::woken;
}

std::string completion_queue::next_operation::label() const {
    return "the next of " + std::to_string(of_.left()) +
           (of_.left() == 1 ? " future" : " futures");
}

}  // namespace troika::impl
