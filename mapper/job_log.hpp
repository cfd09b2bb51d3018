// SPDX-License-Identifier: MIT
#pragma once

#include "os/fd.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace troika::mapper {

/// What a job log says of one job.
struct job_record {
    std::uint64_t number = 0;   // of the input, counted from 1
    std::chrono::sys_time<std::chrono::nanoseconds> began;
    std::chrono::nanoseconds time{0};
    std::uint64_t output_bytes = 0;
    int code = 0;   // -1 where a timeout ended it
    int signal = 0;
    std::string command;

    [[nodiscard]] bool success() const noexcept { return code == 0 && signal == 0; }
};

/// A line for each job that has ended, in the format of GNU parallel's --joblog.
class job_log {
public:
    job_log() noexcept = default;
    /// Begins a new log, or goes on with the one that is there.
    /// Throws: std::system_error; std::runtime_error for a file that is no job log.
    job_log(const std::string& path, bool goes_on);

    /// Whether the log had the job when it was opened.
    [[nodiscard]] bool had(std::uint64_t number) const { return known_.contains(number); }
    [[nodiscard]] bool had_success(std::uint64_t number) const {
        const auto found = known_.find(number);
        return found != known_.end() && found->second;
    }

    /// Adds a line, if there is a log. May sleep. Throws: std::system_error.
    void add(const job_record& record);

private:
    void read(const std::string& path);
    void write(const std::string& text);

    os::fd file_;
    std::string path_;
    std::unordered_map<std::uint64_t, bool> known_;   // by number: whether it went well
};

}  // namespace troika::mapper
