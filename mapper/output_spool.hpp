// SPDX-License-Identifier: MIT
#pragma once

#include "os/fd.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace troika::mapper {

/// Writes all of `text` to a descriptor of ours, sleeping as long as the reader does.
/// Throws: std::system_error.
void write_all(int descriptor, std::string_view text);

/// What a job writes, on disk without a name until it can be shown whole.
class output_spool {
public:
    /// Throws: std::system_error. May sleep.
    explicit output_spool(const std::string& folder);

    [[nodiscard]] int descriptor() const noexcept { return file_.get(); }
    /// Throws: std::system_error.
    [[nodiscard]] std::uint64_t size() const;

    /// Copies all to a descriptor of ours, with `prefix` before each line. A last line without its
    /// end gets one where there is a prefix. Sleeps as long as the reader does.
    /// Throws: std::system_error.
    void copy_to(int descriptor, std::string_view prefix) const;

private:
    os::fd file_;
};

}  // namespace troika::mapper
