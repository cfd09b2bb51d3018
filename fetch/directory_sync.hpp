// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/sync/mutex.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace troika::fetch {

/// Makes new names last. Files that land in one directory at about the same time share one sync of
/// it: each waits for one that began after it had its name. Thread: the loop's.
class directory_sync {
public:
    /// Returns when every name that `directory` had at the call would outlive a power failure.
    /// Throws: failure (file).
    task<void> sync(std::string directory);

private:
    struct state {
        std::uint64_t wanted = 0;    // the number of the last call
        std::uint64_t covered = 0;   // calls up to this one are done
        mutex running;               // held by the one that syncs
    };
    std::map<std::string, state> directories_;
};

}  // namespace troika::fetch
