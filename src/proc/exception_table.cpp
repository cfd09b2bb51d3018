// SPDX-License-Identifier: MIT
#include "proc/exception_table.hpp"

#include <mutex>
#include <stdexcept>
#include <utility>

namespace troika::impl {

exception_table& exception_table::here() {
    // Never destroyed: the last thread may still have errors to send.
    static exception_table* const table = [] {
        auto made = std::make_unique<exception_table>();
        for (exception_kind& each : known_exceptions()) made->add(std::move(each));
        return made.release();
    }();
    return *table;
}

void exception_table::add(exception_kind kind) {
    const std::lock_guard lock(mutex_);
    if (const auto found = by_name_.find(kind.name); found != by_name_.end()) {
        if (*found->second->type == *kind.type) return;
        throw std::logic_error("register_exception: another type has the name \"" + kind.name +
                               "\": choose one that no other type has");
    }
    std::string name = kind.name;
    auto owned = std::make_unique<const exception_kind>(std::move(kind));
    const exception_kind* added = owned.get();
    by_name_.emplace(std::move(name), std::move(owned));
    by_type_.try_emplace(*added->type, added);
}

const exception_kind* exception_table::find(const std::type_info& type) const {
    const std::shared_lock lock(mutex_);
    const auto found = by_type_.find(type);
    return found == by_type_.end() ? nullptr : found->second;
}

const exception_kind* exception_table::find(std::string_view name) const {
    const std::shared_lock lock(mutex_);
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second.get();
}

void add_exception_kind(exception_kind kind) { exception_table::here().add(std::move(kind)); }

}  // namespace troika::impl
