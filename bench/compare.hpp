// SPDX-License-Identifier: MIT
#pragma once

#include "support/child.hpp"
#include "support/machine.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The one harness of all benchmarks: the same work done by several programs, compared.
///
/// Programs are measured in turn, round after round, so that what disturbs the machine disturbs all
/// alike. Of each figure the median and the range are shown. A ratio is the median of the rounds'
/// ratios, each against the reference of the same round.
namespace bench {

/// A figure that is shown; the first one of a table is also compared with the reference.
struct column {
    std::string key;     ///< in the sample
    std::string title;   ///< with its unit
    double scale = 1;    ///< the value is multiplied by it
};

/// What is wanted of a row.
struct goal {
    std::string row;
    std::string key;
    double at_most = 0;
    std::string relative_to;   ///< a row; empty: the figure itself, scaled, is limited
};

/// One work, done by several programs.
class table {
public:
    using measurement = std::function<sample()>;

    table(std::string title, std::vector<column> columns)
        : title_(std::move(title)), columns_(std::move(columns)) {}

    /// What the ratios refer to: the least code that does the work. At most one.
    table& reference(std::string name, measurement measure);
    table& reference(std::string name, const command& what);
    table& row(std::string name, measurement measure);
    table& row(std::string name, const command& what);

    /// The first figure of `row` is to be at most `ratio` times the reference's.
    table& goal_ratio(std::string row, double ratio);
    table& goal_ratio(std::string row, std::string key, double ratio, std::string relative_to);
    /// The figure is to be at most `value`.
    table& goal_value(std::string row, std::string key, double value);
    /// Fewer rounds than the others, for long runs.
    table& rounds_at_most(int count);
    /// Before the rounds the reference runs once for nothing: memory that a virtual machine has
    /// never used costs more the first time than all that is measured.
    table& warm_up();

private:
    friend class benchmark;
    struct entry {
        std::string name;
        measurement measure;
        std::vector<sample> samples{};   // one a round; empty where it failed
        std::string excuse{};            // why it was left out, or failed
        bool failed = false;
    };
    struct judgement {
        const goal* about;
        double value;
        bool met;
    };

    void measure_once(entry& of);
    [[nodiscard]] const entry* find(std::string_view name) const;
    [[nodiscard]] std::vector<double> values(const entry& of, const column& what) const;
    [[nodiscard]] double ratio(const entry& of, const entry& to, std::string_view key) const;
    [[nodiscard]] std::vector<judgement> judge() const;
    [[nodiscard]] std::string markdown(bool judged) const;
    [[nodiscard]] std::string json(bool judged) const;

    std::string title_;
    std::vector<column> columns_;
    std::vector<entry> entries_;
    std::vector<goal> goals_;
    std::string reference_;
    int rounds_max_ = 1 << 30;
    bool warmed_up_ = false;
};

/// A benchmark program: reads the options, runs its tables, prints them.
///
/// Options: --rounds N, --smoke (one tiny round, nothing is judged), --only TEXT (tables whose
/// title has it), --json, --realtime (what is measured goes before everything that is not), --list.
class benchmark {
public:
    benchmark(int count, char** arguments, std::string question, std::string method);

    [[nodiscard]] bool smoke() const noexcept { return smoke_; }
    /// `whole`, or `tiny` in a smoke run.
    template <class T>
    [[nodiscard]] T size(T whole, T tiny) const noexcept {
        return smoke_ ? tiny : whole;
    }
    /// Whether a table with this title is wanted, so that nothing is prepared in vain.
    [[nodiscard]] bool wants(std::string_view title) const;

    /// A line of the heading.
    void note(std::string name, std::string text);
    /// The command with what the options and the machine say about conditions.
    [[nodiscard]] command measured(std::vector<std::string> arguments) const;
    [[nodiscard]] command driver(std::vector<std::string> arguments) const;

    /// Runs `what` and prints it, unless --only excludes it.
    void run(table what);
    /// Returns: the exit code: 1 when a program failed. A missed goal is no failure: machines
    /// differ.
    [[nodiscard]] int finish();

private:
    void print_heading();
    void progress(std::string_view text) const;

    std::string question_;
    std::vector<std::pair<std::string, std::string>> notes_;
    std::string only_;
    int rounds_ = 5;
    bool smoke_ = false;
    bool json_ = false;
    bool list_ = false;
    bool realtime_ = false;
    bool heading_printed_ = false;
    bool failed_ = false;
    std::vector<std::string> json_tables_;
};

/// The path of the running benchmark, for commands that run it again as one of the programs.
std::string self();

}  // namespace bench
