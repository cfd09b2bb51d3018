// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace troika::apps {

// What crosses between rank 0, which has the list, and the ranks that download. Plain values.

/// The command, as rank 0 has it.
struct get_setting {
    std::vector<std::string> words;   ///< of the command line
    std::vector<std::pair<std::string, std::string>> environment;   ///< what rank 0 has used of it
    std::uint32_t ranks = 1;          ///< that share the limits on speed
};

/// One file of a part.
struct wanted_file {
    std::string url;
    std::vector<std::string> mirrors;
    std::string out;        ///< below the directory
    std::string checksum;   ///< as checksum::to_string() has it, or empty
    std::optional<std::uint64_t> size;
};

/// What became of one file; `index` counts the files of the part.
struct file_outcome {
    enum class kind : std::uint8_t { finished, failed, would_get };
    kind what = kind::finished;
    std::uint32_t index = 0;
    std::uint64_t bytes = 0;
    std::uint64_t received = 0;
    std::optional<std::uint64_t> total;
    std::uint32_t attempts = 0;
    std::int64_t time_ns = 0;
    bool skipped = false;
    bool resumable = false;
    std::string checksum;
    std::uint8_t cause = 0;
    std::string message;
};

struct part_outcome {
    std::vector<file_outcome> files;   ///< those that have ended
    std::vector<std::string> warnings;
    std::uint64_t received = 0;        ///< bytes, over the network
};

/// Called in each rank, first. Throws: fetch::failure.
void prepare_rank(const get_setting& setting);

/// Downloads a part of the list, in a rank. Once `stop` asks for it, keeps what it has and returns.
/// Throws: fetch::failure for what ends the whole run.
part_outcome get_part(std::stop_token stop, const std::vector<wanted_file>& part);

}  // namespace troika::apps
