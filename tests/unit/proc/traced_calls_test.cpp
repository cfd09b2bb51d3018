// SPDX-License-Identifier: MIT
// What a trace shows of calls to other processes, and what workers add to it.
#include <troika/inspect/trace_session.hpp>
#include <troika/inspect/trace_to.hpp>
#include <troika/proc/process_pool.hpp>

#include "unit/fs/scratch_directory.hpp"
#include "unit/support/json_value.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace troika {
namespace {

using testing_fs::scratch_directory;
using testing_support::json_value;

int twice(int value) { return 2 * value; }
int refuses(int) { throw std::runtime_error("as planned"); }

std::string content(const std::string& path) {
    std::ifstream from(path, std::ios::binary);
    std::ostringstream all;
    all << from.rdbuf();
    return all.str();
}

TEST(TracedCalls, LeadFromProcessToProcessAndBack) {
    const scratch_directory here;
    const std::string path = here.path().native() + "/a.json";
    constexpr int calls = 20;
    {
        trace_file trace = trace_to(path);
        process_pool workers{{.workers = 2}};
        std::vector<future<int>> answers;
        for (int i = 0; i < calls; ++i) answers.push_back(workers.submit<&twice>(i));
        for (int i = 0; i < calls; ++i) EXPECT_EQ(answers[static_cast<std::size_t>(i)].get(), 2 * i);
        EXPECT_THROW(workers.submit<&refuses>(1).get(), std::runtime_error);
    }
    const json_value trace = json_value::parse(content(path));
    std::set<double> processes;
    std::map<std::string, int> slices;
    std::map<double, json_value> starts;
    int calls_seen = 0;
    int results_seen = 0;
    double largest = 0;
    for (const json_value& one : trace["traceEvents"].list) {
        if (one["name"].text == "process_name") processes.insert(one["pid"].number);
        if (one["ph"].text == "X") ++slices[one["cat"].text + " " + one["name"].text];
        if (one["ph"].text == "s") starts[one["id"].number] = one;
        if (one["ph"].text == "C" && one["name"].text == "calls in flight")
            largest = std::max(largest, one["args"]["value"].number);
        if (one["ph"].text != "f") continue;
        ASSERT_TRUE(starts.contains(one["id"].number));
        const json_value& start = starts[one["id"].number];
        EXPECT_GE(one["ts"].number, start["ts"].number);
        if (one["cat"].text == "call") ++calls_seen;
        if (one["cat"].text == "result") ++results_seen;
        if (one["cat"].text == "call" || one["cat"].text == "result")
            EXPECT_NE(one["pid"].number, start["pid"].number);
    }
    EXPECT_GE(processes.size(), 2u);
    EXPECT_EQ(calls_seen, calls + 1);
    EXPECT_EQ(results_seen, calls + 1);
    EXPECT_EQ(slices["run call"] + slices["failed call"],
              calls + 1 + static_cast<int>(processes.size()) - 1);   // and one to get ready
    EXPECT_EQ(slices["failed call"], 1);
    EXPECT_GE(largest, 1);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(here.path()), {}), 1);
}

TEST(TracedCalls, WorkersThatOutliveTheTraceLeaveNothingBehind) {
    const scratch_directory here;
    {
        process_pool workers{{.workers = 1}};
        {
            trace_file trace = trace_to(here.path().native() + "/a.pftrace");
            EXPECT_EQ(workers.submit<&twice>(1).get(), 2);
        }
        EXPECT_EQ(workers.submit<&twice>(2).get(), 4);
    }
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(here.path()), {}), 1);
}

TEST(TracedCalls, AreCountedInASessionAsWell) {
    process_pool workers{{.workers = 1}};
    trace_session session;
    EXPECT_EQ(workers.submit<&twice>(1).get(), 2);
    session.stop();
    EXPECT_EQ(workers.submit<&twice>(1).get(), 2);
    const trace_data trace = session.snapshot();
    const auto counter = std::ranges::find_if(trace.counters, [&](const auto& one) {
        return trace.texts[one.name] == "calls in flight";
    });
    ASSERT_NE(counter, trace.counters.end());
    EXPECT_EQ(std::ranges::max(counter->samples, {}, &trace_data::sample::value).value, 1);
    EXPECT_EQ(counter->samples.back().value, 0);
}

}  // namespace
}  // namespace troika
