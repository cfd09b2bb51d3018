// SPDX-License-Identifier: MIT
#pragma once

#include "mapper/options.hpp"

#include <troika/core/task.hpp>
#include <troika/subprocess/pipe_reader.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace troika {
class event_loop;
}

namespace troika::mapper {

/// Where inputs come from, one at a time: the words after :::, a file, or standard input.
class input_source {
public:
    /// Bytes of an input at most: as many as the kernel takes in one argument.
    static constexpr std::size_t input_bytes_max = 128 * 1024 - 1;

    /// Throws: std::system_error for a file that cannot be opened. Lifetime: `options`.
    input_source(event_loop& loop, const map_options& options);

    /// Returns: nothing at the end. Throws: std::runtime_error for an input that is too long;
    /// std::system_error. Requires: nobody else asks at the time.
    task<std::optional<std::string>> next();

    /// How many there are in all, if that is known.
    [[nodiscard]] std::optional<std::uint64_t> count() const noexcept;

private:
    const map_options& options_;
    std::size_t given_ = 0;   // of the words after :::
    std::optional<subprocess::pipe_reader> reader_;
};

}  // namespace troika::mapper
