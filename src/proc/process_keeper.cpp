// SPDX-License-Identifier: MIT
#include "proc/process_keeper.hpp"

#include "os/error.hpp"
#include "proc/worker_start.hpp"

#include <array>
#include <exception>
#include <new>
#include <utility>

namespace troika::impl {

process_keeper& process_keeper::instance() {
    // Never destroyed: it sleeps until the program ends.
    alignas(process_keeper) static std::byte storage[sizeof(process_keeper)];
    static process_keeper* const instance = new (storage) process_keeper;
    return *instance;
}

process_keeper::process_keeper() {
    os::or_throw(watched_.add(bell_.descriptor(), 0), "watch a bell");
    thread_.start_or_throw("the thread that takes care of processes", "processes",
                           &process_keeper::thread_main, this);
}

void process_keeper::start(const std::shared_ptr<process_state>& state) {
    {
        const std::scoped_lock here(mutex_);
        asked_.push_back(state);
    }
    bell_.signal();
}

void process_keeper::thread_main(void* self) noexcept {
    static_cast<process_keeper*>(self)->serve();
}

void process_keeper::serve() noexcept {
    std::array<std::uint64_t, 64> readable;
    for (;;) {
        const std::size_t count = watched_.wait(readable, os::watch_list::forever);
        for (std::size_t i = 0; i < count; ++i)
            if (readable[i] != 0) take_note(static_cast<int>(readable[i]));
        bell_.drain();
        std::vector<std::shared_ptr<process_state>> asked;
        {
            const std::scoped_lock here(mutex_);
            asked.swap(asked_);
        }
        for (const std::shared_ptr<process_state>& one : asked) start_one(one);
    }
}

void process_keeper::start_one(const std::shared_ptr<process_state>& state) noexcept {
    try {
        std::vector<os::given_descriptor> given = {{state->call.descriptor(), worker_channel}};
        for (const wire_attachment& each : state->call.attachments())
            given.push_back({each.descriptor, call_file::first_attachment - 1 +
                                                  static_cast<int>(given.size())});
        os::started_process made = start_own_program(process_mark, given);
        try {
            os::or_throw(watched_.add(made.handle.get(), static_cast<std::uint64_t>(made.number)),
                         "watch a process");
            kept_.emplace(made.number, state);
        } catch (...) {
            end_at_once(made.handle.get());
            throw;
        }
        state->pid = made.number;
        state->handle = std::move(made.handle);
        state->call.close_descriptors();
        state->started.set_value();
    } catch (...) {
        state->started.set_exception(std::current_exception());
    }
}

void process_keeper::take_note(int pid) noexcept {
    const auto found = kept_.find(pid);
    if (found == kept_.end()) return;
    process_state& of = *found->second;
    os::process_end end;
    {
        const std::scoped_lock here(of.handle_mutex);
        if (os::reap(of.handle.get(), end) == -EAGAIN) return;
        watched_.remove(of.handle.get());
        of.handle.reset();
    }
    of.ended.set_value(end.exit_code());
    kept_.erase(found);
}

}  // namespace troika::impl
