// SPDX-License-Identifier: MIT
#pragma once

#include "fetch/checksum.hpp"
#include "fetch/downloader.hpp"
#include "fetch/part_file.hpp"

#include <troika/core/task.hpp>
#include <troika/http/client.hpp>

#include <cstdint>
#include <exception>
#include <optional>
#include <string>

namespace troika::fetch {

/// The attempts at one download. What one attempt leaves, the next goes on from.
class transfer {
public:
    transfer(downloader& run, active_download& file) : run_(run), file_(file) {}

    /// One attempt. Returns when the download has ended well, and its end was told.
    /// Throws: failure; what http::client throws, which failure_of() understands.
    task<void> run();

    /// After a failed attempt: makes what has come last, or removes what can never be resumed.
    /// Requires: a scope that nobody cancels. Returns: whether there is something to go on from.
    task<bool> keep();

    /// What `error`, which run() threw, means.
    [[nodiscard]] failure failure_of(const std::exception_ptr& error) const;
    /// Whether another attempt makes sense: not when the bytes have gone to standard output.
    [[nodiscard]] bool repeatable() const noexcept { return !to_stdout_ || file_.bytes == 0; }
    /// Tells the observer that an interrupted download can be resumed.
    void tell_kept();

private:
    struct answer {
        std::uint64_t offset = 0;            // where the body begins in the file
        std::optional<std::uint64_t> size;   // of the whole file
        std::string validator;               // for If-Range; empty: it can not be resumed
        bool complete = false;               // nothing is missing any more: there is no body
    };

    task<bool> settle_existing();
    task<void> receive(http::exchange& exchange);
    [[nodiscard]] answer judge(const http::exchange& exchange);
    [[nodiscard]] answer judge_rest(const http::exchange& exchange);
    task<void> receive_small(http::exchange& exchange, std::uint64_t size);
    task<void> receive_large(http::exchange& exchange, const answer& how);
    task<void> append(http::exchange& exchange, const answer& how);
    task<void> land_part();
    task<void> keep_bad(std::span<const std::byte> content, const checksum& actual);
    task<void> receive_to_stdout(http::exchange& exchange);
    task<void> write_piece(std::span<const std::byte> piece, std::uint64_t offset);
    task<std::size_t> fill(http::exchange& exchange, std::span<std::byte> into);
    task<void> write_note();
    task<void> open_part(bool resume);
    task<void> rename_by(const http::exchange& exchange);
    void verify(const checksum& actual, const std::string& kept_as) const;
    [[nodiscard]] landing landing_of() const;
    [[nodiscard]] std::string validator_of(const http::exchange& exchange);
    void finish(const checksum* sum, bool skipped);
    [[nodiscard]] std::optional<checksum_algorithm> algorithm() const;

    downloader& run_;
    active_download& file_;
    std::optional<part_file> part_;
    std::string validator_;   // of what part_ holds
    std::optional<std::chrono::sys_seconds> modified_;
    std::optional<os::file_status> existing_;   // a file to be kept if the server's is the same
    std::uint64_t written_ = 0;                 // bytes of part_ without a gap
    std::uint64_t noted_ = 0;                   // of these, in the journal
    bool looked_ = false;
    bool replace_ = false;
    bool to_stdout_ = false;
    bool fresh_ = false;   // ask for the whole file, whatever is there
};

}  // namespace troika::fetch
