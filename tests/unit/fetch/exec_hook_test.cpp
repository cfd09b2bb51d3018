// SPDX-License-Identifier: MIT
#include <troika/fetch/exec_hook.hpp>

#include "fetch/descriptor_io.hpp"

#include <troika/fetch/failure.hpp>
#include <troika/tasks/gather.hpp>

#include "os/fd.hpp"
#include "unit/fetch/folder_fixture.hpp"
#include "unit/sync/hand_turned.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

namespace troika::fetch {
namespace {

using namespace std::chrono_literals;
using subprocess::exit_status;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::vector<std::string> words(std::string_view command, const std::string& path = "P") {
    return exec_hook::parse(command).arguments_for(path);
}

std::string refusal(std::string_view command) {
    try {
        static_cast<void>(exec_hook::parse(command));
        return "read";
    } catch (const failure& error) {
        EXPECT_EQ(error.why(), cause::usage);
        return error.what();
    }
}

TEST(ExecHook, TakesACommandApart) {
    EXPECT_THAT(words("tar xf {}"), ElementsAre("tar", "xf", "P"));
    EXPECT_THAT(words("  a\t'b c'\n\"d e\"  f\\ g "), ElementsAre("a", "b c", "d e", "f g", "P"));
    EXPECT_THAT(words("a 'b'\"c\"\\d '' \"\""), ElementsAre("a", "bcd", "", "", "P"));
    EXPECT_THAT(words(R"(a "\"\\\$\`\n'" '\"')"), ElementsAre("a", "\"\\$`\\n'", "\\\"", "P"));
    EXPECT_THAT(words(R"(a \$ \; '|' "<>&" *~)"),
                ElementsAre("a", "$", ";", "|", "<>&", "*~", "P"));
}

TEST(ExecHook, PutsThePathInItsPlaces) {
    EXPECT_THAT(words("cp {} {}.bak", "a b"), ElementsAre("cp", "a b", "a b.bak"));
    EXPECT_THAT(words("x --file={}:{} '{}' \"{}\"", "n"), ElementsAre("x", "--file=n:n", "n", "n"));
    EXPECT_THAT(words("x", "n"), ElementsAre("x", "n"));
    EXPECT_THAT(words("x {}", "$(rm) {}"), ElementsAre("x", "$(rm) {}"));   // replaced once
    EXPECT_THAT(words("x {} -{}", "-rf"), ElementsAre("x", "./-rf", "-./-rf"));
    EXPECT_THAT(words("x {}", "d/-rf"), ElementsAre("x", "d/-rf"));
}

TEST(ExecHook, SaysWhatCannotBe) {
    struct row {
        std::string command, why;
    };
    const row rows[] = {
        {"", "there is no command"},
        {" \t\n", "there is no command"},
        {"'' a", "there is no command"},
        {"a 'b", "a single quote is not closed"},
        {"a \"b", "a double quote is not closed"},
        {"a \"b\\\"", "a double quote is not closed"},
        {"a b\\", "a backslash ends the command"},
        {"{} a", "the first word is the program"},
        {"./{}", "the first word is the program"},
        {"a {} | b", "'|' has no meaning"},
        {"a {} >b", "'>' has no meaning"},
        {"a; b", "';' has no meaning"},
        {"a && b", "'&' has no meaning"},
        {"a $HOME", "'$' has no meaning"},
        {"a \"$HOME\"", "'$' has no meaning"},
        {"a `b`", "'`' has no meaning"},
        {"sh -c 'tar xf {}'", "what stands in a file's name"},
        {"env A=b /bin/bash -euc 'tar xf {}' x", "what stands in a file's name"},
        {std::string("a\0b", 3), "NUL"},
        {std::string(exec_hook::bytes_max + 1, 'x'), "longer than 65536"},
    };
    for (const row& each : rows) {
        EXPECT_THAT(refusal(each.command), StartsWith("--exec: ")) << each.command;
        EXPECT_THAT(refusal(each.command), HasSubstr(each.why)) << each.command;
    }
    EXPECT_EQ(refusal("sh -c 'tar xf \"$1\"' sh {}"), "read");
    EXPECT_EQ(refusal("bash script {}"), "read");
}

class RunCommand : public testing_fetch::FolderFixture {
protected:
    ~RunCommand() override {
        // Every child was reaped.
        EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
    }
    /// Runs `script` with `argument` as its $1.
    exit_status run(const std::string& script, const std::string& argument = "") {
        return loop.run(run_command(shell(script, argument)));
    }
    static std::vector<std::string> shell(const std::string& script, const std::string& argument) {
        return {"sh", "-c", script, "sh", argument};
    }

