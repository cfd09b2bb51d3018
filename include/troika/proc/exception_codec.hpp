// SPDX-License-Identifier: MIT
#pragma once

#include <troika/proc/remote_error.hpp>
#include <troika/proc/wire_codec.hpp>

#include <concepts>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace troika {

namespace impl {

/// How exceptions of exactly one type cross.
struct exception_kind {
    std::string name;
    const std::type_info* type;
    /// Requires: that `error` holds that type.
    void (*write)(wire_writer& to, const std::exception_ptr& error);
    /// Returns: the exception, with `nested` within unless that is null.
    std::exception_ptr (*read)(wire_reader& from, const std::exception_ptr& nested);
};

/// Throws: std::logic_error when another type has the name.
void add_exception_kind(exception_kind kind);

template <class E>
std::exception_ptr make_exception(E error, const std::exception_ptr& nested) {
    if constexpr (std::is_class_v<E> && !std::is_final_v<E> &&
                  !std::is_base_of_v<std::nested_exception, E>) {
        if (nested) {
            try {
                std::rethrow_exception(nested);
            } catch (...) {
                try {
                    std::throw_with_nested(std::move(error));
                } catch (...) {
                    return std::current_exception();
                }
            }
        }
    }
    return std::make_exception_ptr(std::move(error));
}

/// Of an E that `Codec` writes and reads: write(wire_writer&, const E&), read(wire_reader&) -> E.
template <class E, class Codec>
exception_kind exception_kind_of(std::string_view name) {
    return {.name = std::string(name),
            .type = &typeid(E),
            .write =
                [](wire_writer& to, const std::exception_ptr& error) {
                    try {
                        std::rethrow_exception(error);
                    } catch (const E& known) {
                        Codec::write(to, known);
                    }
                },
            .read =
                [](wire_reader& from, const std::exception_ptr& nested) {
                    return make_exception<E>(Codec::read(from), nested);
                }};
}

/// For exceptions that are made of their what().
template <class E>
struct text_of_exception {
    static void write(wire_writer& to, const E& error) { to.write(std::string(error.what())); }
    static E read(wire_reader& from) { return E(from.read<std::string>()); }
};

template <class E>
concept made_of_text =
    std::derived_from<E, std::exception> && std::constructible_from<E, std::string>;

}  // namespace impl

/// Lets exceptions of type E, exactly that one, cross between processes and arrive as what they
/// are. E crosses as any value does (see crossing.hpp), or is a std::exception that can be made of
/// its own what().
///
/// `name` is how the other side knows it; both are the same program, so that calling it at the
/// start of main, before process_entry(), or from the initializer of a static object, is enough.
/// Throws: std::logic_error when another type has the name.  Thread: any.
template <class E>
void register_exception(std::string_view name) {
    if constexpr (!crossable<E> && impl::made_of_text<E>)
        impl::add_exception_kind(
            impl::exception_kind_of<E, impl::text_of_exception<E>>(name));
    else if constexpr (impl::must_cross<E>())
        impl::add_exception_kind(impl::exception_kind_of<E, impl::codec<E>>(name));
}

namespace impl {

/// Writes what `error` holds, or that it is null, with what is nested in it. For a type that
/// cannot be rebuilt, with its name, its what() and the description of `calls`, the return
/// addresses where it was thrown.
/// Throws: what a user's troika::crossing throws, wire_error for a chain of more than 1000; then
/// the message is of no use.
void write_exception(wire_writer& to, const std::exception_ptr& error,
                     std::span<const void* const> calls = {});

/// Returns: what was written; for what cannot be rebuilt a remote_error, which is from the reader's
/// origin().
std::exception_ptr read_exception(wire_reader& from);

template <>
struct codec<std::exception_ptr> : always_crosses {
    static constexpr std::size_t size_min = 1;
    static void write(wire_writer& to, const std::exception_ptr& error) {
        write_exception(to, error);
    }
    static std::exception_ptr read(wire_reader& from) { return read_exception(from); }
};

}  // namespace impl

}  // namespace troika
