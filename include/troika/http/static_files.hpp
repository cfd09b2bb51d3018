// SPDX-License-Identifier: MIT
#pragma once

#include <troika/http/server.hpp>

#include <filesystem>
#include <memory>

namespace troika::http {

struct static_files_options {
    bool listing = true;         ///< a directory without index.html is shown as a page of links
    bool hidden_files = false;   ///< names that begin with a dot are served too
};

/// Serves the files below a directory: GET and HEAD, ranges, conditional requests, index.html,
/// listings.
///
/// Nothing outside the directory is served, whatever the path or the links in it say. A file that
/// changes its size while it is sent ends the connection rather than arriving as something it is
/// not.
/// File operations run off the loop's thread.
class static_files final : public request_handler {
public:
    /// Throws: std::system_error when `root` is not a directory that can be opened. Blocks for a
    /// moment.
    explicit static_files(const std::filesystem::path& root, static_files_options options = {});
    ~static_files() override;

    task<void> handle(server_request& request, responder& answer) override;

private:
    class open_root;
    std::unique_ptr<open_root> root_;
    static_files_options options_;
};

}  // namespace troika::http
