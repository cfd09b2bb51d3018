// SPDX-License-Identifier: MIT
#include <troika/inspect/traceable.hpp>

#include "inspect/process_trace.hpp"
#include "inspect/trace_variable.hpp"

namespace troika::impl {

traceable::traceable(scheduler& of) noexcept : of_(of) {
    obey_trace_variable();
    process_trace::instance().add(*this);
}

traceable::~traceable() { process_trace::instance().remove(*this); }

}  // namespace troika::impl
