// SPDX-License-Identifier: MIT
#include <troika/inspect/trace_session.hpp>

#include "inspect/assembler.hpp"
#include "inspect/process_trace.hpp"
#include "os/clock.hpp"

namespace troika {

using impl::process_trace;

trace_session::trace_session() : begin_ns_(process_trace::instance().begin()) {}

void trace_session::stop() noexcept {
    if (end_ns_ != 0) return;
    process_trace::instance().end();
    end_ns_ = os::steady_time().time_since_epoch().count();
}

void trace_session::mark(std::string_view name) noexcept {
    if (end_ns_ == 0) process_trace::instance().recorder().mark(name);
}

trace_data trace_session::snapshot() const {
    return impl::assemble(process_trace::instance().collect(begin_ns_, end_ns_)).data;
}

}  // namespace troika
