// SPDX-License-Identifier: MIT
#include <troika/subprocess/child.hpp>

#include <troika/pool/thread_pool.hpp>
#include <troika/tasks/gather.hpp>
#include <troika/tasks/move_on_after.hpp>

#include "unit/subprocess/leftovers.hpp"
#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace troika::subprocess {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Child : public NothingLeft {
protected:
    Child() {
        std::string name = ::testing::TempDir() + "troika-child-XXXXXX";
        folder = ::mkdtemp(name.data());
    }
    ~Child() override { std::filesystem::remove_all(folder); }

    std::string content_of(const std::string& name) const {
        std::ifstream in(folder + "/" + name);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    std::string folder;
};

command shell(std::string_view script) { return {"sh", "-c", script}; }

start_options all_pipes() {
    return {.standard_input = stdio::pipe,
            .standard_output = stdio::pipe,
            .standard_error = stdio::pipe};
}

// ---- how it ends

task<exit_status> status_of(command what, start_options options = {}) {
    child running = co_await start(std::move(what), options);
    const exit_status status = co_await running.wait();
    EXPECT_FALSE(running.is_alive());
    EXPECT_FALSE(running.kill());   // there is nobody any more
    EXPECT_EQ(co_await running.wait(), status);
    co_return status;
}

TEST_F(Child, TellsHowItEnded) {
    EXPECT_EQ(run_here(status_of(command("true"))), exit_status());
    EXPECT_EQ(run_here(status_of(shell("exit 7"))), exit_status::exited(7));
    EXPECT_EQ(run_here(status_of(shell("kill -KILL $$"))), exit_status::killed(SIGKILL));
}

task<void> wait_twice(child& running) {
    auto both = co_await gather(running.wait(), running.wait());
    EXPECT_EQ(std::get<0>(both), exit_status::exited(3));
    EXPECT_EQ(std::get<1>(both), exit_status::exited(3));
}
task<void> wait_together() {
    child running = co_await start(shell("read x; exit 3"), all_pipes());
    EXPECT_TRUE(running.is_alive());
    EXPECT_TRUE(is_process(running.pid()));
    running.input().close();
    co_await wait_twice(running);
    EXPECT_FALSE(is_process(running.pid()));
}

TEST_F(Child, SeveralTasksWait) { run_here(wait_together()); }

task<void> wait_while_held(std::string fifo) {
    const command what("sh", "-c", "(read x < \"$1\"; echo done) & exit 4", "sh", fifo);
    child running = co_await start(what, all_pipes());
    const exit_status status = co_await running.wait();
    EXPECT_EQ(status, exit_status::exited(4));
    // Its grandchild is still there, and ends when it is let.
    const int gate = ::open(fifo.c_str(), O_RDWR | O_CLOEXEC);
    EXPECT_EQ(::write(gate, "\n", 1), 1);
    EXPECT_EQ(co_await running.output().read_all(100), "done\n");
    ::close(gate);
}

TEST_F(Child, WaitsForTheProcessThoughAGrandchildHoldsThePipe) {
    const std::string fifo = folder + "/fifo";
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    run_here(wait_while_held(fifo));
}

task<void> give_up_waiting() {
    child running = co_await start({"cat"}, all_pipes());
    const auto status = co_await move_on_after(1ms, running.wait());
    EXPECT_EQ(status, std::nullopt);
    EXPECT_TRUE(running.is_alive());
    running.input().close();
    EXPECT_EQ(co_await running.wait(), exit_status());
}

TEST_F(Child, GoesOnWhenNobodyWaitsAnyLonger) { run_here(give_up_waiting()); }

// ---- pipes

task<void> talk() {
    child running = co_await start({"cat"}, all_pipes());
    co_await running.input().write_all("one\n");
    EXPECT_EQ(co_await running.output().read_line(), "one");
    co_await running.input().write_all("two\n");
    EXPECT_EQ(co_await running.output().read_line(), "two");
    running.input().close();
    EXPECT_EQ(co_await running.output().read_line(), std::nullopt);
    EXPECT_EQ(co_await running.wait(), exit_status());
}

TEST_F(Child, IsTalkedTo) { run_here(talk()); }

task<void> move_it_about() {
    child first = co_await start({"cat"}, all_pipes());
    pipe_writer input = std::move(first.input());
    child second = std::move(first);
    pipe_reader output = std::move(second.output());
    co_await input.write_all("x");
    input.close();
    EXPECT_EQ(co_await output.read_all(10), "x");
    EXPECT_EQ(co_await second.wait(), exit_status());
}

TEST_F(Child, Moves) { run_here(move_it_about()); }

