// SPDX-License-Identifier: MIT
#pragma once

#include "os/process.hpp"
#include "proc/remote_worker.hpp"

#include <span>
#include <string>

namespace troika::impl {

/// The variable by which a process learns that it is a worker, and where it finds what it shares.
inline constexpr const char* worker_variable = "TROIKA_WORKER";

/// What a worker is given, under these numbers.
enum worker_descriptor : int { worker_channel = 3, worker_socket = 4, worker_bell = 5 };

/// Its value in a process that is no worker of a pool.
inline constexpr const char* process_mark = "process";

/// Starts this program anew with `mark` as that variable, and `descriptors` besides our output and
/// error. It is killed when the calling thread ends. Throws: std::system_error.
os::started_process start_own_program(const std::string& mark,
                                      std::span<const os::given_descriptor> descriptors);

/// Kills a process that cannot be taken care of, and reaps it.
void end_at_once(int handle) noexcept;

/// Starts the process of `of`. It is killed when the calling thread ends.
/// Throws: std::system_error.
void start_worker(remote_worker& of);

/// Whether process_entry() has been called here. Throws: std::logic_error when not.
void require_process_entry();

}  // namespace troika::impl
