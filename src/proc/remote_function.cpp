// SPDX-License-Identifier: MIT
#include <troika/proc/remote_function.hpp>

namespace troika::impl {

void write_function(wire_writer& to, any_function function) {
    to.put(function_identity::of(function));
}

any_function read_function(wire_reader& from) {
    const auto identity = from.get<function_identity>();
    const any_function found = identity.find();
    if (found == nullptr) throw wire_error(identity.why_missing());
    return found;
}

}  // namespace troika::impl
