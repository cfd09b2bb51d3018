// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

namespace troika::http {

/// The domains under which anybody may register names, so that no cookie may be for all of them.
///
/// Source: https://publicsuffix.org, with the data that is installed here.
class public_suffix_list {
public:
    /// Without data.
    public_suffix_list() noexcept;
    public_suffix_list(public_suffix_list&&) noexcept;
    public_suffix_list& operator=(public_suffix_list&&) noexcept;
    ~public_suffix_list();

    /// Returns: the newer of the installed list and the one compiled into libpsl; empty where there
    /// is neither.
    [[nodiscard]] static public_suffix_list installed();

    [[nodiscard]] bool is_empty() const noexcept { return !data_; }

    /// Requires: not empty.
    /// Returns: whether `domain`, in lower case, is one of them; a single label always is.
    [[nodiscard]] bool contains(const std::string& domain) const;

private:
    struct data;
    std::unique_ptr<data> data_;
};

}  // namespace troika::http
