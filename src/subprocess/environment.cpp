// SPDX-License-Identifier: MIT
#include <troika/subprocess/environment.hpp>

#include <algorithm>
#include <stdexcept>

namespace troika::subprocess {

namespace {

// An entry may begin with `=`; the name ends at the next.
std::string_view name_of(std::string_view entry) noexcept {
    return entry.substr(0, entry.find('=', entry.empty() ? 0 : 1));
}

}  // namespace

environment& environment::set(std::string_view name, std::string_view value) {
    if (value.contains('\0'))
        throw std::invalid_argument("the value of the environment variable " + std::string(name) +
                                    " has a NUL character");
    put(name, std::string(value));
    return *this;
}

environment& environment::unset(std::string_view name) {
    put(name, std::nullopt);
    return *this;
}

void environment::put(std::string_view name, std::optional<std::string> value) {
    if (name.empty() || name.contains('=') || name.contains('\0'))
        throw std::invalid_argument("\"" + std::string(name) +
                                    "\" cannot be the name of an environment variable: it must "
                                    "not be empty, and must have no '=' and no NUL");
    if (const change* known = find(name))
        const_cast<change*>(known)->second = std::move(value);
    else
        changes_.emplace_back(name, std::move(value));
}

const environment::change* environment::find(std::string_view name) const noexcept {
    const auto found = std::ranges::find(changes_, name, &change::first);
    return found == changes_.end() ? nullptr : &*found;
}

std::vector<std::string> environment::entries(const char* const* inherited) const {
    std::vector<std::string> all;
    for (; inherits_ && *inherited; ++inherited)
        if (find(name_of(*inherited)) == nullptr) all.emplace_back(*inherited);
    for (const auto& [name, value] : changes_)
        if (value) all.push_back(name + "=" + *value);
    return all;
}

std::optional<std::string> environment::value(std::string_view name,
                                              const char* const* inherited) const {
    if (const change* known = find(name)) return known->second;
    for (; inherits_ && *inherited; ++inherited) {
        const std::string_view entry = *inherited;
        if (name_of(entry) == name && name.size() < entry.size())
            return std::string(entry.substr(name.size() + 1));
    }
    return std::nullopt;
}

}  // namespace troika::subprocess
