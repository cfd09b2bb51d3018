// SPDX-License-Identifier: MIT
#include <troika/inspect/trace_recorder.hpp>

#include <troika/core/promise_base.hpp>
#include <troika/core/scheduler.hpp>

#include "inspect/assembler.hpp"
#include "inspect/recording.hpp"
#include "os/environment.hpp"

namespace troika {

using impl::record_kind;
using impl::trace_record;

namespace {

std::uint64_t number_of(const task_node& task) noexcept {
    return impl::task_number(task.home().number(), task.id());
}

/// The task that runs on this thread, or 0.
std::uint64_t current_number() noexcept {
    const task_node* const task = impl::current_thread.task;
    return task == nullptr ? 0 : number_of(*task);
}

/// The pool that this thread works for.
std::uint64_t current_home() noexcept {
    const scheduler* const home = impl::current_thread.home;
    return home == nullptr ? 0 : home->number();
}

std::uint64_t call_number(int pid, std::uint64_t number) noexcept {
    return static_cast<std::uint64_t>(pid) << 40 | (number & ((std::uint64_t{1} << 40) - 1));
}

std::uint32_t small(std::size_t number) noexcept {
    return static_cast<std::uint32_t>(number) & impl::record_ids_max;
}

}  // namespace

trace_recorder::trace_recorder() : trace_recorder(options{}) {}

trace_recorder::trace_recorder(const options& limits)
    : recording_(std::make_unique<impl::recording>(limits)) {}

trace_recorder::~trace_recorder() = default;

void trace_recorder::record(scheduler& of) noexcept { of.set_hooks(this); }

void trace_recorder::stop(scheduler& of) noexcept {
    if (of.hooks() == this) of.set_hooks(nullptr);
}

trace_data trace_recorder::snapshot() const {
    return impl::assemble(recording_->collect()).data;
}

// ---- what is recorded

void trace_recorder::mark(std::string_view name) noexcept {
    impl::trace_ring* const ring = recording_->ring();
    std::uint32_t text = 0;
    try {
        if (ring != nullptr) text = ring->texts.id_of(recording_->texts, name);
    } catch (...) {   // no memory for the name: then without it
    }
    recording_->write(trace_record::of(record_kind::mark, current_number(), 0, text));
}

void trace_recorder::on_start(const task_node& task) noexcept {
    impl::trace_ring* const ring = recording_->ring();
    std::uint32_t name = 0;
    std::uint32_t place = 0;
    try {
        if (ring != nullptr) {
            const impl::promise_base* const root = task.innermost();
            if (root != nullptr) place = ring->texts.place_of(recording_->texts, root->where());
            name = ring->texts.id_of(recording_->texts, task.name());
        }
    } catch (...) {   // as above
    }
    recording_->write(trace_record::of(record_kind::start, number_of(task), current_number(), name,
                                       place));
}

void trace_recorder::on_resume(const task_node& task) noexcept {
    // The name again: it may have started before anybody recorded, or so long ago that it is lost.
    impl::trace_ring* const ring = recording_->ring();
    std::uint32_t name = 0;
    try {
        if (ring != nullptr) name = ring->texts.id_of(recording_->texts, task.name());
    } catch (...) {   // as above
    }
    recording_->write(trace_record::of(record_kind::resume, number_of(task), 0, name));
}

void trace_recorder::on_suspend(const task_node& task) noexcept {
    impl::trace_ring* const ring = recording_->ring();
    std::uint32_t label = 0;
    std::uint32_t place = 0;
    std::uint32_t flags = task.ended() ? impl::suspend_ends : 0;
    try {
        if (const suspension* const wait = task.waits_for()) {
            flags = impl::suspend_waits;
            if (ring != nullptr)
                label = ring->texts.id_of(recording_->texts, std::string_view(wait->label()));
        }
        const impl::promise_base* const inner = task.innermost();
        if (inner != nullptr && ring != nullptr)
            place = ring->texts.place_of(recording_->texts, inner->where());
    } catch (...) {   // as above
    }
    recording_->write(trace_record::of(record_kind::suspend, number_of(task), 0, label, place,
                                       flags));
}

void trace_recorder::on_end(const task_node& task) noexcept {
    recording_->write(trace_record::of(record_kind::end, number_of(task)));
}

void trace_recorder::on_fail(const task_node& task, bool cancelled) noexcept {
    recording_->write(trace_record::of(record_kind::fail, number_of(task), 0, 0, 0,
                                       cancelled ? impl::fail_cancelled : 0));
}

void trace_recorder::on_ready(const task_node& task) noexcept {
    const bool at_home = !task.home().is_shared() && task.home().is_current();
    recording_->write(trace_record::of(record_kind::ready, number_of(task), current_number(), 0, 0,
                                       at_home ? impl::ready_at_home : 0));
}

void trace_recorder::on_wake_posted(const task_node& task) noexcept {
    recording_->write(
        trace_record::of(record_kind::wake_posted, number_of(task), current_number()));
}

void trace_recorder::on_poll(const scheduler& loop, std::size_t in_flight, bool sleeps) noexcept {
    recording_->write(trace_record::of(record_kind::poll, loop.number(), in_flight, 0, 0,
                                       sleeps ? impl::poll_sleeps : 0));
}

void trace_recorder::on_polled(const scheduler& loop) noexcept {
    recording_->write(trace_record::of(record_kind::polled, loop.number()));
}

void trace_recorder::on_submit(const scheduler&, const void* work) noexcept {
    recording_->write(trace_record::of(record_kind::submit, current_number(),
                                       reinterpret_cast<std::uintptr_t>(work)));
}

void trace_recorder::on_run(std::size_t worker, const void* work, const char* type) noexcept {
    impl::trace_ring* const ring = recording_->ring();
    std::uint32_t name = 0;
    try {
        if (ring != nullptr) name = ring->texts.id_of(recording_->texts, type);
    } catch (...) {   // as above
    }
    recording_->write(trace_record::of(record_kind::run, current_home(),
                                       reinterpret_cast<std::uintptr_t>(work), name,
                                       small(worker)));
}

void trace_recorder::on_ran(std::size_t) noexcept {
    recording_->write(trace_record::of(record_kind::ran, current_home()));
}

void trace_recorder::on_steal(std::size_t thief, std::size_t victim) noexcept {
    recording_->write(
        trace_record::of(record_kind::steal, current_home(), victim, 0, small(thief)));
}

void trace_recorder::on_park(std::size_t worker) noexcept {
    recording_->write(trace_record::of(record_kind::park, current_home(), 0, 0, small(worker)));
}

void trace_recorder::on_wake(std::size_t worker) noexcept {
    recording_->write(trace_record::of(record_kind::unpark, current_home(), 0, 0, small(worker)));
}

void trace_recorder::on_call_sent(int pid, std::uint64_t number) noexcept {
    recording_->write(
        trace_record::of(record_kind::call_sent, current_number(), call_number(pid, number)));
}

void trace_recorder::on_call_answered(int pid, std::uint64_t number, bool failed) noexcept {
    recording_->write(trace_record::of(record_kind::call_answered, 0, call_number(pid, number), 0,
                                       0, failed ? impl::call_failed : 0));
}

void trace_recorder::on_call_begun(std::uint64_t number) noexcept {
    recording_->write(trace_record::of(record_kind::call_begun, 0,
                                       call_number(os::process_id(), number)));
}

void trace_recorder::on_call_done(std::uint64_t number, bool failed) noexcept {
    recording_->write(trace_record::of(record_kind::call_done, 0,
                                       call_number(os::process_id(), number), 0, 0,
                                       failed ? impl::call_failed : 0));
}

}  // namespace troika
