// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace troika {

/// Any function, for its address.
using any_function = void (*)();

/// Names a function in all processes that run the same program: the module that has it, by its
/// build-id, and its place in there. Plain bytes.
struct function_identity {
    std::array<std::byte, 20> module{};
    std::array<std::byte, 4> reserved{};   // what would be padding
    std::uint64_t offset = 0;

    bool operator==(const function_identity&) const = default;

    /// Throws: std::invalid_argument for what is no function of a loaded module.
    /// Thread: any. Takes a microsecond.
    static function_identity of(any_function function);

    /// Returns: the function in this process; null when its module is not loaded, or has no code
    /// there. Thread: any. Takes a microsecond.
    [[nodiscard]] any_function find() const noexcept;

    /// Returns: the module's file and the place in it, "plugin.so+0x1230"; the build-id in place of
    /// the file when this process has not loaded it.
    [[nodiscard]] std::string text() const;

    /// Returns: what to tell the user when a worker did not find this one. Where the module is
    /// loaded, that is in the process that named the function, the text says its file.
    [[nodiscard]] std::string why_missing() const;
};

namespace impl {

/// Looked up once.
template <auto function>
const function_identity& identity_of() {
    static const function_identity identity =
        function_identity::of(reinterpret_cast<any_function>(function));
    return identity;
}

/// Finds functions again, in a few nanoseconds those that it has found before.
///
/// Lifetime: their modules stay loaded.  Thread: one at a time.
class function_finder {
public:
    /// More are looked up each time.
    static constexpr std::size_t remembered_max = 4096;

    function_finder();
    function_finder(const function_finder&) = delete;
    function_finder& operator=(const function_finder&) = delete;
    ~function_finder();

    /// Returns: null when there is none.
    [[nodiscard]] any_function find(const function_identity& identity);

private:
    struct table;
    std::unique_ptr<table> table_;
};

}  // namespace impl

}  // namespace troika
