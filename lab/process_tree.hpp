// SPDX-License-Identifier: MIT
#pragma once

#include "os/process_sample.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace troika::lab {

/// A process and all that it, and what it has started, have started.
///
/// One that was seen once stays, also when its parent ends. A process whose parent ended before
/// anybody looked is missed. Of more than members_max at a time the others are not seen.
/// Thread: one at a time; each call reads many files.
class process_tree {
public:
    static constexpr std::size_t members_max = 4096;

    /// Lifetime: `sampler`, as long as this.
    process_tree(const os::process_sampler& sampler, int root);

    /// All that live now.
    [[nodiscard]] std::vector<os::process_sample> look();
    /// Of the threads that live. Nothing where nobody may know.
    [[nodiscard]] std::optional<os::switch_counts> switches() const;

private:
    void find_new();

    const os::process_sampler& sampler_;
    std::map<int, std::uint64_t> members_;   // when each began
    std::set<int> others_;
};

}  // namespace troika::lab
