// SPDX-License-Identifier: MIT
#include <troika/inspect/trace_to.hpp>

#include <troika/inspect/trace_session.hpp>

#include "core/report.hpp"
#include "inspect/assembler.hpp"
#include "inspect/process_trace.hpp"
#include "inspect/trace_output.hpp"
#include "os/error.hpp"

#include <cerrno>
#include <exception>

namespace troika {

using impl::process_trace;

struct trace_file::state {
    explicit state(std::string path) : output(std::move(path)) {
        if (!output.is_ours())
            os::throw_error(EBUSY, "write a trace to", output.path() +
                                                           ", to which another trace is being "
                                                           "written");
        process_trace::instance().set_parts(this, output.parts());
    }
    ~state() { process_trace::instance().clear_parts(this); }

    impl::trace_output output;
    trace_session session;
    bool written = false;
};

trace_file::trace_file(std::string path) : state_(std::make_unique<state>(std::move(path))) {}

trace_file::~trace_file() {
    if (state_->written) return;
    try {
        write();
    } catch (const std::exception& error) {
        impl::report(std::string("a trace is lost: ") + error.what());
    } catch (...) {
        impl::report("a trace is lost");
    }
}

void trace_file::write() {
    if (state_->written) return;
    state_->written = true;
    state_->session.stop();
    process_trace::instance().clear_parts(state_.get());
    state_->output.write(impl::assemble(process_trace::instance().collect(
        state_->session.begin_ns_, state_->session.end_ns_)));
}

void trace_file::mark(std::string_view name) noexcept { state_->session.mark(name); }

}  // namespace troika
