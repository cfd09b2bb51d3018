// SPDX-License-Identifier: MIT
#pragma once

#include "fetch/answer.hpp"
#include "fetch/existing_names.hpp"
#include "fetch/plan.hpp"

#include <troika/core/task.hpp>
#include <troika/fetch/options.hpp>
#include <troika/http/headers.hpp>

#include "os/file.hpp"

#include <optional>
#include <string>

namespace troika::fetch {

/// What stands in the way of a download, and what is done about it.
struct target {
    bool settled = false;   // nothing is to be fetched
    bool replace = false;   // what is there goes, once the new file is whole
    bool has_part = false;  // a NAME.part is there, from which it may go on
    std::optional<os::file_status> existing;   // kept if the server's file is the same
    std::optional<checksum> sum;               // of what is there, where that has settled it
    std::string entity_tag;                    // that `existing` was stored with; empty: none

    /// Whether the file that is there is what the server has; if not, it will be replaced.
    /// Requires: there is one. Throws: failure (file) where `options` do not allow that.
    [[nodiscard]] bool settle(const answer& theirs, const std::string& path,
                              const get_options& options);
};

/// Looks at `what.path`, and gives the download another path where the options say so.
///
/// Throws: failure (file) where something stands there that is not to be replaced.
task<target> look_for_target(download& what, const get_options& options, existing_names& names,
                             target_names& taken);

/// Gives the download the name that the server has for it (-J), made safe, if it sent one.
/// Throws: failure (file, usage) where that name is taken.
task<void> rename_target(download& what, target& found, const http::headers& fields,
                         const get_options& options, target_names& taken);

}  // namespace troika::fetch
