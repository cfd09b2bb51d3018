// SPDX-License-Identifier: MIT
#include "proc/worker_start.hpp"

#include "inspect/trace_variable.hpp"
#include "os/descriptor_passing.hpp"
#include "os/environment.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/process.hpp"

#include <csignal>
#include <string>
#include <utility>
#include <vector>

namespace troika::impl {

os::started_process start_own_program(const std::string& mark,
                                      std::span<const os::given_descriptor> descriptors) {
    const os::fd nothing(
        os::or_throw(os::open_file("/dev/null", {.write = true}), "open", "/dev/null"));
    const auto ours = [&](int number) { return os::is_open(number) ? number : nothing.get(); };
    std::vector<os::given_descriptor> given = {{nothing.get(), 0}, {ours(1), 1}, {ours(2), 2}};
    given.insert(given.end(), descriptors.begin(), descriptors.end());

    const std::string variable = std::string(worker_variable) + "=" + mark;
    std::vector<const char*> environment;
    for (const char* const* one = os::whole_environment(); *one != nullptr; ++one)
        environment.push_back(*one);
    environment.push_back(variable.c_str());
    const std::string trace = trace_parts_setting();
    if (!trace.empty()) environment.push_back(trace.c_str());
    environment.push_back(nullptr);
    const char* const programs[] = {"/proc/self/exe", nullptr};
    const char* const arguments[] = {os::program_name(), nullptr};

    os::start_options options;
    options.programs = programs;
    options.arguments = arguments;
    options.environment = environment.data();
    options.descriptors = given;
    options.group = os::child_group::ours;
    options.death_signal = SIGKILL;
    options.ignores_interrupts = true;
    os::started_process started;
    os::or_throw(os::start_process(options, started), "start a process of this program");
    return started;
}

void end_at_once(int handle) noexcept {
    os::process_end end;
    os::signal_process(handle, SIGKILL);
    os::wait_and_reap(handle, end);
}

void start_worker(remote_worker& of) {
    int sockets[2];
    os::or_throw(os::open_packet_pair(sockets), "create a pair of sockets for a worker");
    of.socket.reset(sockets[0]);
    const os::fd theirs(sockets[1]);
    const os::given_descriptor given[] = {
        {of.shared.descriptor(), worker_channel},
        {theirs.get(), worker_socket},
        {of.bell.descriptor(), worker_bell},
    };
    os::started_process started = start_own_program(std::to_string(of.index), given);
    of.pid = started.number;
    of.place =
        "worker " + std::to_string(of.index) + ", process " + std::to_string(of.pid);
    of.process = std::move(started.handle);
    of.shared.close_descriptor();
}

}  // namespace troika::impl
