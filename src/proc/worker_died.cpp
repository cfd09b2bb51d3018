// SPDX-License-Identifier: MIT
#include <troika/proc/worker_died.hpp>

#include "os/signal.hpp"

#include <csignal>

namespace troika {

namespace {

std::string text_of(std::size_t worker, int pid, int exit_code, const std::string& detail) {
    std::string text = "worker " + std::to_string(worker) + " (process " + std::to_string(pid);
    if (exit_code < 0) {
        text += ") was ended by ";
        text += os::signal_name(-exit_code);
        if (exit_code == -SIGKILL) text += " (out of memory, perhaps)";
    } else {
        text += ") ended with exit code " + std::to_string(exit_code);
    }
    return detail.empty() ? text : text + ": " + detail;
}

}  // namespace

worker_died::worker_died(std::size_t worker, int pid, int exit_code, const std::string& detail)
    : std::runtime_error(text_of(worker, pid, exit_code, detail)), worker_(worker), pid_(pid),
      exit_code_(exit_code), host_(std::make_shared<const std::string>()) {}

worker_died::worker_died(std::size_t rank, int pid, const std::string& host,
                         const std::string& detail)
    : std::runtime_error("rank " + std::to_string(rank) + " on " + host + " (process " +
                         std::to_string(pid) + ") was lost: " + detail),
      worker_(rank), pid_(pid), exit_code_(0),
      host_(std::make_shared<const std::string>(host)) {}

}  // namespace troika
