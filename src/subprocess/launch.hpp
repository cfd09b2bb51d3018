// SPDX-License-Identifier: MIT
#pragma once

#include <troika/subprocess/child.hpp>

#include "os/fd.hpp"
#include "os/process.hpp"

#include <string>
#include <vector>

namespace troika {
class event_loop;
}

namespace troika::subprocess {

/// All that is needed to start a program, made ready on the loop's thread for perform(), which
/// sleeps. Lifetime: what the options point to.
class launch {
public:
    /// Throws: std::invalid_argument for options that cannot be.
    launch(event_loop& loop, const command& what, const start_options& options);

    /// Opens files and pipes, and starts the program. Throws: std::system_error.
    /// Thread: any.
    void perform();

    /// The child, once perform() has ended.
    [[nodiscard]] child_core_owner take_child() noexcept { return std::move(core_); }

private:
    /// One of the standard streams: `number` is 0 to 2. Returns: what the child is given there.
    int open_stream(int number, const stdio& wanted);
    int open_pipe(int number);
    int open_file(int number, std::string path, bool append);
    int keep(os::fd theirs);
    [[nodiscard]] std::string name_of(int number) const;
    [[noreturn]] void fail(int error, os::start_step step) const;

    const command& what_;
    const start_options& options_;
    const std::string directory_;
    std::vector<std::string> entries_;   // of an environment that is not ours
    std::string path_;                   // where programs are looked for
    std::vector<os::fd> theirs_;         // closed when the child has them
    child_core_owner core_;
};

}  // namespace troika::subprocess
