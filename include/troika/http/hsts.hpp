// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace troika::http {

/// The hosts that have asked to be spoken to by https only.
///
/// Thread: none of its own.
/// Source: RFC 6797.
class hsts_store {
public:
    /// When there are more, those go that are over, then the one that is over first.
    static constexpr std::size_t hosts_max = 10'000;
    static constexpr std::size_t file_bytes_max = std::size_t{8} * 1024 * 1024;

    hsts_store();
    hsts_store(hsts_store&&) noexcept;
    hsts_store& operator=(hsts_store&&) noexcept;
    ~hsts_store();

    /// Takes the value of a Strict-Transport-Security header; of several, only the first counts.
    ///
    /// Requires: the answer came by https, with a certificate that was checked; what comes by http
    /// anybody may have written.
    /// Returns: whether it was followed; not for addresses, and not where the header is malformed.
    bool note(std::string_view host, std::string_view value, std::chrono::sys_seconds now);

    /// Returns: whether `host` must be asked by https.
    [[nodiscard]] bool upgrades(std::string_view host, std::chrono::sys_seconds now) const;

    struct load_result {
        std::size_t loaded = 0;
        std::size_t skipped = 0;   // lines that are malformed
    };

    /// Adds the hosts of a file as curl writes it: `.example.org "20261231 23:59:59"`. The dot
    /// means all below as well, and `unlimited` in the place of the date for ever. Those that are
    /// over are dropped; of two dates the later counts.
    /// Throws: http_error where the file is larger than file_bytes_max.
    load_result load(std::string_view file, std::chrono::sys_seconds now);

    /// Returns: all hosts as such a file.
    [[nodiscard]] std::string save(std::chrono::sys_seconds now) const;

    [[nodiscard]] std::size_t size() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace troika::http
