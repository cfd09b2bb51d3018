// SPDX-License-Identifier: MIT
#pragma once

#include <troika/fetch/checksum.hpp>
#include <troika/fetch/failure.hpp>
#include <troika/fetch/input_list.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace troika::fetch {

struct metalink_pieces;

/// One file to be fetched.
struct download {
    download() = default;

    std::uint64_t id = 0;   // from 1, in the order in which they were asked for
    std::string url;
    std::vector<std::string> mirrors;   // other URLs of the same file
    std::string out;                    // as a list has it, for another one; empty: none
    std::string path;                   // where the whole file will stand
    std::optional<checksum> expected;
    std::optional<std::uint64_t> size;   // as a Metalink document has it
    std::shared_ptr<const metalink_pieces> pieces;   // the same; null: none
    bool foreign = false;   // somebody else has chosen the URLs: no credentials go there
};

/// Where the file of a list's line goes: `directory` and out=, or a safe name made of the URL.
///
/// out= may lead into directories below, never elsewhere: lists come from others.
/// Throws: failure (usage) for an out= that is absolute, has "." or ".." in it, ends with '/',
/// holds control or invisible characters, or has a part that is too long.
[[nodiscard]] std::string target_path(std::string_view directory, const list_entry& entry);

/// `directory` and `name` as one path.
[[nodiscard]] std::string join_path(std::string_view directory, std::string_view name);

/// Which paths downloads of this run have taken, so that no two ever write to one file. A path also
/// holds the names of its partial file and its journal.
///
/// Those in progress are known for certain; of those that have ended, the first `remembered_max`,
/// so that a list of ten million needs no more memory than one of a hundred thousand. After that,
/// the file itself stands in the way.
class target_names {
public:
    static constexpr std::size_t remembered_max = 100'000;

    /// Takes `path`, if it and the names beside it are free. Returns: whether they were.
    [[nodiscard]] bool claim(const std::string& path);

    /// Says that the download to `path`, which was claimed, has ended, well or not.
    void end(const std::string& path);

private:
    [[nodiscard]] bool taken(const std::string& path) const;

    std::unordered_set<std::string> active_;
    std::unordered_set<std::size_t> ended_;   // hashes: a false alarm is one in 10^9 runs
};

/// `path` is what another download of this run is called.
[[nodiscard]] failure same_name_failure(std::string_view url, std::string_view path);

}  // namespace troika::fetch
