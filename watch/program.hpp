// SPDX-License-Identifier: MIT
#pragma once

#include "inspect/registry_format.hpp"
#include "os/fd.hpp"
#include "os/memory_map.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace troika::watch {

/// A process is not a troika program, or may not be looked at; what() says which, and what to do.
class not_visible : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// What a running troika program says of itself: a copy of its register.
struct program {
    int pid = 0;
    std::string name;   ///< of the process
    std::array<std::uint32_t, static_cast<std::size_t>(impl::place::count)> places{};
    std::vector<impl::listing_data> listed;   ///< in the order in which they were listed
    std::uint32_t unlisted = 0;               ///< what there was no room for

    [[nodiscard]] std::uint32_t where(impl::place what) const noexcept {
        return places[static_cast<std::size_t>(what)];
    }
};

/// Looks into /proc/`pid`. Neither stops the process nor runs code in it.
/// Throws: not_visible.
program read_program(int pid);

/// The register of a running program, mapped so that it can be asked for something. Only one of
/// them is there at a time, in all processes: when it, or its process, ends, the next may ask.
class open_register {
public:
    open_register(os::fd file, os::memory_map map) noexcept
        : file_(std::move(file)), map_(std::move(map)) {}

    [[nodiscard]] impl::registry_head& head() const noexcept {
        return *reinterpret_cast<impl::registry_head*>(map_.data());
    }

private:
    os::fd file_;   // locked
    os::memory_map map_;
};

/// Throws: not_visible; std::runtime_error when somebody else asks.
open_register open_program_to_ask(int pid);

/// The processes of this machine that are troika programs and may be looked at, by number.
std::vector<program> find_programs();

/// Copies what a register of `size` bytes at `data`, which another process writes, says.
/// Returns: nothing when it makes no sense, or is of another version of troika.
std::optional<program> read_register(const std::byte* data, std::size_t size);

/// The name that the program gave, as a person may see it.
std::string shown_name(const impl::listing_data& of);

/// The name of process `pid`, as ps shows it; empty when there is none.
std::string name_of_process(int pid);

}  // namespace troika::watch
