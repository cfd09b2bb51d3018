// SPDX-License-Identifier: MIT
#include "proc/exception_table.hpp"

#include <troika/core/cancelled.hpp>
#include <troika/core/errors.hpp>
#include <troika/proc/wire_error.hpp>
#include <troika/sync/barrier.hpp>
#include <troika/sync/queue_core.hpp>

#include <any>
#include <expected>
#include <filesystem>
#include <functional>
#include <future>
#include <ios>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <typeinfo>
#include <variant>

namespace troika::impl {
namespace {

template <class E>
exception_kind text_kind(std::string_view name) {
    return exception_kind_of<E, text_of_exception<E>>(name);
}

/// For exceptions that say nothing but their type.
template <class E>
struct type_alone {
    static void write(wire_writer&, const E&) {}
    static E read(wire_reader&) { return E(); }
};
template <class E>
exception_kind bare_kind(std::string_view name) {
    return exception_kind_of<E, type_alone<E>>(name);
}

/// The text that a system_error was given, if any: its what() without what the constructor adds.
std::optional<std::string> given_text(const std::system_error& error) {
    std::string text = error.std::system_error::what();
    const std::string message = error.code().message();
    if (text == message) return std::nullopt;
    if (text.ends_with(": " + message)) text.resize(text.size() - message.size() - 2);
    return text;
}

template <class E>
struct code_and_text {
    static void write(wire_writer& to, const E& error) {
        to.write(error.code(), given_text(error));
    }
    static E read(wire_reader& from) {
        const auto code = from.read<std::error_code>();
        const auto text = from.read<std::optional<std::string>>();
        if constexpr (std::constructible_from<E, std::error_code, std::string>)
            return text ? E(code, *text) : E(code);
        else
            return E(text.value_or(""), code);
    }
};

struct filesystem_error_codec {
    using error_type = std::filesystem::filesystem_error;
    static void write(wire_writer& to, const error_type& error) {
        to.write(error.code(), given_text(error).value_or(""), error.path1(), error.path2());
    }
    static error_type read(wire_reader& from) {
        const auto code = from.read<std::error_code>();
        const auto text = from.read<std::string>();
        const auto first = from.read<std::filesystem::path>();
        const auto second = from.read<std::filesystem::path>();
        if (!second.empty()) return error_type(text, first, second, code);
        if (!first.empty()) return error_type(text, first, code);
        return error_type(text, code);
    }
};

struct future_error_codec {
    static void write(wire_writer& to, const std::future_error& error) {
        to.write(error.code().value());
    }
    static std::future_error read(wire_reader& from) {
        return std::future_error(static_cast<std::future_errc>(from.read<int>()));
    }
};

/// Its texts cannot be given, but there are only few: those that the library itself throws.
struct bad_variant_access_codec {
    using error_type = std::bad_variant_access;
    static void write(wire_writer& to, const error_type& error) {
        to.write(std::string(error.what()));
    }
    static error_type read(wire_reader& from) {
        const auto text = from.read<std::string>();
        struct thrower {
            thrower() = default;
            thrower(const thrower&) { throw 0; }
        };
        std::variant<int, thrower> valueless;
        try {
            const thrower live;
            valueless.emplace<1>(live);
        } catch (int) {
        }
        const std::variant<int, thrower> number(1);
        error_type found;
        const auto attempt = [&](auto&& access) {
            try {
                access();
            } catch (const error_type& error) {
                if (error.what() == text) found = error;
            }
        };
        attempt([&] { (void)std::get<1>(number); });
        attempt([&] { (void)std::get<1>(valueless); });
        attempt([&] { std::visit([](const auto&) {}, valueless); });
        return found;
    }
};

template <class E>
struct expected_access_codec {
    static void write(wire_writer& to, const std::bad_expected_access<E>& error) {
        to.write(error.error());
    }
    static std::bad_expected_access<E> read(wire_reader& from) {
        return std::bad_expected_access<E>(from.read<E>());
    }
};

struct timeout_error_codec {
    static void write(wire_writer& to, const timeout_error& error) {
        to.write(given_text(error).value_or(""));
    }
    static timeout_error read(wire_reader& from) {
        return timeout_error(from.read<std::string>());
    }
};

struct exception_group_codec {
    static void write(wire_writer& to, const exception_group& group) {
        // The constructor appends what the errors say.
        const std::string appended = exception_group("", group.errors()).what();
        std::string message = group.what();
        if (message.ends_with(appended)) message.resize(message.size() - appended.size());
        to.write(message, group.errors());
    }
    static exception_group read(wire_reader& from) {
        const auto message = from.read<std::string>();
        return exception_group(message, from.read<std::vector<std::exception_ptr>>());
    }
};

struct remote_error_codec {
    static void write(wire_writer& to, const remote_error& error) {
        to.write(error.type_name(), std::string(error.what()), error.stack(), error.where());
    }
    static remote_error read(wire_reader& from) {
        return remote_error(from.read<remote_error::description>());
    }
};

}  // namespace

std::vector<exception_kind> known_exceptions() {
    std::vector<exception_kind> all{
        text_kind<std::logic_error>("std::logic_error"),
        text_kind<std::domain_error>("std::domain_error"),
        text_kind<std::invalid_argument>("std::invalid_argument"),
        text_kind<std::length_error>("std::length_error"),
        text_kind<std::out_of_range>("std::out_of_range"),
        text_kind<std::runtime_error>("std::runtime_error"),
        text_kind<std::range_error>("std::range_error"),
        text_kind<std::overflow_error>("std::overflow_error"),
        text_kind<std::underflow_error>("std::underflow_error"),
        bare_kind<std::exception>("std::exception"),
        bare_kind<std::bad_exception>("std::bad_exception"),
        bare_kind<std::bad_alloc>("std::bad_alloc"),
        bare_kind<std::bad_array_new_length>("std::bad_array_new_length"),
        bare_kind<std::bad_cast>("std::bad_cast"),
        bare_kind<std::bad_typeid>("std::bad_typeid"),
        bare_kind<std::bad_any_cast>("std::bad_any_cast"),
        bare_kind<std::bad_function_call>("std::bad_function_call"),
        bare_kind<std::bad_weak_ptr>("std::bad_weak_ptr"),
        bare_kind<std::bad_optional_access>("std::bad_optional_access"),
        exception_kind_of<std::bad_variant_access, bad_variant_access_codec>(
            "std::bad_variant_access"),
        exception_kind_of<std::system_error, code_and_text<std::system_error>>(
            "std::system_error"),
        exception_kind_of<std::ios_base::failure, code_and_text<std::ios_base::failure>>(
            "std::ios_base::failure"),
        exception_kind_of<std::filesystem::filesystem_error, filesystem_error_codec>(
            "std::filesystem::filesystem_error"),
        exception_kind_of<std::future_error, future_error_codec>("std::future_error"),
        exception_kind_of<std::bad_expected_access<std::string>,
                          expected_access_codec<std::string>>(
            "std::bad_expected_access<std::string>"),
        exception_kind_of<std::bad_expected_access<int>, expected_access_codec<int>>(
            "std::bad_expected_access<int>"),
        exception_kind_of<std::bad_expected_access<std::error_code>,
                          expected_access_codec<std::error_code>>(
            "std::bad_expected_access<std::error_code>"),
        exception_kind_of<std::bad_expected_access<std::exception_ptr>,
                          expected_access_codec<std::exception_ptr>>(
            "std::bad_expected_access<std::exception_ptr>"),
        exception_kind_of<timeout_error, timeout_error_codec>("troika::timeout_error"),
        bare_kind<broken_promise>("troika::broken_promise"),
        text_kind<would_deadlock>("troika::would_deadlock"),
        bare_kind<interrupted>("troika::interrupted"),
        exception_kind_of<exception_group, exception_group_codec>("troika::exception_group"),
        bare_kind<cancelled>("troika::cancelled"),
        text_kind<broken_barrier>("troika::broken_barrier"),
        text_kind<queue_shut_down>("troika::queue_shut_down"),
        text_kind<wire_error>("troika::wire_error"),
        exception_kind_of<remote_error, remote_error_codec>("troika::remote_error"),
    };
    return all;
}

}  // namespace troika::impl
