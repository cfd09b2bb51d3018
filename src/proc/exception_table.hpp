// SPDX-License-Identifier: MIT
#pragma once

#include <troika/proc/exception_codec.hpp>

#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <typeindex>
#include <vector>

namespace troika::impl {

/// The exceptions that can be rebuilt.  Thread: any.
class exception_table {
public:
    /// The one of this process, with the standard ones and troika's own in it.
    static exception_table& here();

    /// Throws: std::logic_error when another type has the name.
    void add(exception_kind kind);

    /// Returns: null when it is not known. Lifetime: as long as the table.
    [[nodiscard]] const exception_kind* find(const std::type_info& type) const;
    [[nodiscard]] const exception_kind* find(std::string_view name) const;

private:
    mutable std::shared_mutex mutex_;
    std::map<std::string, std::unique_ptr<const exception_kind>, std::less<>> by_name_;
    std::map<std::type_index, const exception_kind*> by_type_;
};

/// Those of the standard library and of the lower strata of troika.
std::vector<exception_kind> known_exceptions();

}  // namespace troika::impl
