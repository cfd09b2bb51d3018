// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>

namespace troika::os {

/// Returns: the name of a type or function as in the source; `mangled` itself if it is none.
std::string readable_name(const char* mangled);

/// Returns: the first byte of the function that has the code before `return_address`, by its
/// unwinding tables; null when it has none.
const void* function_start(const void* return_address) noexcept;

/// Whether `address` is in code of a module that is loaded.
bool is_code(const void* address) noexcept;

/// Returns: where `return_address` goes back to: "parse(int) at plugin.so+0x12af", without a name
/// where the function is not exported. The number is what `addr2line -fie plugin.so` takes.
std::string describe_call(const void* return_address);

/// A line for each call, without those at the front that only throw.
std::string describe_calls(std::span<const void* const> return_addresses);

}  // namespace troika::os
