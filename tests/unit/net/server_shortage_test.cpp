// SPDX-License-Identifier: MIT
// A server in a process that runs out of descriptors.
#include <troika/loop/event_loop.hpp>
#include <troika/net/connect.hpp>
#include <troika/net/server.hpp>
#include <troika/sync/event.hpp>

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace troika::net {
namespace {

task<void> greet(stream peer) { co_await peer.write_all("hello"); }

/// Descriptors that stand in the way until it is destroyed.
class crowd {
public:
    crowd() {
        for (int next; (next = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;)
            descriptors_.push_back(next);
    }
    crowd(const crowd&) = delete;
    crowd& operator=(const crowd&) = delete;
    ~crowd() {
        for (int each : descriptors_) ::close(each);
    }
    void leave_one() {
        ::close(descriptors_.back());
        descriptors_.pop_back();
    }

private:
    std::vector<int> descriptors_;
};

task<void> run_short_of_descriptors() {
    std::vector<std::string> told;
    event shortage;
    auto listener = [&](const std::exception_ptr& error) {
        told.push_back(describe(error));
        shortage.set();
    };
    server listening = co_await start_server({"127.0.0.1", 0}, greet, {.on_error = listener});
    {
        crowd others;
        others.leave_one();   // for the client; the server finds none
        stream client = co_await open_connection(listening.local_address());
        const future<std::string> answer =
            event_loop::current().roots().start(client.read_all(100));
        co_await shortage.wait();
        EXPECT_FALSE(answer.done());
        others.leave_one();
        const std::string heard = co_await answer;
        EXPECT_EQ(heard, "hello");
    }
    // It waits between its attempts: a server that spins would tell of thousands.
    EXPECT_GE(told.size(), 1u);
    EXPECT_LE(told.size(), 5u);
    EXPECT_NE(told.at(0).find("accept " + listening.local_address().to_string()),
              std::string::npos)
        << told.at(0);
    co_await listening.drain();
}

[[noreturn]] void in_a_small_process() {
    const rlimit few{.rlim_cur = 64, .rlim_max = 64};
    if (::setrlimit(RLIMIT_NOFILE, &few) != 0) std::_Exit(2);
    event_loop loop;
    loop.run(run_short_of_descriptors());
    // The parent shows what the child writes here, and nothing that the framework keeps to itself.
    const ::testing::TestResult& result =
        *::testing::UnitTest::GetInstance()->current_test_info()->result();
    for (int i = 0; i < result.total_part_count(); ++i)
        std::fprintf(stderr, "%s\n", result.GetTestPartResult(i).message());
    std::_Exit(::testing::Test::HasFailure() ? 1 : 0);
}

TEST(ServerDeathTest, PausesWhileThereAreNoDescriptors) {
    EXPECT_EXIT(in_a_small_process(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace troika::net
