// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace troika::os {

/// The calls that were open where an exception was thrown: return addresses, the innermost first.
struct throw_stack {
    static constexpr std::size_t frames_max = 64;

    std::array<const void*, frames_max> frames;
    std::size_t count = 0;

    [[nodiscard]] std::span<const void* const> calls() const noexcept {
        return std::span(frames).first(count);
    }
};

/// Calls function(argument). When an exception leaves it, `stack` holds the calls from the throw
/// (the last one, if it was caught and thrown again) up to `function`, the innermost `frames_max`
/// of them; else it is left alone, as it is where the processor is neither x86-64 nor aarch64.
///
/// Nothing is intercepted, and a throw that does not come here costs nothing: the unwinder asks the
/// frame of this function whether it has a handler, while all frames below it still stand.
/// Requires: that the caller, or one of its callers, catches what is thrown.
/// Thread: any.
/// Source: Itanium C++ ABI, Exception Handling, 1.3 and 1.6 (the two phases; personality routines).
void call_recording_stack(void (*function)(void*), void* argument, throw_stack& stack);

}  // namespace troika::os
