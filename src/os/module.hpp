// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace troika::os {

/// What a module (the program, a shared library) is recognized by in every process that has loaded
/// the same file: its build-id, cut or filled up with zeros, or where it was linked without one,
/// digits made of its name and of where its segments lie.
using module_id = std::array<std::byte, 20>;

/// A place in the code of a module, wherever that is loaded.
struct code_place {
    module_id module;
    std::uint64_t offset;   // from the module's load address: what addr2line takes

    bool operator==(const code_place&) const = default;
};

/// Returns: where `address` is; nothing when it is in no executable segment of a loaded module.
std::optional<code_place> find_code(const void* address) noexcept;

/// Returns: the address in this process; null when the module is not loaded, or has no executable
/// segment there.
const void* code_address(const code_place& place) noexcept;

/// Returns: the file name of a loaded module, without folders; "" when there is none of that id.
std::string module_name(const module_id& module);

/// The program itself, as a module. Zeros when it cannot be told.
module_id program_module();

}  // namespace troika::os
