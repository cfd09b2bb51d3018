// SPDX-License-Identifier: MIT
#include <troika/core/errors.hpp>
#include <troika/proc/process.hpp>
#include <troika/proc/process_entry.hpp>

#include "inspect/trace_variable.hpp"
#include "os/environment.hpp"
#include "os/signal.hpp"
#include "os/standard_streams.hpp"
#include "os/thread.hpp"
#include "proc/call_file.hpp"
#include "proc/call_maker.hpp"
#include "proc/worker_loop.hpp"
#include "proc/worker_start.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <new>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>

namespace troika {

namespace impl {

namespace {

/// What is there once in a process.
struct process_state {
    std::atomic<bool> entered{false};
    std::atomic<call_maker*> worker{nullptr};     // in a pool's worker
    call_file call_room;
    std::atomic<call_file*> call{nullptr};       // of a process of its own
    std::stop_source stop;
};

process_state& this_process() noexcept {
    alignas(process_state) static std::byte storage[sizeof(process_state)];
    static process_state* const instance = new (storage) process_state;
    return *instance;
}

std::stop_token watch_stop() {
    // It sleeps until then, or until the process ends.
    os::start_abandonable_thread(
        "stops",
        [](void*) noexcept {
            this_process().call.load()->wait_for_stop();
            this_process().stop.request_stop();
        },
        nullptr);
    return this_process().stop.get_token();
}

[[noreturn]] void be_the_process() noexcept {
    // What a function has not caught is told as the program itself would tell it.
    const auto fails = [](const std::exception_ptr& error) {
        std::cerr << "troika: process " << os::process_id() << " ends by an exception: "
                  << describe(error) << std::endl;
        std::exit(EXIT_FAILURE);
    };
    int exit_code = EXIT_FAILURE;
    try {
        call_file& call = this_process().call_room;
        call.open(worker_channel);
        this_process().call.store(&call);
        memory_source source(call.message(), call.received());
        wire_reader from(source, call.message().size());
        const auto entry = reinterpret_cast<process_main>(read_function(from));
        exit_code = entry(from, &watch_stop);
    } catch (...) {
        fails(std::current_exception());
    }
    std::exit(exit_code);
}

[[noreturn]] void work_for_the_parent(const std::string& mark) noexcept {
    os::write_whole_lines();
    std::cerr << std::nounitbuf;   // C's stream below it writes the lines
    if (mark == process_mark) be_the_process();
    try {
        worker_loop loop(worker_channel, worker_bell, worker_socket);
        set_call_maker(&loop);
        loop.serve();
        set_call_maker(nullptr);
    } catch (const std::exception& error) {
        std::cerr << "troika: worker " << mark << " cannot work: " << error.what() << '\n';
        std::exit(EXIT_FAILURE);
    }
    std::exit(EXIT_SUCCESS);
}

}  // namespace

void set_call_maker(call_maker* who) noexcept {
    this_process().worker.store(who, std::memory_order_relaxed);
}

void require_process_entry() {
    if (this_process().entered.load(std::memory_order_relaxed)) return;
    throw std::logic_error(
        os::environment(worker_variable)
            ? "a worker process came past the beginning of main(): call troika::process_entry() "
              "before anything that starts processes"
            : "processes of this program cannot be started: let main() begin with "
              "troika::process_entry();");
}

}  // namespace impl

void process_entry() {
    impl::this_process().entered.store(true, std::memory_order_relaxed);
    const std::optional<std::string> mark = os::environment(impl::worker_variable);
    if (!mark) return;
    // What the worker itself starts is no worker.
    os::forget_environment(impl::worker_variable);
    impl::obey_trace_parts_variable(*mark == impl::process_mark ? *mark : "worker " + *mark);
    impl::work_for_the_parent(*mark);
}

namespace this_call {

bool stop_requested() noexcept {
    impl::call_maker* const maker = impl::this_process().worker.load(std::memory_order_relaxed);
    if (maker != nullptr) return maker->stop_requested();
    const impl::call_file* const call = impl::this_process().call.load(std::memory_order_relaxed);
    return call != nullptr && call->stop_requested();
}

}  // namespace this_call

}  // namespace troika