    event_loop loop;
};

TEST_F(RunCommand, TellsHowItEnded) {
    EXPECT_EQ(run("exit 0"), exit_status::exited(0));
    EXPECT_EQ(run("exit 3"), exit_status::exited(3));
    EXPECT_EQ(run("kill -KILL $$"), exit_status::killed(SIGKILL));
    EXPECT_EQ(run("test \"$1\" = '* $(x) {}'", "* $(x) {}"), exit_status::exited(0));
}

TEST_F(RunCommand, SaysWhyItCannotStart) {
    const auto said = [this](const std::string& program) -> std::string {
        try {
            loop.run(run_command({program, "x"}));
            return "started";
        } catch (const failure& error) {
            EXPECT_EQ(error.why(), cause::usage);
            return error.what();
        }
    };
    EXPECT_THAT(said("troika-no-such"), StartsWith("command not found: troika-no-such;"));
    EXPECT_THAT(said(folder), StartsWith("start " + folder + ": Permission denied"));
    const std::string text = folder + "/text";
    std::ofstream(text) << "no program";
    std::filesystem::permissions(text, std::filesystem::perms::owner_all);
    EXPECT_THAT(said(text), HasSubstr("#!/bin/sh"));
}

task<void> run_many(std::vector<std::string> command, int count, int& ended) {
    for (int i = 0; i < count; ++i) {
        const exit_status report = co_await run_command(command);
        if (report == exit_status::exited(5)) ++ended;
    }
}

TEST_F(RunCommand, ManyRunBesideEachOther) {
    int ended = 0;
    const auto all = [](int& count) -> task<void> {
        const std::vector<std::string> command = shell("exit 5", "");
        co_await gather(run_many(command, 10, count), run_many(command, 10, count),
                        run_many(command, 10, count));
    };
    loop.run(all(ended));
    EXPECT_EQ(ended, 30);
}

/// Runs `script`, with a pipe's name as its $1, until it writes to the pipe; then cancels it.
/// Returns: whether run_command() was cancelled; otherwise how it ended is in `report`.
task<bool> stop_when_ready(std::string script, std::string pipe, duration grace,
                           exit_status& report) {
    std::vector<std::string> arguments = {"sh", "-c", std::move(script), "sh", pipe};
    const os::fd ready(::open(pipe.c_str(), O_RDWR | O_CLOEXEC));
    testing_support::children group;
    command_options options;
    options.grace = grace;
    future<exit_status> answer = group.start(run_command(std::move(arguments), options));
    char signal[1];
    co_await read_descriptor(ready.get(), signal, "pipe");
    answer.cancel();
    co_await group.join();
    try {
        report = answer.get();
    } catch (const cancelled&) {
        co_return true;
    }
    co_return false;
}

TEST_F(RunCommand, ACancelAsksItToEnd) {
    const std::string pipe = folder + "/pipe", note = folder + "/note";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    exit_status report;
    const std::string script =
        "trap 'echo asked > \"" + note + "\"; exit 1' TERM; echo > \"$1\"; while :; do :; done";
    EXPECT_TRUE(loop.run(stop_when_ready(script, pipe, 1h, report)));
    EXPECT_TRUE(std::filesystem::exists(note));
}

TEST_F(RunCommand, ACommandThatDoesNotListenIsKilled) {
    const std::string pipe = folder + "/pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    exit_status report;
    const std::string script = "trap '' TERM; echo > \"$1\"; while :; do :; done";
    EXPECT_TRUE(loop.run(stop_when_ready(script, pipe, 20ms, report)));
}

task<void> run_when_cancelled(std::string note, bool& refused) {
    std::vector<std::string> arguments = {"touch", std::move(note)};
    current_task().cancel();
    try {
        co_await run_command(std::move(arguments));
    } catch (const cancelled&) {
        refused = true;
    }
}

TEST_F(RunCommand, ACancelledTaskStartsNothing) {
    bool refused = false;
    loop.run(run_when_cancelled(folder + "/note", refused));
    EXPECT_TRUE(refused);
    EXPECT_FALSE(std::filesystem::exists(folder + "/note"));
}

}  // namespace
}  // namespace troika::fetch
