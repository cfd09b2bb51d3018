// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/sync/mutex.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

namespace troika::fetch {

/// Which names the target directories had when the run began, so that most downloads need not ask
/// the file system whether their file is there. A hint: what has come since is found out when the
/// file gets its name, which never replaces another. Thread: the loop's.
class existing_names {
public:
    static constexpr std::size_t names_max = 100'000;
    static constexpr std::size_t directories_max = 64;

    /// Returns: false when neither `path` nor its NAME.part was there; true when one was, or that
    /// is not known.
    task<bool> may_exist(const std::string& path);

private:
    using names = std::unordered_set<std::string>;
    std::map<std::string, std::optional<names>> directories_;   // nothing: too large
    mutex reading_;
};

}  // namespace troika::fetch
