// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace troika::os {

/// How much processor time a cgroup grants: `quota_us` in every `period_us`.
struct cpu_quota {
    std::uint64_t quota_us = 0;
    std::uint64_t period_us = 1;
    std::string file;   ///< where it is written, for explanations

    /// How many processors can be busy all the time with it, rounded up.
    [[nodiscard]] std::uint64_t processors() const noexcept {
        return quota_us / period_us + (quota_us % period_us != 0 ? 1 : 0);
    }
};

/// The smallest CPU quota of the groups that this process is in and of all groups above them, as
/// far as they are mounted: `cpu.max` of cgroup v2, `cpu.cfs_quota_us` of v1. What is missing,
/// unlimited or not understood does not limit.
///
/// `root` stands before every path, /proc too; empty for this machine.
/// Source: cgroups(7), proc(5), the kernel's cgroup-v2 and sched-bwc documents.
std::optional<cpu_quota> cgroup_cpu_quota(const std::string& root = {});

/// How many processors this process may run on (its affinity mask), at least 1.
unsigned processors_allowed() noexcept;

/// How many processors this process may use, and why.
struct processor_count {
    unsigned available = 1;   ///< what affinity and quota leave, at least 1
    unsigned allowed = 1;     ///< by affinity alone
    std::optional<cpu_quota> quota;
};

/// The count for an affinity of `allowed` processors. Never fails but for want of memory.
processor_count count_processors(unsigned allowed, const std::string& root = {});

/// How many processors this process may use now: more busy threads than that only get in each
/// other's way. Costs some system calls; ask once.
unsigned processors_available();

/// "2: affinity allows 4, cgroup quota 2.0 (/sys/fs/cgroup/cpu.max)".
std::string explain(const processor_count& count);

}  // namespace troika::os
