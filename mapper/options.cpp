// SPDX-License-Identifier: MIT
#include "mapper/options.hpp"

#include "mapper/job_run.hpp"

#include <stdexcept>

namespace troika::mapper {

void check_options(const map_options& options) {
    if (options.command.empty() || options.command.front().empty())
        throw std::invalid_argument(
            "there is no command; write: troika map [OPTIONS] -- COMMAND {} ::: INPUT...");
    if (options.arguments && !options.file.empty())
        throw std::invalid_argument("inputs come after ::: or from -a FILE, not from both");
    if (options.arguments && options.null_separated)
        throw std::invalid_argument("-0 is for inputs from a file or standard input, not for :::");
    if ((options.resume || options.resume_failed) && options.job_log.empty())
        throw std::invalid_argument("--resume and --resume-failed need --joblog FILE");
    if (options.jobs > jobs_max)
        throw std::invalid_argument("-j takes at most " + std::to_string(jobs_max));
    if (options.tries == 0) throw std::invalid_argument("--retries takes 1 or more");
    if (options.timeout <= duration::zero())
        throw std::invalid_argument("--timeout must be more than 0");
}

}  // namespace troika::mapper
