// SPDX-License-Identifier: MIT
#include "os/symbol.hpp"

#include "os/module.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include <cxxabi.h>
#include <dlfcn.h>
#include <unwind.h>

namespace troika::os {
namespace {

/// A return address lies after the call, which may be the last instruction of its function.
const void* call_before(const void* return_address) noexcept {
    return static_cast<const char*>(return_address) - 1;
}

std::string_view exported_name(const void* code) noexcept {
    Dl_info found{};
    return ::dladdr(code, &found) != 0 && found.dli_sname ? found.dli_sname : std::string_view();
}

std::string hexadecimal(std::uint64_t number) {
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, number, 16).ptr;
    return "0x" + std::string(digits, end);
}

/// Under the names of the sanitizers' stand-ins as well.
bool is_machinery(std::string_view name) noexcept {
    for (std::string_view part : {"__cxa_throw", "__cxa_rethrow", "_Unwind_RaiseException",
                                  "rethrow_exception", "_Unwind_Resume_or_Rethrow"})
        if (name.find(part) != std::string_view::npos) return true;
    return false;
}

}  // namespace

std::string readable_name(const char* mangled) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> name(
        abi::__cxa_demangle(mangled, nullptr, nullptr, &status), &std::free);
    return name ? name.get() : mangled;
}

const void* function_start(const void* return_address) noexcept {
    return _Unwind_FindEnclosingFunction(const_cast<void*>(call_before(return_address)));
}

bool is_code(const void* address) noexcept {
    // It looks one byte before, where a call would be.
    return _Unwind_FindEnclosingFunction(
               const_cast<char*>(static_cast<const char*>(address)) + 1) != nullptr;
}

std::string describe_call(const void* return_address) {
    const void* code = call_before(return_address);
    std::string text;
    if (const std::string_view name = exported_name(code); !name.empty())
        text = readable_name(std::string(name).c_str()) + " at ";
    const auto place = find_code(code);
    if (!place) return text + hexadecimal(reinterpret_cast<std::uintptr_t>(code));
    return text + module_name(place->module) + "+" + hexadecimal(place->offset);
}

std::string describe_calls(std::span<const void* const> return_addresses) {
    constexpr std::size_t machinery_max = 8;
    std::size_t first = 0;
    for (std::size_t i = 0; i < std::min(machinery_max, return_addresses.size()); ++i)
        if (is_machinery(exported_name(call_before(return_addresses[i])))) first = i + 1;
    std::string lines;
    for (const void* each : return_addresses.subspan(first)) lines += describe_call(each) + "\n";
    return lines;
}

}  // namespace troika::os