task<void> ask_for_no_pipe() {
    child running = co_await start({"true"});
    EXPECT_THROW(static_cast<void>(running.input()), std::logic_error);
    EXPECT_THROW(static_cast<void>(running.error()), std::logic_error);
    try {
        static_cast<void>(running.output());
    } catch (const std::logic_error& error) {
        EXPECT_THAT(error.what(), HasSubstr(".standard_output = stdio::pipe"));
    }
    EXPECT_EQ(co_await running.wait(), exit_status());
}

TEST_F(Child, SaysWhatIsNoPipe) { run_here(ask_for_no_pipe()); }

task<void> send_much_through(std::size_t size) {
    const std::string text(size, 'x');
    child running = co_await start(shell("tee /dev/stderr"), all_pipes());
    const communication said = co_await running.communicate(text);
    EXPECT_EQ(said.output.size(), size);
    EXPECT_EQ(said.error.size(), size);
    EXPECT_TRUE(said.output == text && said.error == text);
    EXPECT_EQ(co_await running.wait(), exit_status());
}

TEST_F(Child, CommunicatesInAllDirectionsAtOnce) { run_here(send_much_through(3'000'000)); }

task<void> send_what_is_not_read() {
    child running = co_await start(shell("exec <&-; echo enough"), all_pipes());
    const std::string text(1'000'000, 'x');
    const communication said = co_await running.communicate(text);
    EXPECT_EQ(said.output, "enough\n");
    EXPECT_EQ(co_await running.wait(), exit_status());
}

TEST_F(Child, NeedNotReadItsInput) {
    const auto before = std::signal(SIGPIPE, SIG_DFL);   // it would end the test
    run_here(send_what_is_not_read());
    std::signal(SIGPIPE, before);
}

task<void> keep_too_little() {
    child running = co_await start({"yes"}, all_pipes());
    std::string said;
    try {
        co_await running.communicate({}, 100'000);
    } catch (const output_overrun& error) {
        said = error.what();
    }
    EXPECT_THAT(said, StartsWith("standard output of yes has more than 100000 bytes"));
    EXPECT_TRUE(running.is_alive());
}

TEST_F(Child, IsNotLetToFillOurMemory) { run_here(keep_too_little()); }

// ---- what it has

task<std::string> said_by(command what, start_options options) {
    options.standard_output = stdio::pipe;
    child running = co_await start(std::move(what), options);
    const communication said = co_await running.communicate();
    EXPECT_EQ(co_await running.wait(), exit_status());
    co_return said.output;
}

TEST_F(Child, HasADirectoryAndAnEnvironment) {
    EXPECT_EQ(run_here(said_by(shell("pwd"), {.directory = "/"})), "/\n");
    environment changed;
    changed.set("TROIKA_TEST", "a b").unset("HOME");
    EXPECT_EQ(run_here(said_by(shell("echo \"$TROIKA_TEST:$HOME\""), {.environment = &changed})),
              "a b:\n");
    const environment none = environment::empty();
    EXPECT_EQ(run_here(said_by({"/usr/bin/env"}, {.environment = &none})), "");
}

TEST_F(Child, IsLookedForInItsOwnPath) {
    std::ofstream(folder + "/troika-odd-program") << "#!/bin/sh\necho found\n";
    std::filesystem::permissions(folder + "/troika-odd-program", std::filesystem::perms::owner_all);
    environment changed;
    changed.set("PATH", "/troika-no-such:" + folder);
    EXPECT_EQ(run_here(said_by({"troika-odd-program"}, {.environment = &changed})), "found\n");
    // A relative place is one of the child's directory.
    changed.set("PATH", "");
    EXPECT_EQ(
        run_here(said_by({"troika-odd-program"}, {.directory = folder, .environment = &changed})),
        "found\n");
}

TEST_F(Child, WritesToFilesAndDescriptors) {
    const std::string out = folder + "/out", both = folder + "/both";
    std::ofstream(out) << "old and long content\n";
    start_options to_file{.standard_output = stdio::file(out)};
    EXPECT_TRUE(run_here(status_of({"echo", "new"}, to_file)).success());
    to_file.standard_output = stdio::append(out);
    EXPECT_TRUE(run_here(status_of({"echo", "more"}, to_file)).success());
    EXPECT_EQ(content_of("out"), "new\nmore\n");
    EXPECT_EQ(run_here(said_by({"cat"}, {.standard_input = stdio::file(out)})), "new\nmore\n");

    to_file.standard_output = stdio::file(both);
    to_file.standard_error = stdio::output;
    EXPECT_TRUE(run_here(status_of(shell("echo 1; echo 2 >&2; echo 3"), to_file)).success());
    EXPECT_EQ(content_of("both"), "1\n2\n3\n");

    const int file = ::open(out.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
    start_options to_descriptor{.standard_output = stdio::descriptor(file)};
    EXPECT_TRUE(run_here(status_of({"echo", "x"}, to_descriptor)).success());
    ::close(file);
    EXPECT_EQ(content_of("out"), "x\n");
    EXPECT_TRUE(
        run_here(status_of(shell("test -z \"$(cat)\"; echo lost"), {.standard_input = stdio::null,
                                                                    .standard_output = stdio::null,
                                                                    .standard_error = stdio::null}))
            .success());
}

TEST_F(Child, InheritsNothingElse) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);   // without close-on-exec: as one that we inherited
    const auto before = std::signal(SIGUSR1, SIG_IGN);
    const std::string said = run_here(
        said_by(shell("grep -E 'SigBlk|SigIgn' /proc/self/status; for each in /proc/$$/fd/*; do "
                      "readlink $each; done; true"),
                {.standard_input = stdio::null, .standard_error = stdio::null}));
    std::signal(SIGUSR1, before);
    ::close(ends[0]);
    ::close(ends[1]);
    EXPECT_THAT(said, StartsWith("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"
                                 "/dev/null\npipe:["));
    EXPECT_THAT(said, ::testing::EndsWith("]\n/dev/null\n"));
}

