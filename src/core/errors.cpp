// SPDX-License-Identifier: MIT
#include <troika/core/errors.hpp>

#include <cxxabi.h>
#include <typeinfo>

namespace troika {

broken_pool::broken_pool(std::string_view what, std::exception_ptr reason)
    : std::runtime_error("this pool is broken: " + std::string(what) + ": " + describe(reason)),
      reason_(std::move(reason)) {}

exception_group::exception_group(std::string_view message, std::vector<std::exception_ptr> errors)
    : errors_(std::move(errors)), what_(message) {
    what_ += " (" + std::to_string(errors_.size()) +
             (errors_.size() == 1 ? " error)" : " errors)");
    for (const std::exception_ptr& error : errors_) what_ += "\n  - " + describe(error);
}

std::string describe(const std::exception_ptr& error) {
    if (!error) return "no error";
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& known) {
        return known.what();
    } catch (const cancelled&) {
        return "cancelled";
    } catch (...) {
        const std::type_info* type = abi::__cxa_current_exception_type();
        int status = 0;
        char* name = type ? abi::__cxa_demangle(type->name(), nullptr, nullptr, &status) : nullptr;
        std::string text = "an exception of type ";
        text += name ? name : "unknown";
        std::free(name);
        return text;
    }
}

namespace impl {

bool is_cancelled(const std::exception_ptr& error) noexcept {
    return error && *error.__cxa_exception_type() == typeid(cancelled);
}

std::exception_ptr make_cancelled() noexcept { return std::make_exception_ptr(cancelled{}); }

}  // namespace impl
}  // namespace troika
