// SPDX-License-Identifier: MIT
#include <troika/subprocess/run.hpp>

#include <troika/core/errors.hpp>
#include <troika/tasks/gather.hpp>

#include "unit/subprocess/cancelled_runs.hpp"
#include "unit/subprocess/leftovers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace troika::subprocess {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Run : public NothingLeft {
protected:
    completed run_it(command what, run_options options = {}) {
        return run_here(run(std::move(what), options));
    }
};

TEST_F(Run, GivesWhatWasWrittenAndHowItEnded) {
    const completed done = run_it({"sh", "-c", "echo out; echo err >&2; exit 3"});
    EXPECT_EQ(done.output, "out\n");
    EXPECT_EQ(done.error, "err\n");
    EXPECT_EQ(done.status, exit_status::exited(3));
    EXPECT_EQ(done.command, "sh -c 'echo out; echo err >&2; exit 3'");
}

task<void> as_in_the_face() {
    std::string text(1'000'000, 'z');
    auto zipped = co_await troika::subprocess::run({"gzip", "-9"}, {.input = text});
    auto plain = co_await troika::subprocess::run({"gzip", "-d"}, {.input = zipped.output});
    EXPECT_LT(zipped.output.size(), 10'000u);
    EXPECT_TRUE(plain.output == text);
}

TEST_F(Run, ZipsAndUnzips) { run_here(as_in_the_face()); }

TEST_F(Run, PutsMuchThroughAtOnce) {
    const std::string text(5'000'000, 'x');
    EXPECT_TRUE(run_it({"cat"}, {.input = text}).output == text);
}

TEST_F(Run, GivesNothingToRead) {
    EXPECT_EQ(run_it({"cat"}).output, "");
    EXPECT_EQ(run_it({"cat"}, {.input = ""}).output, "");
    EXPECT_THROW(run_it({"cat"}, {.input = "x", .standard_input = stdio::file("/dev/zero")}),
                 std::invalid_argument);
}

TEST_F(Run, KeepsOnlyWhatIsAPipe) {
    const completed done =
        run_it({"sh", "-c", "echo out; echo err >&2"}, {.standard_output = stdio::null});
    EXPECT_EQ(done.output, "");
    EXPECT_EQ(done.error, "err\n");
    const completed both =
        run_it({"sh", "-c", "echo out; echo err >&2"}, {.standard_error = stdio::output});
    EXPECT_EQ(both.output, "out\nerr\n");
    EXPECT_EQ(both.error, "");
}

TEST_F(Run, ChecksTheStatus) {
    const completed bad = run_it({"sh", "-c", "echo reason >&2; exit 3"});
    try {
        bad.raise_for_status();
        ADD_FAILURE() << "it is no success";
    } catch (const subprocess_error& error) {
        EXPECT_STREQ(error.what(), "sh -c 'echo reason >&2; exit 3': exit code 3\nreason");
        EXPECT_EQ(error.status(), exit_status::exited(3));
    }
    EXPECT_THROW(run_it({"false"}, {.check = true}), subprocess_error);
    EXPECT_EQ(run_it({"true"}, {.check = true}).raise_for_status().status, exit_status());
}

TEST_F(Run, EndsWhatWritesTooMuch) {
    try {
        run_it({"yes"}, {.output_max = 50'000});
        ADD_FAILURE() << "it ended";
    } catch (const output_overrun& error) {
        EXPECT_EQ(error.limit(), 50'000u);
    }
    EXPECT_THROW(run_it({"sh", "-c", "exec yes >&2"}, {.output_max = 0}), output_overrun);
    EXPECT_EQ(run_it({"echo", "123"}, {.output_max = 4}).output, "123\n");
}

TEST_F(Run, EndsWhatTakesTooLong) {
    try {
        run_it({"tail", "-f", "/dev/null"}, {.timeout = 20ms});
        ADD_FAILURE() << "it ended";
    } catch (const timeout_error& error) {
        EXPECT_THAT(error.what(),
                    StartsWith("tail -f /dev/null: not done within 20 ms, and ended"));
    }
    // A deaf group whose leader has gone, and whose other member holds the pipe.
    EXPECT_THROW(run_it({"sh", "-c", "(trap '' TERM; exec tail -f /dev/null) & exit 0"},
                        {.timeout = 20ms, .grace = 20ms}),
                 timeout_error);
    EXPECT_EQ(run_it({"echo", "x"}, {.timeout = 1h}).output, "x\n");
}

TEST_F(Run, StartsNothingThatCannotBe) {
    EXPECT_THROW(run_it({"troika-no-such"}, {.timeout = 1h}), std::system_error);
    EXPECT_THROW(run_it({"true"}, {.standard_output = stdio::output}), std::invalid_argument);
}

task<std::size_t> run_many(int count) {
    std::vector<task<completed>> all;
    for (int i = 0; i < count; ++i)
        all.push_back(run(command("sh", "-c", "cat; exit $1", "sh", std::to_string(i % 100)),
                          {.input = "text"}));
    const std::vector<completed> done = co_await gather(std::move(all));
    std::size_t right = 0;
    for (std::size_t i = 0; i < done.size(); ++i)
        right += done[i].output == "text" &&
                 done[i].status == exit_status::exited(static_cast<int>(i % 100));
    co_return right;
}

TEST_F(Run, ManyRunBesideEachOther) { EXPECT_EQ(run_here(run_many(100)), 100u); }

TEST_F(Run, LeavesNothingWhereverItIsCancelled) {
    EXPECT_GT(cancel_at_each_turn(loop(), 1000), 500u);
}

}  // namespace
}  // namespace troika::subprocess
