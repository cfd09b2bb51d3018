// SPDX-License-Identifier: MIT
#include <troika/proc/exception_codec.hpp>

#include <troika/core/errors.hpp>

#include "os/symbol.hpp"
#include "proc/exception_table.hpp"

#include <cxxabi.h>

#include <cstdint>
#include <utility>

namespace troika::impl {
namespace {

enum class content : std::uint8_t { none, known, stranger };

/// What throw_with_nested() throws is a class of the library's, made of the error and the nested
/// one. Returns: the error's own type; `type` itself for any other.
const std::type_info& without_nested(const std::type_info& type) noexcept {
    // A class of the user's that has both bases may have more than those.
    const std::string name = os::readable_name(type.name());
    if (!name.starts_with("std::_Nested_exception<") && !name.starts_with("std::__1::__nested<"))
        return type;
    const auto* bases = dynamic_cast<const abi::__vmi_class_type_info*>(&type);
    return bases && bases->__base_count > 0 ? *bases->__base_info[0].__base_type : type;
}

std::exception_ptr nested_in(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::nested_exception& outer) {
        return outer.nested_ptr();
    } catch (...) {
        return nullptr;
    }
}

}  // namespace

void write_exception(wire_writer& to, const std::exception_ptr& error,
                     std::span<const void* const> calls) {
    if (!error) return to.put(content::none);
    const nesting level(to.levels());
    const wire_writer::copying all(to);
    const std::type_info& type = without_nested(*error.__cxa_exception_type());
    if (const exception_kind* kind = exception_table::here().find(type)) {
        to.put(content::known);
        write_exception(to, nested_in(error));
        to.write(kind->name);
        kind->write(to, error);
    } else {
        to.put(content::stranger);
        write_exception(to, nested_in(error));
        to.write(os::readable_name(type.name()), describe(error), os::describe_calls(calls));
    }
}

std::exception_ptr read_exception(wire_reader& from) {
    const auto kind = from.get<content>();
    if (kind == content::none) return nullptr;
    if (kind > content::stranger) wire_reader::fail("a message has an error of no known form");
    const nesting level(from.levels());
    const std::exception_ptr nested = read_exception(from);
    if (kind == content::known) {
        const auto name = from.read<std::string>();
        const exception_kind* found = exception_table::here().find(name);
        if (!found)
            wire_reader::fail("a message has an exception \"" + name +
                              "\", which this process does not know: call register_exception() "
                              "in all of them, before process_entry()");
        return found->read(from, nested);
    }
    remote_error::description parts;
    parts.type_name = from.read<std::string>();
    parts.message = from.read<std::string>();
    parts.stack = from.read<std::string>();
    parts.where = from.origin();
    return make_exception(remote_error(std::move(parts)), nested);
}

}  // namespace troika::impl
