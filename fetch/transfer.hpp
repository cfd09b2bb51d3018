// SPDX-License-Identifier: MIT
#pragma once

#include "fetch/answer.hpp"
#include "fetch/body_reader.hpp"
#include "fetch/downloader.hpp"
#include "fetch/part_file.hpp"
#include "fetch/segment_plan.hpp"
#include "fetch/split_transfer.hpp"
#include "fetch/target.hpp"

#include <troika/core/task.hpp>
#include <troika/fetch/checksum.hpp>
#include <troika/http/client.hpp>

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <vector>

namespace troika::fetch {

/// The attempts at one download. What one attempt leaves, the next goes on from.
class transfer {
public:
    transfer(downloader& run, active_download& file);

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
    /// After `error`: turns to the next URL of the same file, if there is one that was not tried
    /// since the last wait. Returns: whether the next attempt may begin at once.
    [[nodiscard]] bool try_next_mirror(const failure& error) noexcept;

private:
    [[nodiscard]] const std::string& url() const noexcept { return urls_[mirror_]; }
    /// Whether bytes of several mirrors may stand in one file, for a checksum will prove them.
    [[nodiscard]] bool may_mix() const noexcept { return file_.what.expected && !unmixed_; }
    [[nodiscard]] std::optional<checksum_algorithm> algorithm() const {
        if (!file_.what.expected) return std::nullopt;
        return file_.what.expected->algorithm();
    }
    [[nodiscard]] landing landing_of() const;

    // the request
    task<void> settle_target();
    [[nodiscard]] question ask(http::headers& fields);
    task<void> ask_and_receive();
    task<void> ask_only();

    // the answer
    task<void> receive(http::exchange& exchange, const answer& how);
    task<void> name_by_server(const http::exchange& exchange);
    task<void> receive_small(body_reader& body, std::uint64_t size);
    task<void> receive_large(body_reader& body, const answer& how);
    task<void> append(body_reader& body, std::optional<std::uint64_t> size);
    task<void> split(std::optional<http::exchange> first, const answer& how);

    // the file
    task<void> open_part(bool resume);
    task<void> write_piece(std::span<const std::byte> piece, std::uint64_t offset);
    task<void> write_note();
    task<void> land_part();
    task<void> keep_right_pieces();
    void verify(const checksum& actual, const std::string& kept_as) const;
    void finish(const checksum* sum, bool skipped);

    downloader& run_;
    active_download& file_;
    std::vector<std::string> urls_;   // of the same file, the preferred first
    std::size_t mirror_ = 0;          // of urls_: the one that is asked
    std::size_t mirrors_tried_ = 0;   // since the last wait
    target target_;
    std::optional<part_file> part_;
    std::optional<segment_plan> plan_;   // where parts of part_ came out of order
    std::string validator_;              // of what part_ holds, at validator_url_
    std::size_t validator_url_ = 0;
    std::string entity_tag_;
    std::optional<std::chrono::sys_seconds> modified_;
    std::uint64_t written_ = 0;   // bytes of part_ without a gap
    std::uint64_t noted_ = 0;     // bytes that the journal has
    bool looked_ = false;
    bool repaired_ = false;   // wrong pieces were fetched again, once
    bool to_stdout_ = false;
    bool fresh_ = false;      // ask for the whole file, whatever is there
    bool unsplit_ = false;    // parts were tried, or make no sense
    bool mixed_ = false;      // part_ has bytes of several mirrors
    bool unmixed_ = false;    // they did not fit together: one mirror at a time from now on
    std::uint64_t received_before_ = 0;   // this attempt
};

}  // namespace troika::fetch
