// SPDX-License-Identifier: MIT
#include <troika/inspect/timeline_page.hpp>

#include "inspect/base64.hpp"
#include "inspect/page_files.hpp"
#include "inspect/shown_text.hpp"
#include "inspect/trace_bytes.hpp"

#include <stdexcept>

namespace troika {

namespace {

std::string shown(std::string_view text) {
    return html_text(shown_text(text, timeline_page::text_bytes_max));
}

std::string shown_paragraph(std::string_view text) {
    return html_text(shown_text(text, timeline_page::paragraph_bytes_max));
}

class page_writer {
public:
    page_writer(const timeline_page& page, const page_sink& sink) : page_(page), sink_(sink) {}

    // The template, with each {{name}} in it replaced.
    void write() {
        std::string_view rest = page_html;
        for (;;) {
            const std::size_t open = rest.find("{{");
            const std::size_t close = rest.find("}}", open);
            if (close == std::string_view::npos) break;
            put(rest.substr(0, open));
            write_part(rest.substr(open + 2, close - open - 2));
            rest.remove_prefix(close + 2);
        }
        put(rest);
    }

private:
    static constexpr std::size_t piece_bytes = 16 * 1024;

    void put(std::string_view text) {
        for (; text.size() > piece_bytes; text.remove_prefix(piece_bytes))
            sink_(text.substr(0, piece_bytes));
        if (!text.empty()) sink_(text);
    }

    void write_part(std::string_view name) {
        if (name == "title") put(shown(page_.title));
        else if (name == "subtitle") put(shown(page_.subtitle));
        else if (name == "facts") write_facts();
        else if (name == "summary") write_summary();
        else if (name == "advice") write_advice();
        else if (name == "panels") write_panels();
        else if (name == "style") put(page_style);
        else if (name == "style_sha256") put(page_style_sha256);
        else if (name == "script") put(page_script);
        else if (name == "script_sha256") put(page_script_sha256);
        else throw std::logic_error("timeline.html asks for " + std::string(name));
    }

    void write_facts() {
        if (page_.facts.empty()) return;
        put("<dl class=\"facts\">\n");
        for (const timeline_page::fact& fact : page_.facts)
            put("<div><dt>" + shown(fact.name) + "</dt><dd>" + shown(fact.value) + "</dd></div>\n");
        put("</dl>\n");
    }

    void write_summary() {
        if (!page_.summary) return;
        const timeline_page::table& table = *page_.summary;
        put("<div class=\"summary\"><table>\n");
        if (!table.caption.empty())
            put("<caption>" + shown_paragraph(table.caption) + "</caption>\n");
        put("<thead><tr>");
        for (std::size_t i = 0; i < table.columns.size(); ++i)
            write_cell("th", " scope=\"col\"", i, table.columns[i].head);
        put("</tr></thead>\n<tbody>\n");
        for (const std::vector<std::string>& row : table.rows) {
            put("<tr>");
            for (std::size_t i = 0; i < row.size(); ++i)
                write_cell(i == 0 ? "th" : "td", i == 0 ? " scope=\"row\"" : "", i, row[i]);
            put("</tr>\n");
        }
        put("</tbody></table></div>\n");
    }

    void write_cell(const std::string& tag, const std::string& scope, std::size_t column,
                    std::string_view text) {
        const auto& columns = page_.summary->columns;
        const bool left =
            column < columns.size() && columns[column].side == timeline_page::align::left;
        put("<" + tag + scope + (left ? " class=\"left\">" : ">") + shown(text) + "</" + tag + ">");
    }

    void write_advice() {
        if (page_.advice.empty()) return;
        put("<section class=\"advice\" aria-label=\"Advice\">\n");
        for (const std::string& paragraph : page_.advice)
            put("<p>" + shown_paragraph(paragraph) + "</p>\n");
        put("</section>\n");
    }

    void write_panels() {
        for (const timeline_page::panel& panel : page_.panels) {
            put("<section class=\"panel\">\n<h2>" + shown(panel.name) + "</h2>\n");
            if (!panel.caption.empty())
                put("<p class=\"caption\">" + shown_paragraph(panel.caption) + "</p>\n");
            write_trace(*panel.trace);
            put("</section>\n");
        }
    }

    // In elements of limited size: a browser does not take a text of more than half a gigabyte.
    void write_trace(const trace_data& trace) {
        constexpr std::size_t element_bytes = 12 << 20;
        constexpr std::string_view open = "<script type=\"application/octet-stream;base64\">";
        constexpr std::string_view close = "</script>\n";
        base64_writer base64(sink_);
        std::size_t written = 0;
        put(open);
        write_trace_bytes(trace, [&](std::span<const std::uint8_t> bytes) {
            if (written + bytes.size() > element_bytes) {
                base64.finish();
                put(close);
                put(open);
                written = 0;
            }
            base64.write(bytes);
            written += bytes.size();
        });
        base64.finish();
        put(close);
    }

    const timeline_page& page_;
    const page_sink& sink_;
};

}  // namespace

void write_timeline_page(const timeline_page& page, const page_sink& sink) {
    std::size_t spans = 0;
    for (const timeline_page::panel& panel : page.panels) {
        if (panel.trace == nullptr)
            throw std::invalid_argument("panel \"" + shown_text(panel.name, 200) +
                                        "\" of the timeline page has no trace");
        check_trace(*panel.trace, panel.name);
        spans += panel.trace->spans.size();
    }
    if (spans > timeline_page::spans_max)
        throw std::length_error("a timeline page takes " + std::to_string(page.spans_max) +
                                " spans and not " + std::to_string(spans) +
                                ": record a shorter time");
    page_writer(page, sink).write();
}

void write_timeline_page(std::string_view title, const trace_data& trace, const page_sink& sink) {
    timeline_page page;
    page.title = title;
    page.panels.push_back({.name = "Timeline", .caption = {}, .trace = &trace});
    write_timeline_page(page, sink);
}

}  // namespace troika
