// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <type_traits>

namespace troika::watch {

/// The memory of another process, which goes on meanwhile: nothing that is read here is believed.
class remote_memory {
public:
    explicit remote_memory(int process) noexcept : process_(process) {}

    [[nodiscard]] int process() const noexcept { return process_; }

    /// Returns: false when not all of it could be had; see error().
    bool read(std::uint64_t address, std::span<std::byte> into);
    template <class T>
        requires std::is_trivially_copyable_v<T>
    std::optional<T> get(std::uint64_t address) {
        T value;
        if (!read(address, std::as_writable_bytes(std::span(&value, 1)))) return std::nullopt;
        return value;
    }
    /// The C string there, as shown_text(), up to `text_bytes_max`.
    std::string text(std::uint64_t address);
    /// Of what does not change while the process lives, such as literals: is read once.
    const std::string& constant_text(std::uint64_t address);

    /// The errno of the last read that failed.
    [[nodiscard]] int error() const noexcept { return error_; }

    static constexpr std::size_t text_bytes_max = 256;

private:
    int process_;
    int error_ = 0;
    std::map<std::uint64_t, std::string> constants_;
};

}  // namespace troika::watch
