// SPDX-License-Identifier: MIT
#include <troika/inspect/timeline_page.hpp>

#include "inspect/page_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace {

using namespace troika;
using testing::HasSubstr;
using testing::Not;

std::string written(const timeline_page& page) {
    std::string text;
    write_timeline_page(page, [&](std::string_view piece) {
        EXPECT_LE(piece.size(), 16u * 1024);
        text += piece;
    });
    return text;
}

std::size_t count(std::string_view text, std::string_view word) {
    std::size_t found = 0;
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) ++found;
    return found;
}

timeline_page page_named(const std::string& name, const trace_data& trace) {
    timeline_page page;
    page.title = page.subtitle = name;
    page.facts.push_back({name, name});
    page.summary.emplace();
    page.summary->caption = name;
    page.summary->columns = {{name, timeline_page::align::left}, {name}};
    page.summary->rows = {{name, name}};
    page.advice.push_back(name);
    page.panels.push_back({.name = name, .caption = name, .trace = &trace});
    return page;
}

TEST(TimelinePage, HasAllParts) {
    const trace_data trace;
    const std::string html = written(page_named("a name", trace));
    EXPECT_THAT(html, HasSubstr("<!DOCTYPE html>"));
    EXPECT_THAT(html, HasSubstr("<title>a name</title>"));
    EXPECT_THAT(html, HasSubstr("<h1>a name</h1>"));
    EXPECT_THAT(html, HasSubstr("<dt>a name</dt><dd>a name</dd>"));
    EXPECT_THAT(html, HasSubstr("<caption>a name</caption>"));
    EXPECT_THAT(html, HasSubstr("<th scope=\"col\" class=\"left\">a name</th>"));
    EXPECT_THAT(html, HasSubstr("<th scope=\"row\" class=\"left\">a name</th><td>a name</td>"));
    EXPECT_THAT(html, HasSubstr("<h2>a name</h2>"));
    EXPECT_THAT(html, HasSubstr("<p class=\"caption\">a name</p>"));
    EXPECT_EQ(count(html, "type=\"application/octet-stream;base64\">VFRMMQ"), 1u);   // "TTL1"
    EXPECT_THAT(html, Not(HasSubstr("{{")));
}

TEST(TimelinePage, TrustsItsOwnScriptAndStyleOnly) {
    const trace_data trace;
    const std::string html = written(page_named("a name", trace));
    EXPECT_THAT(html, HasSubstr("default-src 'none'"));
    EXPECT_THAT(html, HasSubstr("script-src 'sha256-" + std::string(page_script_sha256) + "'"));
    EXPECT_THAT(html, HasSubstr("style-src 'sha256-" + std::string(page_style_sha256) + "'"));
    EXPECT_EQ(page_script_sha256.size(), 44u);
    EXPECT_NE(page_script_sha256, page_style_sha256);
    EXPECT_THAT(html, HasSubstr("<script>" + std::string(page_script) + "</script>"));
    EXPECT_THAT(html, HasSubstr("<style>" + std::string(page_style) + "</style>"));
    // Its own files must not end their elements, nor ask for anything.
    EXPECT_THAT(std::string(page_script), Not(HasSubstr("</")));
    EXPECT_THAT(std::string(page_script), Not(HasSubstr("<!--")));
    EXPECT_THAT(std::string(page_style), Not(HasSubstr("</")));
    EXPECT_THAT(html, Not(HasSubstr("http://")));
    EXPECT_THAT(html, Not(HasSubstr("https://")));
}

TEST(TimelinePage, ShowsHostileTextAndObeysNone) {
    trace_data trace;
    text_table text(trace);
    const std::string name = "</script><script>alert(1)</script>\"'<!--\xE2\x80\xA8\x01{{script}}";
    trace.processes.push_back({.pid = 1, .name = text.id_of(name)});
    const std::string html = written(page_named(name, trace));
    EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
    EXPECT_EQ(count(html, "</script>"), 2u);
    EXPECT_EQ(count(html, "<!--"), 0u);
    EXPECT_THAT(html, HasSubstr("&lt;/script&gt;&lt;script&gt;alert(1)"));
    EXPECT_EQ(count(html, std::string(page_script)), 1u);
}

TEST(TimelinePage, CutsLongText) {
    const trace_data trace;
    EXPECT_LT(written(page_named(std::string(1 << 22, '<'), trace)).size(),
              written(page_named("", trace)).size() + 200'000);
}

TEST(TimelinePage, OfOneTraceTakesItsTitle) {
    std::string html;
    write_timeline_page("my trace", trace_data{}, [&](std::string_view piece) { html += piece; });
    EXPECT_THAT(html, HasSubstr("<title>my trace</title>"));
    EXPECT_THAT(html, HasSubstr("<h2>Timeline</h2>"));
}

TEST(TimelinePage, SplitsAGreatTrace) {
    trace_data trace;
    trace.processes.push_back({});
    trace.lanes.push_back({});
    for (std::int64_t i = 0; i < 2'500'000; ++i)
        trace.spans.push_back({.begin = i * 1'000'000 + 100'000, .end = (i + 1) * 1'000'000});
    trace.length = 2'500'000'000'000;
    std::string html;
    write_timeline_page("great", trace, [&](std::string_view piece) { html += piece; });
    EXPECT_EQ(count(html, "type=\"application/octet-stream;base64\">"), 2u);
    EXPECT_LT(html.size(), 2'500'000u * 10);

    timeline_page page;   // too much of it
    for (int i = 0; i < 9; ++i)
        page.panels.push_back({.name = "again", .caption = {}, .trace = &trace});
    EXPECT_THROW(write_timeline_page(page, [](std::string_view) {}), std::length_error);
}

TEST(TimelinePage, RefusesWhatItCannotShow) {
    std::size_t pieces = 0;
    const page_sink sink = [&](std::string_view) { ++pieces; };
    timeline_page page;
    page.panels.push_back({.name = "first", .caption = {}, .trace = nullptr});
    EXPECT_THROW(write_timeline_page(page, sink), std::invalid_argument);
    trace_data wrong;
    wrong.lanes.push_back({.process = 3});
    page.panels[0].trace = &wrong;
    EXPECT_THROW(write_timeline_page(page, sink), std::invalid_argument);
    EXPECT_EQ(pieces, 0u);
}

TEST(TimelinePage, LetsTheErrorsOfTheSinkPass) {
    EXPECT_THROW(write_timeline_page("x", trace_data{},
                                     [](std::string_view) { throw std::runtime_error("full"); }),
                 std::runtime_error);
}

}  // namespace
