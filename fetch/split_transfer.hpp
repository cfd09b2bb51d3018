// SPDX-License-Identifier: MIT
#pragma once

#include "fetch/answer.hpp"
#include "fetch/segment_plan.hpp"

#include <troika/core/task.hpp>
#include <troika/http/exchange.hpp>
#include <troika/sync/event.hpp>
#include <troika/tasks/task_group.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <vector>

namespace troika::fetch {

class downloader;
class part_file;
struct active_download;

/// From where, and as what, the parts of one file come.
struct split_source {
    std::string url;
    std::string name;        // the URL that was given, which may have redirected to `url`
    std::string validator;   // that its parts must have; empty: the file's checksum has to tell
    bool spare = false;      // only where others have failed
};

/// The sources of a file that `urls` have: the one that `validator` is of first and, where a
/// checksum will prove that they fit, the others, whose validators are their own.
///
/// `reached`: where the first has redirected to; empty: nowhere. All parts come from there, for the
/// next redirect may lead to another server with another file.
[[nodiscard]] std::vector<split_source> sources_of(const std::vector<std::string>& urls,
                                                   std::size_t validator_url,
                                                   const std::string& validator,
                                                   const std::string& reached, bool all);

/// Where the answer to a request for `url` came from; empty: from there.
[[nodiscard]] std::string redirected_to(const http::exchange& from, const std::string& url);

/// Fetches what is missing of one file over several connections, each part from one of the
/// sources, with a range and If-Range, and checks that each answer is the part that was asked for.
///
/// A connection that fails leaves its part to the others, and goes on with the next source, or
/// tries again with patience; the last one that gives up fails the attempt. Thread: the loop's.
class split_transfer {
public:
    /// Lifetime: all references, until run() has ended. `sources` has at least one.
    split_transfer(downloader& run, active_download& file, part_file& part, segment_plan& plan,
                   std::vector<split_source> sources);

    /// Hands over an answer that has come already: its body is the beginning of the file up to
    /// `range.end`, which the first connection takes.
    void adopt(http::exchange first, file_range range);

    /// Returns when every byte is written, and not yet on disk.
    /// Throws: answer_refused where the file is another one now, or its parts cannot be had;
    /// failure.
    task<void> run();

    /// After run() has failed: whether what is written is of no use any more.
    [[nodiscard]] bool outdated() const noexcept { return outdated_; }

    /// Notes what is written, so that a later run goes on from there. Throws: failure (file).
    task<void> note();
    [[nodiscard]] std::uint64_t noted_bytes() const noexcept { return resumable_ ? noted_ : 0; }

private:
    struct patience;

    [[noreturn]] void fail(const std::exception_ptr& broken);
    task<void> work(std::uint32_t number);
    task<std::optional<failure>> try_segment(segment_plan::segment part, std::size_t source,
                                             std::uint64_t& reached);
    task<void> fetch_segment(segment_plan::segment part, const split_source& from);
    task<void> receive(http::exchange& body, segment_plan::segment part, file_range range);
    task<void> request_range(segment_plan::segment part, const split_source& from);
    [[nodiscard]] failure failure_of(const std::exception_ptr& error,
                                     const split_source& from) const;

    downloader& run_;
    active_download& file_;
    part_file& part_;
    segment_plan& plan_;
    const std::vector<split_source> sources_;
    std::optional<http::exchange> adopted_;
    file_range adopted_range_;
    task_group* group_ = nullptr;
    event freed_;   // there may be work for connections that had none
    std::optional<failure> last_failure_;
    std::optional<answer_refused> partless_;   // a server has no parts that fit
    std::optional<answer_refused> changed_;    // the file is another one now
    std::uint64_t noted_ = 0;
    bool noting_ = false;
    bool resumable_ = true;
    bool outdated_ = false;
};

}  // namespace troika::fetch
