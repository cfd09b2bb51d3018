// SPDX-License-Identifier: MIT
#include <troika/proc/function_identity.hpp>

#include "os/module.hpp"

#include <cstring>
#include <stdexcept>
#include <unordered_map>

namespace troika {
namespace {

std::string hexadecimal(std::uint64_t number) {
    std::string digits;
    do {
        digits.insert(digits.begin(), "0123456789abcdef"[number % 16]);
        number /= 16;
    } while (number > 0);
    return digits;
}

std::string hexadecimal(const os::module_id& id) {
    std::string digits;
    for (std::byte each : id) {
        digits += "0123456789abcdef"[std::to_integer<unsigned>(each) / 16];
        digits += "0123456789abcdef"[std::to_integer<unsigned>(each) % 16];
    }
    return digits;
}

struct hash_identity {
    std::size_t operator()(const function_identity& identity) const noexcept {
        std::uint64_t id = 0;
        std::memcpy(&id, identity.module.data(), sizeof id);
        return static_cast<std::size_t>((id ^ identity.offset) * 0x9e3779b97f4a7c15u >> 7);
    }
};

}  // namespace

function_identity function_identity::of(any_function function) {
    const auto place = os::find_code(reinterpret_cast<const void*>(function));
    if (!place)
        throw std::invalid_argument(
            "a function cannot be named to another process: its code is in no loaded module");
    return {.module = place->module, .reserved = {}, .offset = place->offset};
}

any_function function_identity::find() const noexcept {
    const void* address = os::code_address({module, offset});
    return reinterpret_cast<any_function>(reinterpret_cast<std::uintptr_t>(address));
}

std::string function_identity::text() const {
    std::string name = os::module_name(module);
    if (name.empty()) name = "module " + hexadecimal(module);
    return name + "+0x" + hexadecimal(offset);
}

std::string function_identity::why_missing() const {
    const std::string name = os::module_name(module);
    const std::string file =
        name.empty() ? "a module with build-id " + hexadecimal(module) : name;
    return "the function " + text() + " is in " + file +
           ", which this worker has not loaded: link the program with it, or load it before "
           "process_entry()";
}

namespace impl {

struct function_finder::table {
    std::unordered_map<function_identity, any_function, hash_identity> found;
};

function_finder::function_finder() : table_(std::make_unique<table>()) {}
function_finder::~function_finder() = default;

any_function function_finder::find(const function_identity& identity) {
    const auto known = table_->found.find(identity);
    if (known != table_->found.end()) return known->second;
    const any_function function = identity.find();
    if (function && table_->found.size() < remembered_max)
        table_->found.emplace(identity, function);
    return function;
}

}  // namespace impl
}  // namespace troika
