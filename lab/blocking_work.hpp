// SPDX-License-Identifier: MIT
#pragma once

#include "lab/gil.hpp"
#include "lab/recording.hpp"
#include "lab/workload.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace troika::lab {

/// Where and how the steps of tasks are done; the same for all models.
struct work_place {
    std::uint16_t port = 0;            ///< of the server that answers requests
    std::uint64_t rounds_per_ms = 1;   ///< see measure_rounds_per_ms()
    std::string folder;                ///< for files
};

/// What computes is looked at so often: whether it should let go of the GIL, and whether another
/// thread has had its processor.
inline constexpr duration check_interval = std::chrono::microseconds(100);
/// A computation that takes so much longer than it should did not have its processor meanwhile.
inline constexpr duration stolen_min = std::chrono::milliseconds(1);

/// The lock, what is recorded of it, and by which number and name a thread has it.
struct gil_use {
    gil* lock = nullptr;   ///< null: there is none
    std::uint32_t thread = 0;
    std::uint32_t name = 0;
    lane_record* strip = nullptr;   ///< of its holder; guarded by the lock
    recording* record = nullptr;    ///< takes an arrow for each hand-over
    const std::vector<lane_record*>* lanes = nullptr;   ///< of all threads, from number 1
};

/// A file of its own for each step, gone from its folder as soon as it is open.
[[nodiscard]] std::string file_for_step(const work_place& place, std::uint64_t number);
/// What is written to it: a block, again and again.
inline constexpr std::size_t file_block = std::size_t{64} << 10;

/// Does tasks as ordinary code does them: each step blocks the thread until it is done.
/// Thread: one. Lifetime: all that it is given.
class blocking_worker {
public:
    blocking_worker(const work_place& place, lane_record& lane, gil_use lock = {}) noexcept
        : place_(place), lane_(lane), lock_(lock) {}
    blocking_worker(const blocking_worker&) = delete;
    blocking_worker& operator=(const blocking_worker&) = delete;

    /// Does all steps of `task`, which is called `name`; `number` is unlike that of all others.
    /// With a GIL: has it while it computes and between the steps. Throws: std::system_error.
    void run(const work_task& task, std::uint32_t name, std::uint64_t number);

    /// Computes, as part of something else: in jobs of a pool.
    void compute(duration time, std::uint32_t name);

private:
    void take(std::uint32_t name);
    void let_go();
    void wait(duration time, std::uint32_t name);
    void request(duration delay, std::uint32_t name);
    void file(const work_step& step, std::uint32_t name, std::uint64_t number);

    const work_place& place_;
    lane_record& lane_;
    gil_use lock_;
    time_point taken_{};
    std::atomic<std::uint64_t> result_{0};   // so that computing has one, which nobody needs
};

}  // namespace troika::lab
