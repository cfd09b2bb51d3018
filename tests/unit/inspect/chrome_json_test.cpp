// SPDX-License-Identifier: MIT
#include <troika/inspect/chrome_json.hpp>

#include "unit/support/json_value.hpp"
#include "unit/support/trace_samples.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace troika {
namespace {

using namespace testing_support;
using events = std::vector<json_value>;

std::string written(const trace_data& trace) {
    std::string text;
    write_chrome_json(trace, [&](std::string_view piece) { text += piece; });
    return text;
}

events of(const trace_data& trace) { return json_value::parse(written(trace))["traceEvents"].list; }

events having(const events& all, const std::string& key, const std::string& value) {
    events found;
    for (const json_value& one : all)
        if (one.has(key) && one[key].text == value) found.push_back(one);
    return found;
}

TEST(ChromeJson, NamesProcessesAndThreads) {
    const events all = of(small_trace());
    const events processes = having(all, "name", "process_name");
    ASSERT_EQ(processes.size(), 2u);
    EXPECT_EQ(processes[0]["pid"].number, 100);
    EXPECT_EQ(processes[0]["args"]["name"].text, "parent");
    EXPECT_EQ(processes[1]["args"]["name"].text, "child");
    const events threads = having(all, "name", "thread_name");
    ASSERT_EQ(threads.size(), 3u);   // with the strip; tasks have no thread
    EXPECT_EQ(threads[0]["tid"].number, 101);
    EXPECT_EQ(threads[0]["args"]["name"].text, "main");
    EXPECT_EQ(threads[2]["args"]["name"].text, "GIL");
}

TEST(ChromeJson, GivesSlicesOfThreadsInMicroseconds) {
    const events slices = having(of(small_trace()), "ph", "X");
    const auto first = std::ranges::find_if(
        slices, [](const auto& one) { return one["name"].text == "first"; });
    ASSERT_NE(first, slices.end());
    EXPECT_EQ((*first)["ts"].number, 1.0);
    EXPECT_EQ((*first)["dur"].number, 1.5);
    EXPECT_EQ((*first)["cat"].text, "run");
    EXPECT_EQ((*first)["args"]["detail"].text, "main.cpp:3");
    EXPECT_EQ((*first)["args"]["task"].text, "0x100000001");
    const auto call =
        std::ranges::find_if(slices, [](const auto& one) { return one["name"].text == "call"; });
    ASSERT_NE(call, slices.end());
    EXPECT_EQ((*call)["pid"].number, 200);
    EXPECT_EQ((*call)["dur"].number, 1.001);
}

TEST(ChromeJson, SlicesOfAThreadDoNotOverlap) {
    std::map<double, double> ends;   // by thread
    events slices = having(of(large_trace(1000)), "ph", "X");
    std::ranges::sort(slices, {}, [](const auto& one) { return one["ts"].number; });
    for (const json_value& one : slices) {
        double& end = ends[one["tid"].number];
        EXPECT_GE(one["ts"].number, end);
        end = one["ts"].number + one["dur"].number;
    }
    EXPECT_EQ(slices.size(), 1000u);
}

TEST(ChromeJson, NestsTheStatesOfATaskInIt) {
    const events all = of(small_trace());
    std::map<std::string, std::vector<std::string>> open;
    std::map<std::string, int> nested;
    std::map<std::string, double> last;
    for (const json_value& one : all) {
        const std::string phase = one["ph"].text;
        if (phase != "b" && phase != "e") continue;
        const std::string id = one["id2"]["local"].text;
        EXPECT_EQ(one["cat"].text, "task");
        EXPECT_GE(one["ts"].number, last[id]);
        last[id] = one["ts"].number;
        auto& stack = open[id];
        if (phase == "b") {
            stack.push_back(one["name"].text);
            EXPECT_LE(stack.size(), 2u);
            if (stack.size() == 2) ++nested[id];
        } else {
            ASSERT_FALSE(stack.empty());
            EXPECT_EQ(stack.back(), one["name"].text);
            stack.pop_back();
        }
    }
    EXPECT_EQ(open.size(), 2u);
    for (const auto& [id, stack] : open) EXPECT_TRUE(stack.empty()) << id;
    EXPECT_EQ(nested["0x100000001"], 4);
    EXPECT_EQ(nested["0x100000002"], 2);
}

TEST(ChromeJson, ArrowsStartAndEndInSlices) {
    const events all = of(small_trace());
    const events slices = having(all, "ph", "X");
    const auto lies_in_one = [&](const json_value& end) {
        return std::ranges::any_of(slices, [&](const json_value& slice) {
            return slice["pid"].number == end["pid"].number &&
                   slice["tid"].number == end["tid"].number &&
                   slice["ts"].number <= end["ts"].number &&
                   end["ts"].number <= slice["ts"].number + slice["dur"].number + 1e-9;
        });
    };
    const events starts = having(all, "ph", "s");
    const events ends = having(all, "ph", "f");
    ASSERT_EQ(starts.size(), 4u);
    ASSERT_EQ(ends.size(), 4u);
    std::set<double> ids;
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_TRUE(ids.insert(starts[i]["id"].number).second);
        EXPECT_EQ(starts[i]["id"].number, ends[i]["id"].number);
        EXPECT_EQ(starts[i]["cat"].text, ends[i]["cat"].text);
        EXPECT_EQ(starts[i]["name"].text, ends[i]["name"].text);
        EXPECT_EQ(ends[i]["bp"].text, "e");
        EXPECT_TRUE(lies_in_one(starts[i])) << i;
        EXPECT_TRUE(lies_in_one(ends[i])) << i;
    }
    // From the thread that ran the first task to that which ran the second.
    EXPECT_EQ(starts[0]["tid"].number, 101);
    EXPECT_EQ(ends[0]["ts"].number, 2.5);
    EXPECT_EQ(ends[1]["pid"].number, 200);
}

