// SPDX-License-Identifier: MIT
#pragma once

#include "watch/picture.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace troika::watch {

/// What `troika top` shows: the tasks of a program and of its processes, the busiest first, as
/// lines that fit into a screen.
class top_table {
public:
    /// Takes the next look into account.
    void update(const std::map<int, picture>& family, int pid);

    struct screen {
        std::size_t columns = 80;
        std::size_t rows = 24;
    };
    /// The whole of it where `rows` is 0. From task `first` on, which is put right.
    [[nodiscard]] std::vector<std::string> lines(const screen& size, std::size_t& first) const;

private:
    struct row {
        int pid;
        std::uint32_t id;
        std::string name;
        std::string state;
        std::string at;
        std::int64_t waits_ns;       // -1: it does not wait, or it is not known
        unsigned runs_percent;       // of the looks
        bool cancelled;
    };
    struct seen {
        std::uint64_t looks = 0;
        std::uint64_t running = 0;
        std::uint64_t last = 0;      // the look in which it was there
    };
    using task_key = std::pair<int, std::uint64_t>;   // process, address

    void add(const picture& of, const picture::part& part, const seen_task& task);

    std::map<task_key, seen> seen_;
    std::map<int, std::pair<std::uint64_t, std::int64_t>> turns_;   // of all loops, and when
    std::uint64_t looks_ = 0;
    std::vector<row> rows_;
    std::vector<std::string> heading_;
    std::vector<std::string> queues_;
};

}  // namespace troika::watch
