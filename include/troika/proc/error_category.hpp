// SPDX-License-Identifier: MIT
#pragma once

#include <system_error>

namespace troika {

/// Lets error codes of `category` cross between processes: they are recognized by its name().
///
/// Known without: generic, system, iostream, future, and that of resolve(). A code of any other
/// category arrives in a stand-in category of the same name, with the message that it had, and
/// equal to none but codes of that stand-in. Call it at the start of main, or from the initializer
/// of a static object. The first category of a name stays.
/// Thread: any.  Lifetime: `category` until the process ends.
void register_error_category(const std::error_category& category);

}  // namespace troika