TEST(ChromeJson, HasMomentsCountersAndWhatWasLost) {
    const std::string text = written(small_trace());
    const json_value whole = json_value::parse(text);
    EXPECT_EQ(whole["otherData"]["lost_records"].text, "3");
    const events all = whole["traceEvents"].list;
    const events moments = having(all, "ph", "i");
    ASSERT_EQ(moments.size(), 1u);
    EXPECT_EQ(moments[0]["name"].text, "loaded");
    EXPECT_EQ(moments[0]["ts"].number, 3.0);
    const events of_tasks = having(all, "ph", "n");
    ASSERT_EQ(of_tasks.size(), 1u);
    EXPECT_EQ(of_tasks[0]["id2"]["local"].text, "0x100000001");
    const events counters = having(all, "ph", "C");
    ASSERT_EQ(counters.size(), 3u);
    EXPECT_EQ(counters[0]["name"].text, "tasks ready");
    EXPECT_EQ(counters[0]["args"]["value"].number, 1);
    EXPECT_EQ(counters[2]["args"]["value"].number, -7);
}

TEST(ChromeJson, IsValidWhateverTheNames) {
    const std::string text = written(nasty_trace());
    EXPECT_EQ(json_value::parse(text)["traceEvents"].list.size(),
              of(small_trace()).size());
    EXPECT_LT(text.size(), 100'000u);   // a name of a megabyte is cut
}

TEST(ChromeJson, OfAnEmptyTraceIsValid) {
    EXPECT_TRUE(of(trace_data()).empty());
}

TEST(ChromeJson, IsWrittenInPieces) {
    std::size_t pieces = 0;
    std::size_t largest = 0;
    write_chrome_json(large_trace(20'000), [&](std::string_view piece) {
        ++pieces;
        largest = std::max(largest, piece.size());
    });
    EXPECT_GT(pieces, 50u);
    EXPECT_LT(largest, 64u << 10);
}

TEST(ChromeJson, RefusesWhatIsNoTrace) {
    trace_data trace = small_trace();
    trace.spans[0].lane = 99;
    EXPECT_THROW(static_cast<void>(written(trace)), std::invalid_argument);
}

}  // namespace
}  // namespace troika
