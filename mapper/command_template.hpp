// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troika::mapper {

/// A command with places for its input: {} the input, {.} without its extension, {/} without its
/// folder, {//} its folder, {/.} neither folder nor extension, {#} the number of the job.
///
/// Without any place the input is the last argument. No shell reads anything.
class command_template {
public:
    /// Requires: at least one word.
    explicit command_template(std::vector<std::string> words);

    /// The command for the job `number`, counted from 1.
    [[nodiscard]] std::vector<std::string> expand(std::string_view input,
                                                  std::uint64_t number) const;

private:
    std::vector<std::string> words_;
};

}  // namespace troika::mapper
