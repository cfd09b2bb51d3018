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
    std::string base;          ///< http://127.0.0.1:PORT, or https
    std::string authority{};   ///< https: the file of the certificate to trust
    std::string names;         ///< a file: a path a line
    std::string list;          ///< a file: a URL a line
    std::string curl_config;   ///< the same as curl reads it

    /// Runs `client` with an empty folder `target`. Throws: unless all files are there, whole.
    [[nodiscard]] sample fetch(const std::string& target, const command& client) const;
};

enum class web_scheme { http, https };

/// How another server, of the same files, treats those who fetch.
enum class web_manner {
    short_lived,   ///< a connection ends after files_per_connection files; they are counted
    limited        ///< an answer gets bytes_per_second
};

/// An nginx of our own, in a folder in memory. Behind https it speaks TLS 1.3 with AES-128-GCM
/// (the same work for all clients), and offers sessions.
class web {
public:
    static constexpr int files_per_connection = 10;
    static constexpr std::size_t bytes_per_second = 100'000'000;

    explicit web(command nginx, web_scheme scheme = web_scheme::http);

    /// Makes `count` files of `size` bytes under /`folder`.
    [[nodiscard]] downloads serve(const std::string& folder, int count, std::size_t size) const;
    /// The lists alone, for a server that needs no files.
    [[nodiscard]] downloads list(const std::string& folder, int port, int count,
                                 std::size_t size) const;
    /// The same files from a server of other manners. Requires: https.
    [[nodiscard]] downloads again(const downloads& what, const std::string& folder,
                                  web_manner manner) const;
    /// What the server with manner short_lived has seen since the last call, `count` answers at
    /// least: `handshakes`, and of these `full`, which resumed no session. Throws: when it has not.
    [[nodiscard]] sample handshakes(int count) const;
    void forget(const std::string& folder) const;

    /// Where clients write, in memory too.
    [[nodiscard]] std::string target() const { return folder_.path() + "/out"; }
    /// As large as the memory allows eight times, twice.
    [[nodiscard]] std::size_t large_file() const;
    [[nodiscard]] bool shrunk() const;

private:
    [[nodiscard]] downloads lists(const std::string& folder, const std::string& stem, int port,
                                  int count, std::size_t size) const;

    scratch_folder folder_;
    web_scheme scheme_;
    int port_;
    int short_lived_port_ = 0;
    int limited_port_ = 0;
    std::unique_ptr<background> nginx_;
    std::string excuse_;
};

}  // namespace bench
