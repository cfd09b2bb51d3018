// SPDX-License-Identifier: MIT
#include "inspect/trace_output.hpp"

#include "unit/fs/scratch_directory.hpp"
#include "unit/support/json_value.hpp"
#include "unit/support/trace_samples.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace troika::impl {
namespace {

using namespace testing_support;
using testing_fs::scratch_directory;
namespace files = std::filesystem;

trace_part sample() { return {small_trace(), {}}; }

trace_part of_child() {
    trace_part part{small_trace(), {}};
    part.data.processes[0].pid = 300;
    part.data.processes[1].pid = 301;
    return part;
}

std::string content(const std::string& path) {
    std::ifstream from(path, std::ios::binary);
    std::ostringstream all;
    all << from.rdbuf();
    return all.str();
}

std::size_t entries(const std::string& directory) {
    return static_cast<std::size_t>(std::distance(files::directory_iterator(directory), {}));
}

TEST(TraceOutput, WritesTheFormatThatTheNameSays) {
    const scratch_directory here;
    for (const char* const name : {"/a.json", "/a.pftrace", "/a.perfetto-trace"}) {
        trace_output output(here.path().native() + name);
        ASSERT_TRUE(output.is_ours());
        EXPECT_EQ(output.path(), here.path().native() + name);
        EXPECT_FALSE(files::exists(output.path()));   // nothing until it is whole
        EXPECT_TRUE(files::is_directory(output.parts()));
        output.write(sample());
        EXPECT_FALSE(files::exists(output.parts()));
    }
    EXPECT_EQ(entries(here.path().native()), 3u);
    EXPECT_NO_THROW(json_value::parse(content(here.path().native() + "/a.json")));
    EXPECT_EQ(content(here.path().native() + "/a.pftrace"),
              content(here.path().native() + "/a.perfetto-trace"));
    EXPECT_EQ(content(here.path().native() + "/a.pftrace").front(), '\x0a');
}

TEST(TraceOutput, RefusesOtherNamesAndPlacesAtOnce) {
    const scratch_directory here;
    for (const char* const name : {"/a.txt", "/a", "/json", "/a.json.gz"}) {
        try {
            const trace_output output(here.path().native() + name);
            ADD_FAILURE() << name;
        } catch (const std::invalid_argument& error) {
            EXPECT_NE(std::string(error.what()).find(".json"), std::string::npos) << error.what();
        }
    }
    EXPECT_THROW(trace_output(here.path().native() + "/missing/a.json"), std::system_error);
    files::create_directory(here.path().native() + "/folder.json");
    EXPECT_THROW(trace_output(here.path().native() + "/folder.json"), std::system_error);
    EXPECT_EQ(entries(here.path().native()), 1u);
}

TEST(TraceOutput, LeavesNothingWhereNothingIsWritten) {
    const scratch_directory here;
    { const trace_output output(here.path().native() + "/a.json"); }
    EXPECT_EQ(entries(here.path().native()), 0u);
}

TEST(TraceOutput, IsOfOneProcessAtATime) {
    const scratch_directory here;
    const std::string path = here.path().native() + "/a.json";
    trace_output first(path);
    {
        const trace_output second(path);
        EXPECT_TRUE(first.is_ours());
        EXPECT_FALSE(second.is_ours());
        EXPECT_EQ(second.parts(), first.parts());
    }
    EXPECT_TRUE(files::exists(first.parts()));
    first.write(sample());
    EXPECT_TRUE(trace_output(path).is_ours());
}

TEST(TraceOutput, ReplacesAFileOfThatName) {
    const scratch_directory here;
    const std::string path = here.path().native() + "/a.json";
    std::ofstream(path) << "old";
    trace_output output(path);
    EXPECT_EQ(content(path), "old");
    output.write(sample());
    EXPECT_NO_THROW(json_value::parse(content(path)));
}

TEST(TraceOutput, JoinsThePartsOfOthers) {
    const scratch_directory here;
    trace_output output(here.path().native() + "/a.json");
    EXPECT_TRUE(trace_output::leave_part(output.parts(), of_child(), 300));
    EXPECT_TRUE(trace_output::leave_part(output.parts(), of_child(), 300));   // once more
    output.write(sample());
    const std::string text = content(output.path());
    EXPECT_NE(text.find("\"pid\":300"), std::string::npos);
    EXPECT_NE(text.find("\"pid\":100"), std::string::npos);
    EXPECT_EQ(entries(here.path().native()), 1u);
    // Who comes later finds no folder any more.
    EXPECT_FALSE(trace_output::leave_part(output.parts(), of_child(), 300));
    EXPECT_EQ(entries(here.path().native()), 1u);
}

TEST(TraceOutput, LeavesOutPartsThatMakeNoSense) {
    const scratch_directory here;
    trace_output output(here.path().native() + "/a.json");
    trace_output::leave_part(output.parts(), of_child(), 300);
    const std::string whole = content(output.parts() + "/part-300");
    std::ofstream(output.parts() + "/part-1") << whole.substr(0, whole.size() / 2);
    std::ofstream(output.parts() + "/part-2") << "nonsense";
    std::ofstream(output.parts() + "/part-three") << whole;
    std::ofstream(output.parts() + "/part-4.new") << whole;
    files::create_symlink(output.parts() + "/part-300", output.parts() + "/part-5");
    ::testing::internal::CaptureStderr();
    output.write(sample());
    const std::string told = ::testing::internal::GetCapturedStderr();
    EXPECT_NE(told.find("part-1: "), std::string::npos) << told;
    EXPECT_NE(told.find("part-2: "), std::string::npos) << told;
    const json_value trace = json_value::parse(content(output.path()));
    std::size_t processes = 0;
    for (const json_value& one : trace["traceEvents"].list)
        if (one.has("name") && one["name"].text == "process_name") ++processes;
    EXPECT_EQ(processes, 4u);   // two of each
    EXPECT_EQ(entries(here.path().native()), 1u);
}

TEST(TraceOutput, TakesOverFromAProcessThatWasKilled) {
    const scratch_directory here;
    const std::string parts = here.path().native() + "/a.json.parts";
    files::create_directory(parts);
    std::ofstream(parts + "/part-7") << "of long ago";
    std::ofstream(parts + "/whole") << "half of it";
    trace_output output(here.path().native() + "/a.json");
    EXPECT_TRUE(output.is_ours());
    EXPECT_EQ(entries(parts), 0u);
    output.write(sample());
    EXPECT_EQ(entries(here.path().native()), 1u);
}

}  // namespace
}  // namespace troika::impl
