// SPDX-License-Identifier: MIT
#include <troika/core/wait_cycle.hpp>

#include <troika/core/errors.hpp>
#include <troika/core/task_node.hpp>
#include <troika/core/task_owner.hpp>

#include "os/cpu.hpp"

#include <atomic>
#include <cstddef>
#include <mutex>
#include <new>
#include <string>
#include <unordered_map>
#include <vector>

namespace troika::impl {

namespace {

constexpr std::size_t links_max = 10'000;   // of a chain; a longer one is not followed to its end

std::string name_of(const future_core& work) {
    if (!work.is_task()) return "a job";
    const auto& node = static_cast<const task_node&>(work);
    return node.name() != nullptr ? std::string("task '") + node.name() + "'"
                                  : "task " + std::to_string(node.id());
}

std::exception_ptr describe_cycle(const std::vector<const future_core*>& chain) {
    std::string text = "this wait would never end: " + name_of(*chain.back());
    for (const future_core* each : chain) text += " waits for " + name_of(*each) + ", which";
    text.resize(text.size() - std::string_view(", which").size());
    return std::make_exception_ptr(would_deadlock(text));
}

}  // namespace

/// Who keeps a thread while it waits for what. Tasks that are parked are not here: their nodes say
/// it.
class wait_register {
public:
    static wait_register& shared() noexcept {
        // Never destroyed: pools may still work while the process ends.
        alignas(wait_register) static std::byte storage[sizeof(wait_register)];
        static wait_register* const instance = new (storage) wait_register;
        return *instance;
    }

    void add(blocked_work& waiting) {
        const std::scoped_lock here(mutex_);
        if (std::exception_ptr cycle = follow(*waiting.who_, waiting.awaited_))
            std::rethrow_exception(cycle);
        waits_.insert_or_assign(waiting.who_, &waiting.awaited_);
        count_.store(waits_.size(), std::memory_order_relaxed);
    }
    void remove(blocked_work& waiting) noexcept {
        const std::scoped_lock here(mutex_);
        waits_.erase(waiting.who_);
        count_.store(waits_.size(), std::memory_order_relaxed);
    }
    std::exception_ptr find(const task_node& who, const future_core& awaited) {
        // Most wait for what runs, or for a job while no job waits: nothing to follow.
        if (&awaited != &who && !may_wait(awaited)) return nullptr;
        const std::scoped_lock here(mutex_);
        return follow(who, awaited);
    }

private:
    bool may_wait(const future_core& work) const noexcept {
        if (count_.load(std::memory_order_relaxed) != 0) return true;
        return work.is_task() && static_cast<const task_node&>(work).seems_parked();
    }

    // Requires: mutex_, so that what waits on a thread goes on waiting, and what is only parked
    // elsewhere is held one after the other.
    std::exception_ptr follow(const future_core& who, const future_core& awaited) {
        std::vector<const future_core*> chain;
        std::vector<const task_node*> held;
        const future_core* at = &awaited;
        bool closed = false;
        while (at != nullptr && chain.size() < links_max) {
            chain.push_back(at);
            closed = at == &who;
            if (closed) break;
            at = next(*at, held);
        }
        std::exception_ptr cycle;
        if (closed) cycle = describe_cycle(chain);
        for (const task_node* each : held) const_cast<task_node*>(each)->release_hold();
        return cycle;
    }

    const future_core* next(const future_core& work, std::vector<const task_node*>& held) const {
        if (const auto found = waits_.find(&work); found != waits_.end()) return found->second;
        if (!work.is_task()) return nullptr;
        // Held to the end of the search, so that what it waits for stays.
        auto& node = static_cast<task_node&>(const_cast<future_core&>(work));
        if (!node.home().is_shared() || !node.try_hold()) return nullptr;
        held.push_back(&node);
        return node.waits_for()->awaited_future();
    }

    std::mutex mutex_;
    std::unordered_map<const future_core*, const future_core*> waits_;   // guarded by mutex_
    std::atomic<std::size_t> count_{0};                                  // of waits_
};

const future_core* current_work() noexcept {
    if (current_thread.task != nullptr) return current_thread.task;
    return current_thread.job;
}

blocked_work::blocked_work(const future_core& awaited) : who_(current_work()), awaited_(awaited) {
    if (who_ != nullptr) wait_register::shared().add(*this);
}

blocked_work::~blocked_work() {
    if (who_ != nullptr) wait_register::shared().remove(*this);
}

std::exception_ptr find_wait_cycle(const task_node& who, const future_core& awaited) {
    return wait_register::shared().find(who, awaited);
}

}  // namespace troika::impl
