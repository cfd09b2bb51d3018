// SPDX-License-Identifier: MIT
#include "inspect/trace_variable.hpp"

#include <troika/tasks/sleep.hpp>

#include "inspect/trace_output.hpp"
#include "unit/fs/scratch_directory.hpp"
#include "unit/support/json_value.hpp"
#include "unit/support/virtual_loop.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

namespace troika::impl {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;
using testing_fs::scratch_directory;
namespace files = std::filesystem;

std::string content(const std::string& path) {
    std::ifstream from(path, std::ios::binary);
    std::ostringstream all;
    all << from.rdbuf();
    return all.str();
}

task<void> doze() { co_await sleep(1s); }

/// Runs a loop in a program that has just started, with a variable set; it exits with 0.
/// Each test has a program of its own: what a process does because of the variable it does once.
class TraceVariable : public ::testing::Test {
protected:
    TraceVariable() {
        GTEST_FLAG_SET(death_test_style, "threadsafe");
        // The program is started anew for the death test, and runs the same test up to it.
        if (const char* const given = std::getenv("TROIKA_TEST_SCRATCH"))
            directory = given;
        else
            directory = scratch.path();
        ::setenv("TROIKA_TEST_SCRATCH", directory.c_str(), 1);
    }
    ~TraceVariable() override { ::unsetenv("TROIKA_TEST_SCRATCH"); }

    [[noreturn]] static void run_with(const char* variable, const std::string& value) {
        ::setenv(variable, value.c_str(), 1);
        if (std::string(variable) == trace_parts_variable) obey_trace_parts_variable();
        {
            virtual_loop here;
            here.run(doze());
        }
        std::exit(0);
    }

    const scratch_directory scratch;
    std::string directory;
};

TEST_F(TraceVariable, HasAProgramWriteItsTraceAtExit) {
    EXPECT_EXIT(run_with("TROIKA_TRACE", directory + "/a.json"), ::testing::ExitedWithCode(0), "");
    const json_value trace = json_value::parse(content(directory + "/a.json"));
    bool slept = false;
    for (const json_value& one : trace["traceEvents"].list)
        slept = slept || (one.has("name") && one["name"].text == "sleep");
    EXPECT_TRUE(slept);
    EXPECT_EQ(std::distance(files::directory_iterator(directory), {}), 1);
}

TEST_F(TraceVariable, IsRefusedAloudAndTheProgramGoesOn) {
    EXPECT_EXIT(run_with("TROIKA_TRACE", directory + "/a.png"), ::testing::ExitedWithCode(0),
                "TROIKA_TRACE: a trace cannot be written to .*a.png.*\\.json.*nothing is recorded");
    EXPECT_EXIT(run_with("TROIKA_TRACE", directory + "/missing/a.json"),
                ::testing::ExitedWithCode(0), "TROIKA_TRACE: write a trace to .*missing/a.json");
    EXPECT_EXIT(run_with("TROIKA_TRACE", ""), ::testing::ExitedWithCode(0), "^$");
    EXPECT_TRUE(files::is_empty(directory));
}

TEST_F(TraceVariable, LeavesAPartToAnotherProcessThatWritesTheFile) {
    trace_output output(directory + "/a.json");
    EXPECT_EXIT(run_with("TROIKA_TRACE", directory + "/a.json"), ::testing::ExitedWithCode(0), "");
    EXPECT_EQ(std::distance(files::directory_iterator(output.parts()), {}), 1);
    EXPECT_FALSE(files::exists(output.path()));
    output.write({});
    EXPECT_NE(content(output.path()).find("\"name\":\"sleep\""), std::string::npos);
}

TEST_F(TraceVariable, OfAWorkerNamesTheFolderOfItsParent) {
    trace_output output(directory + "/a.json");
    EXPECT_EXIT(run_with(trace_parts_variable, output.parts()), ::testing::ExitedWithCode(0), "");
    EXPECT_EQ(std::distance(files::directory_iterator(output.parts()), {}), 1);
    output.write({});
    // A worker that outlives the trace has nothing to say.
    EXPECT_EXIT(run_with(trace_parts_variable, output.parts()), ::testing::ExitedWithCode(0),
                "^$");
    EXPECT_EQ(std::distance(files::directory_iterator(directory), {}), 1);
}

TEST_F(TraceVariable, ACopyOfTheProcessWritesNothing) {
    const auto forked = [this] {
        ::setenv("TROIKA_TRACE", (directory + "/a.json").c_str(), 1);
        virtual_loop here;
        here.run(doze());
        const ::pid_t child = ::fork();
        if (child == 0) std::exit(0);
        int status = 1;
        ::waitpid(child, &status, 0);
        std::exit(files::exists(directory + "/a.json") || status != 0 ? 1 : 0);
    };
    EXPECT_EXIT(forked(), ::testing::ExitedWithCode(0), "");
    EXPECT_TRUE(files::exists(directory + "/a.json"));
}

}  // namespace
}  // namespace troika::impl
