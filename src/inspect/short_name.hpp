// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace troika::impl {

/// `int fetch(std::string)` becomes `fetch`, a lambda `lambda in main`: what fits on a bar.
[[nodiscard]] std::string short_function(std::string_view function);

/// The function, or type, that a job of a pool calls, from the mangled name of the job's type:
/// `job` where that says nothing to a person, `branch` for a part of a parallel computation.
[[nodiscard]] std::string short_job(const char* mangled_type);

}  // namespace troika::impl
