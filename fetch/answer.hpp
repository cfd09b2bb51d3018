// SPDX-License-Identifier: MIT
#pragma once

#include "fetch/segment_plan.hpp"

#include <troika/fetch/failure.hpp>
#include <troika/http/message_head.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troika::fetch {

/// What was asked of a server for one download.
struct question {
    question() = default;

    std::string_view url;                 // for messages
    std::optional<std::uint64_t> first;   // the first byte of a range; nothing: the whole file
    std::optional<std::uint64_t> end;     // of the range; nothing: to the end of the file
    std::string_view validator = {};      // that the part at hand has, for If-Range
    std::optional<std::uint64_t> size;    // of the file, where it is known
    bool conditional = false;             // If-Modified-Since or If-None-Match was sent
    std::chrono::sys_seconds now{};       // the time of day
};

/// What an answer means for the download.
struct answer {
    enum class kind : std::uint8_t {
        whole,       // the body is the file
        part,        // the body is `range` of it
        complete,    // there is nothing behind what we have: it is whole
        unchanged,   // 304
        no_ranges,   // to be asked again without one: ranges are not served, or the file is empty
    };
    kind what = kind::whole;
    file_range range;                    // of a part
    std::optional<std::uint64_t> size;   // of the whole file
    std::string validator;               // for If-Range; empty: it can not be resumed
    std::string entity_tag;              // weak or strong; empty: none
    std::optional<std::chrono::sys_seconds> modified;
};

/// The answer is of no use.
class answer_refused : public failure {
public:
    /// What has to be done differently next time.
    enum class remedy : std::uint8_t {
        none,
        start_over,   // what was fetched before is of another file than what is there now
        whole,        // the same, and parts of this server's are not to be trusted
    };

    answer_refused(const failure& why, remedy how) : failure(why), how_(how) {}

    [[nodiscard]] bool start_over() const noexcept { return how_ != remedy::none; }
    [[nodiscard]] bool whole() const noexcept { return how_ == remedy::whole; }

private:
    remedy how_;
};

/// Returns: what `head` means as the answer to `asked`.
///
/// Of a part everything is checked: that it is the one that was asked for, the size of the whole,
/// and that the file is still the same. Throws: answer_refused. Source: RFC 9110, sections 13 to
/// 15.
[[nodiscard]] answer judge(const http::response_head& head, const question& asked);

/// Throws: failure (protocol) where a file of `size` bytes must have `expected` bytes.
void require_size(std::uint64_t size, std::optional<std::uint64_t> expected, std::string_view url);

}  // namespace troika::fetch
