// SPDX-License-Identifier: MIT
#include "watch/remote_types.hpp"

#include "os/symbol.hpp"

#include <algorithm>

namespace troika::watch {

namespace {

constexpr int depth_max = 8;
constexpr std::uint32_t bases_max = 16;
constexpr std::uint64_t word = sizeof(std::uint64_t);

}  // namespace

remote_types::object remote_types::of(std::uint64_t address) {
    const auto at = memory_.get<std::uint64_t>(address);
    if (!at) return {};
    auto found = known_.find(*at);
    if (found == known_.end()) {
        table made;
        // In front of the functions: what type the whole is, and where it begins.
        const auto info = memory_.get<std::uint64_t>(*at - word);
        made.to_whole = memory_.get<std::uint64_t>(*at - 2 * word).value_or(0);
        type all;
        if (info && read(*info, 0, all, 0)) {
            all.name = all.bases.front().name;
            made.what = std::move(all);
        }
        found = known_.emplace(*at, std::move(made)).first;
    }
    const table& known = found->second;
    if (!known.what) return {};
    return {&*known.what, address + known.to_whole};
}

std::string remote_types::name_of(std::uint64_t info) {
    const auto name = memory_.get<std::uint64_t>(info + word);
    if (!name) return {};
    const std::string& mangled = memory_.constant_text(*name);
    // Of a type that is not visible outside, an asterisk comes first.
    return os::readable_name(mangled.c_str() + (mangled.starts_with('*') ? 1 : 0));
}

bool remote_types::read(std::uint64_t info, std::int64_t offset, type& into, int depth) {
    if (depth == depth_max) return false;
    const std::string name = name_of(info);
    if (name.empty()) return false;
    into.bases.push_back({name, offset});
    // What kind of description it is, its own virtual table says.
    const auto table = memory_.get<std::uint64_t>(info);
    const auto kind = table ? memory_.get<std::uint64_t>(*table - word) : std::nullopt;
    if (!kind) return false;
    const std::string kind_name = name_of(*kind);
    if (kind_name == "__cxxabiv1::__si_class_type_info") {
        const auto only = memory_.get<std::uint64_t>(info + 2 * word);
        return only && read(*only, offset, into, depth + 1);
    }
    if (kind_name == "__cxxabiv1::__vmi_class_type_info") {
        const auto count = memory_.get<std::uint32_t>(info + 2 * word + 4);
        if (!count || *count > bases_max) return false;
        for (std::uint64_t i = 0; i < *count; ++i) {
            const std::uint64_t at = info + (3 + 2 * i) * word;
            const auto which = memory_.get<std::uint64_t>(at);
            const auto flags = memory_.get<std::int64_t>(at + word);
            if (!which || !flags) return false;
            constexpr std::int64_t is_virtual = 1;
            constexpr int offset_shift = 8;
            if ((*flags & is_virtual) != 0) continue;
            if (!read(*which, offset + (*flags >> offset_shift), into, depth + 1)) return false;
        }
        return true;
    }
    return kind_name == "__cxxabiv1::__class_type_info";
}

std::optional<std::uint64_t> remote_types::object::find_base(const std::string& name) const {
    if (what == nullptr) return std::nullopt;
    const auto found = std::ranges::find(what->bases, name, &base::name);
    if (found == what->bases.end()) return std::nullopt;
    return address + static_cast<std::uint64_t>(found->offset);
}

}  // namespace troika::watch
