// SPDX-License-Identifier: MIT
#pragma once

#include "watch/remote_memory.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troika::watch {

/// The types of objects that have virtual functions, as another process knows them.
///
/// Itanium C++ ABI, 2.9.5: a virtual table knows its type, and a type its name and its bases.
class remote_types {
public:
    struct base {
        std::string name;     ///< "troika::suspension"
        std::int64_t offset;  ///< in the object
    };
    struct type {
        std::string name;
        std::vector<base> bases;   ///< all, itself first, also those of bases
    };

    explicit remote_types(remote_memory& memory) noexcept : memory_(memory) {}

    struct object {
        const type* what = nullptr;   ///< null: it is none
        std::uint64_t address = 0;    ///< of the whole of it

        /// Where its base `name` stands.
        [[nodiscard]] std::optional<std::uint64_t> find_base(const std::string& name) const;
    };

    /// The object that `address` is in, as one of its bases.
    object of(std::uint64_t address);

private:
    struct table {
        std::optional<type> what;
        std::uint64_t to_whole = 0;   ///< is added to the address
    };

    bool read(std::uint64_t info, std::int64_t offset, type& into, int depth);
    std::string name_of(std::uint64_t info);

    remote_memory& memory_;
    std::map<std::uint64_t, table> known_;   // by the address of the virtual table
};

}  // namespace troika::watch