// ---- why it cannot start

task<std::string> why_not(command what, start_options options = {}) {
    std::string said = "started";
    try {
        child running = co_await start(std::move(what), options);
        co_await running.wait();
    } catch (const std::system_error& error) {
        said = error.what();
    }
    co_return said;
}

TEST_F(Child, SaysWhyItCannotStart) {
    EXPECT_THAT(run_here(why_not({"troika-no-such"})),
                StartsWith("start troika-no-such (it is in no directory of PATH"));
    EXPECT_THAT(run_here(why_not({"ls -l"})), HasSubstr("give its arguments apart"));
    EXPECT_THAT(run_here(why_not({"/troika-no-such"}, {.directory = "/"})),
                StartsWith("start /troika-no-such in / (it is not there"));
    EXPECT_EQ(run_here(why_not({folder})), "start " + folder + ": Permission denied");
    EXPECT_THAT(run_here(why_not({"ls"}, {.directory = "/troika-no-such"})),
                StartsWith("enter the directory /troika-no-such to start ls: No such file"));
    EXPECT_THAT(run_here(why_not({"ls"}, {.standard_input = stdio::file("/troika-no-such")})),
                StartsWith("open /troika-no-such as the standard input of ls: No such file"));
    EXPECT_THAT(run_here(why_not({"ls"}, {.standard_output = stdio::descriptor(1'000'000)})),
                StartsWith("give descriptor 1000000 as the standard output of ls: Bad file"));
    const std::string text = folder + "/text";
    std::ofstream(text) << "no program";
    std::filesystem::permissions(text, std::filesystem::perms::owner_all);
    EXPECT_THAT(run_here(why_not({text})), HasSubstr("#!/bin/sh"));
    EXPECT_THAT(run_here(why_not({"echo", std::string(3 << 20, 'x')})), HasSubstr("too long"));
}

TEST_F(Child, RefusesWhatCannotBe) {
    EXPECT_THROW(run_here(why_not({"ls"}, {.standard_output = stdio::output})),
                 std::invalid_argument);
    EXPECT_THROW(run_here(why_not({"ls"}, {.standard_input = stdio::append("x")})),
                 std::invalid_argument);
    EXPECT_THROW(run_here(why_not({"ls"}, {.standard_error = stdio::descriptor(-1)})),
                 std::invalid_argument);
    EXPECT_THROW(run_here(why_not({"ls"}, {.directory = std::string_view("a\0b", 3)})),
                 std::invalid_argument);
}

// ---- signals, and the end that we give it

task<void> send_signals() {
    child running = co_await start(shell("trap 'echo got' USR1; echo ready; while :; do read x; "
                                         "done"),
                                   all_pipes());
    EXPECT_EQ(co_await running.output().read_line(), "ready");
    EXPECT_TRUE(running.send_signal(SIGUSR1));
    EXPECT_EQ(co_await running.output().read_line(), "got");
    EXPECT_TRUE(running.terminate());
    EXPECT_EQ(co_await running.wait(), exit_status::killed(SIGTERM));
    EXPECT_FALSE(running.send_signal(SIGUSR1));
}

