// SPDX-License-Identifier: MIT
#pragma once

#include <troika/inspect/trace_data.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troika {

/// What a page with timelines shows: one HTML file that needs nothing else, neither a network nor
/// another file. From the top: title, facts, a table, advice, and a panel for each trace, all on
/// one axis of time that begins at 0.
///
/// Every text may hold anything: it is shown, never obeyed. Bytes that are no UTF-8, control
/// characters and those that turn the direction of writing become U+FFFD; what is longer than
/// `text_bytes_max` (of advice and captions: `paragraph_bytes_max`) is cut.
/// Lifetime: the traces, until the page is written.
struct timeline_page {
    /// One thing to know about the machine or the run: "processors", "8".
    struct fact {
        std::string name;
        std::string value;
    };
    enum class align : std::uint8_t { left, right };
    struct column {
        std::string head;
        align side = align::right;
    };
    struct table {
        std::string caption;
        std::vector<column> columns;
        std::vector<std::vector<std::string>> rows;   ///< cells in the order of the columns
    };
    struct panel {
        std::string name;
        std::string caption;   ///< what to see in it; may be empty
        const trace_data* trace = nullptr;
    };

    std::string title;
    std::string subtitle;
    std::vector<fact> facts;
    std::optional<table> summary;
    std::vector<std::string> advice;   ///< paragraphs in plain words
    std::vector<panel> panels;

    static constexpr std::size_t text_bytes_max = 1024;
    static constexpr std::size_t paragraph_bytes_max = 8192;
    /// Of all panels together: beyond it a browser takes minutes and gigabytes.
    static constexpr std::size_t spans_max = 20'000'000;
};

/// Takes the next piece of a text that is written: at most some ten thousand bytes, gone when it
/// returns.
using page_sink = std::function<void(std::string_view)>;

/// Writes `page`, piece by piece. Nothing is written if it throws on its own account.
/// Throws: std::invalid_argument if a panel has no trace, or one that breaks the rules of
/// trace_data (an index out of range, spans out of order), naming panel and rule;
/// std::length_error beyond `spans_max`; whatever `sink` throws.
void write_timeline_page(const timeline_page& page, const page_sink& sink);

/// The page of one trace.
void write_timeline_page(std::string_view title, const trace_data& trace, const page_sink& sink);

}  // namespace troika
