// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>

namespace troika {

/// A worker process ended while it held a call. Only the calls that it had begun fail with it.
class worker_died : public std::runtime_error {
public:
    /// `exit_code`: as process::exit_code(): the code, or the negative number of the signal.
    worker_died(std::size_t worker, int pid, int exit_code, const std::string& detail = {});

    /// A rank of an mpi_pool. How it ended is not known: exit_code() is 0.
    worker_died(std::size_t rank, int pid, const std::string& host, const std::string& detail);

    [[nodiscard]] std::size_t worker() const noexcept { return worker_; }
    [[nodiscard]] int pid() const noexcept { return pid_; }
    /// Where it ran; empty: here.
    [[nodiscard]] const std::string& host() const noexcept { return *host_; }
    /// What it gave to exit(), or -N when signal N ended it.
    [[nodiscard]] int exit_code() const noexcept { return exit_code_; }

private:
    std::size_t worker_;
    int pid_;
    int exit_code_;
    std::shared_ptr<const std::string> host_;   // copies of an exception must not fail
};

}  // namespace troika