TEST_F(Child, GetsSignals) { run_here(send_signals()); }

// Two processes of a group that tell their numbers.
constexpr std::string_view with_grandchild =
    "sh -c 'echo $$; exec tail -f /dev/null' & echo $$; wait";

task<void> wait_for_end_of_pipe(child& running) {
    EXPECT_EQ(co_await running.output().read_line(), std::nullopt);
}

task<void> kill_group() {
    child running = co_await start(shell(with_grandchild), all_pipes());
    co_await running.output().read_line();
    co_await running.output().read_line();
    EXPECT_TRUE(running.kill());
    EXPECT_EQ(co_await running.wait(), exit_status::killed(SIGKILL));
    co_await wait_for_end_of_pipe(running);   // the grandchild has gone as well
}

TEST_F(Child, IsKilledWithItsGroup) { run_here(kill_group()); }

task<exit_status> stop(std::string_view script, duration grace) {
    child running = co_await start(shell(script), all_pipes());
    EXPECT_EQ(co_await running.output().read_line(), "ready");
    const exit_status status = co_await running.stop(grace);
    EXPECT_EQ(co_await running.stop(grace), status);
    co_return status;
}

TEST_F(Child, IsStoppedWithPatience) {
    EXPECT_EQ(run_here(stop("trap 'exit 9' TERM; echo ready; while :; do read x; done", 1h)),
              exit_status::exited(9));
    EXPECT_EQ(run_here(stop("trap '' TERM; echo ready; while :; do read x; done", 5ms)),
              exit_status::killed(SIGKILL));
    // What it says at its end does not hold it.
    EXPECT_EQ(run_here(stop("trap 'head -c 300000 /dev/zero; exit 9' TERM; echo ready; "
                            "while :; do read x; done",
                            1h)),
              exit_status::exited(9));
}

task<exit_status> stop_with_late_child(std::string fifo) {
    // It starts another one when it is asked to end, and goes once that runs.
    const std::string_view script =
        "trap 'sh -c \"echo >$1; exec tail -f /dev/null\" & read x <$1; exit 9' TERM; echo ready; "
        "while :; do read x; done";
    child running = co_await start({"sh", "-c", script, "sh", fifo}, all_pipes());
    EXPECT_EQ(co_await running.output().read_line(), "ready");
    co_return co_await running.stop(1h);
}

TEST_F(Child, IsStoppedWithWhatItStartsAtItsEnd) {
    const std::string fifo = folder + "/fifo";
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    EXPECT_EQ(run_here(stop_with_late_child(fifo)), exit_status::exited(9));
}

task<void> drop_it(int& pid, std::optional<pipe_reader>& output) {
    child running = co_await start(shell(with_grandchild), all_pipes());
    co_await running.output().read_line();
    co_await running.output().read_line();
    output.emplace(std::move(running.output()));
    pid = running.pid();
}
task<void> drop_and_look() {
    int pid = 0;
    std::optional<pipe_reader> output;
    co_await drop_it(pid, output);
    EXPECT_EQ(co_await output->read_line(), std::nullopt);   // the whole group has gone
}

TEST_F(Child, IsKilledWhenItIsDropped) { run_here(drop_and_look()); }

TEST_F(Child, IsKilledWhenItIsDroppedOutsideOfTheLoop) {
    std::optional<child> kept(run_here(start({"tail", "-f", "/dev/null"})));
    const int pid = kept->pid();
    EXPECT_TRUE(kept->is_alive());
    kept.reset();
    loop().run([]() -> task<void> { co_return; }());
    EXPECT_FALSE(is_process(pid));
}

// ---- elsewhere

task<void> start_and_drop() {
    child dropped = co_await start({"tail", "-f", "/dev/null"});
    EXPECT_TRUE(dropped.is_alive());
    co_await send_much_through(300'000);
}

TEST_F(Child, BelongsToTasksOfAPoolToo) {
    thread_pool pool({.workers = 2});
    std::vector<future<void>> all;
    for (int i = 0; i < 4; ++i) {
        all.push_back(pool.submit(talk()));
        all.push_back(pool.submit(send_much_through(200'000)));
        all.push_back(pool.submit(start_and_drop()));
        all.push_back(pool.submit(kill_group()));
    }
    for (future<void>& each : all) each.get();
}

TEST_F(Child, BelongsToTasksOfSeveralLoops) {
    std::thread other([] {
        event_loop second;
        for (int i = 0; i < 10; ++i) second.run(start_and_drop());
    });
    for (int i = 0; i < 10; ++i) run_here(start_and_drop());
    other.join();
}

}  // namespace
}  // namespace troika::subprocess
