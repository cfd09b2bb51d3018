// SPDX-License-Identifier: MIT
#pragma once

#include "support/child.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace bench {

/// Files on a server, and the lists that clients want of them.
struct downloads {
    int port = 0;
    int count = 0;
    std::size_t size = 0;
    std::string base;          ///< http://127.0.0.1:PORT
    std::string names;         ///< a file: a path a line
    std::string list;          ///< a file: a URL a line
    std::string curl_config;   ///< the same as curl reads it

    /// Runs `client` with an empty folder `target`. Throws: unless all files are there, whole.
    [[nodiscard]] sample fetch(const std::string& target, const command& client) const;
};

/// An nginx of our own, in a folder in memory.
class web {
public:
    explicit web(command nginx);

    /// Makes `count` files of `size` bytes under /`folder`.
    [[nodiscard]] downloads serve(const std::string& folder, int count, std::size_t size) const;
    /// The lists alone, for a server that needs no files.
    [[nodiscard]] downloads list(const std::string& folder, int port, int count,
                                 std::size_t size) const;
    void forget(const std::string& folder) const;

    /// Where clients write, in memory too.
    [[nodiscard]] std::string target() const { return folder_.path() + "/out"; }
    /// As large as the memory allows eight times, twice.
    [[nodiscard]] std::size_t large_file() const;
    [[nodiscard]] bool shrunk() const;

private:
    scratch_folder folder_;
    int port_;
    std::unique_ptr<background> nginx_;
    std::string excuse_;
};

}  // namespace bench
