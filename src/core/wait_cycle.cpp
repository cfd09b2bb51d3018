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
#include <thread>
#include <unordered_map>
#include <unordered_set>
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
        std::unique_lock here(mutex_);
        waits_.insert_or_assign(waiting.who_, &waiting.awaited_);
        // Before it looks: a task that parks meanwhile sees this, or is seen. Sequentially
        // consistent, as is what find() reads.
        count_.store(waits_.size(), std::memory_order_seq_cst);
        std::exception_ptr cycle;
        try {
            cycle = decide(here, *waiting.who_, waiting.awaited_);
        } catch (...) {
            forget(*waiting.who_);
            throw;
        }
        if (!cycle) return;
        forget(*waiting.who_);
        std::rethrow_exception(cycle);
    }
    void remove(blocked_work& waiting) noexcept {
        const std::scoped_lock here(mutex_);
        forget(*waiting.who_);
    }
    std::exception_ptr find(const task_node& who, const future_core& awaited) {
        // Most wait for what runs, or for a job while no job waits: nothing to follow.
        if (&awaited != &who && !may_wait(awaited)) return nullptr;
        std::unique_lock here(mutex_);
        looking_.insert(&who);
        std::exception_ptr cycle;
        try {
            cycle = decide(here, who, awaited);
        } catch (...) {
            looking_.erase(&who);
            throw;
        }
        looking_.erase(&who);
        return cycle;
    }

private:
    bool may_wait(const future_core& work) const noexcept {
        if (count_.load(std::memory_order_seq_cst) != 0) return true;
        return work.is_task() && static_cast<const task_node&>(work).seems_parked();
    }
    void forget(const future_core& who) noexcept {
        waits_.erase(&who);
        count_.store(waits_.size(), std::memory_order_relaxed);
    }

    /// Follows the chain until nobody is in the way. `here` is held before and after.
    std::exception_ptr decide(std::unique_lock<std::mutex>& here, const future_core& who,
                              const future_core& awaited) {
        for (;;) {
            bool decided = true;
            if (std::exception_ptr cycle = follow(who, awaited, decided)) return cycle;
            if (decided) return nullptr;
            // Who holds the task in the way lets go soon, or looks itself, for which it needs the
            // mutex: then it can be looked at although it is held.
            here.unlock();
            std::this_thread::yield();
            here.lock();
        }
    }

    // Requires: mutex_, so that what waits on a thread goes on waiting, and what is only parked
    // elsewhere is held one after the other.
    std::exception_ptr follow(const future_core& who, const future_core& awaited, bool& decided) {
        std::vector<const future_core*> chain;
        std::vector<const task_node*> held;
        const future_core* at = &awaited;
        bool closed = false;
        while (at != nullptr && chain.size() < links_max) {
            chain.push_back(at);
            closed = at == &who;
            if (closed) break;
            at = next(*at, held, decided);
        }
        std::exception_ptr cycle;
        if (closed) cycle = describe_cycle(chain);
        for (const task_node* each : held) const_cast<task_node*>(each)->release_hold();
        return cycle;
    }

    const future_core* next(const future_core& work, std::vector<const task_node*>& held,
                            bool& decided) const {
        if (const auto found = waits_.find(&work); found != waits_.end()) return found->second;
        if (!work.is_task()) return nullptr;
        auto& node = static_cast<task_node&>(const_cast<future_core&>(work));
        if (!node.home().is_shared()) return nullptr;
        // Those that look are held by themselves until they have looked; one that was woken
        // meanwhile waits no more.
        if (looking_.contains(&node)) {
            if (!node.seems_held()) return nullptr;
        } else {
            // Held to the end of the search, so that what it waits for stays.
            if (!node.try_hold()) {
                if (node.seems_held()) decided = false;
                return nullptr;
            }
            held.push_back(&node);
        }
        return node.waits_for()->awaited_future();
    }

    std::mutex mutex_;
    // guarded by mutex_
    std::unordered_map<const future_core*, const future_core*> waits_;
    std::unordered_set<const task_node*> looking_;   // tasks that are in find()
    std::atomic<std::size_t> count_{0};              // of waits_
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
