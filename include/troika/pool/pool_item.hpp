// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/context_var.hpp>
#include <troika/core/task_node.hpp>

#include <atomic>
#include <cstdint>
#include <exception>

namespace troika::impl {

/// A closure that a pool calls once.
///
/// Lifetime: from the moment it is given to the pool until run() is called, which may destroy it.
class pool_job {
public:
    pool_job(const pool_job&) = delete;
    pool_job& operator=(const pool_job&) = delete;

    /// Calls it, or, where it was cancelled before, only lets it go. Once.
    virtual void run() noexcept = 0;
    /// Lets it go without having been called; its future gets `reason`, or is cancelled where that
    /// is null. Once, instead of run().
    virtual void refuse(const std::exception_ptr& reason) noexcept = 0;

protected:
    pool_job() noexcept = default;
    ~pool_job() = default;

private:
    friend struct pool_links;
    std::atomic<std::uintptr_t> next_{0};
};

/// A part of a parallel computation that any worker may take, while the one that offers it waits
/// for its end.
///
/// Lifetime: until it has ended or was taken back.
class pool_branch {
public:
    pool_branch(const pool_branch&) = delete;
    pool_branch& operator=(const pool_branch&) = delete;

    /// Runs it on this thread, which has taken it.
    virtual void run_taken() noexcept = 0;

protected:
    pool_branch() noexcept = default;
    pool_branch(pool_branch&&) noexcept {}   // g++ 12 moves awaiters before they are awaited
    ~pool_branch() = default;

private:
    friend struct pool_links;
    std::atomic<std::uintptr_t> next_{0};
};

/// What a worker can be given: a task that is ready, a job, or a branch. A pointer with its kind in
/// the two lowest bits; null is nothing.
struct pool_item {
    enum class kind : std::uint8_t { task, job, branch };

    pool_item() noexcept = default;
    explicit pool_item(std::uintptr_t from) noexcept : bits(from) {}
    explicit pool_item(task_node& node) noexcept : bits(reinterpret_cast<std::uintptr_t>(&node)) {}
    explicit pool_item(pool_job& job) noexcept : bits(reinterpret_cast<std::uintptr_t>(&job) + 1) {}
    explicit pool_item(pool_branch& branch) noexcept
        : bits(reinterpret_cast<std::uintptr_t>(&branch) + 2) {}

    [[nodiscard]] kind what() const noexcept { return static_cast<kind>(bits & 3); }
    [[nodiscard]] task_node& task() const noexcept { return *reinterpret_cast<task_node*>(bits); }
    [[nodiscard]] pool_job& job() const noexcept { return *reinterpret_cast<pool_job*>(bits - 1); }
    [[nodiscard]] pool_branch& branch() const noexcept {
        return *reinterpret_cast<pool_branch*>(bits - 2);
    }
    explicit operator bool() const noexcept { return bits != 0; }
    bool operator==(const pool_item&) const noexcept = default;

    std::uintptr_t bits = 0;
};

/// Where an injector links items.
struct pool_links {
    static std::atomic<std::uintptr_t>& next(std::uintptr_t bits) noexcept {
        const pool_item item(bits);
        switch (item.what()) {
            case pool_item::kind::task: return item.task().queue_link();
            case pool_item::kind::job: return item.job().next_;
            case pool_item::kind::branch: return item.branch().next_;
        }
        return *reinterpret_cast<std::atomic<std::uintptr_t>*>(bits - 3);   // the stub
    }
    static std::uintptr_t stub(std::atomic<std::uintptr_t>& link) noexcept {
        return reinterpret_cast<std::uintptr_t>(&link) + 3;
    }
};

}  // namespace troika::impl
