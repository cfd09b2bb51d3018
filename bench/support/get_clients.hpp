// SPDX-License-Identifier: MIT
#pragma once

#include "compare.hpp"
#include "support/web.hpp"

#include <string>
#include <utility>
#include <vector>

namespace bench {

/// The programs that download, each told to fetch all of `what` into `target` with as many
/// connections. Where `what` is behind https, each trusts its certificate and nothing else.
class get_clients {
public:
    // More connections curl 7.88 and wget2 do not make.
    static constexpr int few_max = 300;

    /// Lifetime: `suite` and `what` until the last measurement.
    get_clients(const benchmark& suite, const downloads& what, std::string target, int connections)
        : suite_(suite), what_(what), target_(std::move(target)), connections_(connections) {}

    /// The least client that does it: see bench/peers/reference_get.c, reference_get_tls.c.
    [[nodiscard]] table::measurement reference() const;
    /// `more`: further options; `backend`: nullptr as the program chooses.
    [[nodiscard]] table::measurement troika(std::vector<std::string> more,
                                            const char* backend = nullptr) const;
    [[nodiscard]] table::measurement libcurl() const;
    [[nodiscard]] table::measurement curl() const;
    /// `parts`: connections for each file.
    [[nodiscard]] table::measurement aria2(int parts = 1) const;
    [[nodiscard]] table::measurement wget2() const;
    [[nodiscard]] table::measurement go() const;

    /// The connections of those programs that cannot make more.
    [[nodiscard]] int few() const noexcept;

private:
    [[nodiscard]] table::measurement fetch(std::vector<std::string> line) const;
    [[nodiscard]] std::vector<std::string> trusting(std::vector<std::string> line,
                                                    const char* option) const;

    const benchmark& suite_;
    const downloads& what_;
    std::string target_;
    int connections_;
};

}  // namespace bench
