// SPDX-License-Identifier: MIT
#include <troika/inspect/trace_data.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace troika;

TEST(TextTable, GivesEachTextOnePlace) {
    trace_data trace;
    text_table table(trace);
    const auto first = table.id_of("first");
    EXPECT_NE(first, 0u);
    EXPECT_NE(table.id_of("second"), first);
    EXPECT_EQ(table.id_of("first"), first);
    EXPECT_EQ(trace.texts[first], "first");
}

TEST(TextTable, TheEmptyTextIsTheFirst) {
    trace_data trace;
    EXPECT_EQ(text_table(trace).id_of(""), 0u);
}

TEST(TextTable, KnowsWhatTheTraceHolds) {
    trace_data trace;
    const auto before = text_table(trace).id_of("old");
    EXPECT_EQ(text_table(trace).id_of("old"), before);
}

TEST(TextTable, CutsLongTexts) {
    trace_data trace;
    const auto id = text_table(trace).id_of(std::string(1 << 20, 'x'));
    EXPECT_EQ(trace.texts[id].size(), text_table::text_bytes_max);
}

}  // namespace
