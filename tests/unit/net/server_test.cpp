// SPDX-License-Identifier: MIT
#include <troika/net/server.hpp>

#include <troika/net/connect.hpp>
#include <troika/sync/event.hpp>
#include <troika/tasks/gather.hpp>
#include <troika/tasks/sleep.hpp>
#include <troika/tasks/wait_for.hpp>
#include <troika/tasks/yield_now.hpp>

#include "unit/support/virtual_loop.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace troika::net {
namespace {

using namespace std::chrono_literals;
using testing_support::cancel_at_each_turn;
using testing_support::virtual_loop;

task<void> echo(stream peer) {
    std::array<std::byte, 4096> buffer;
    while (std::size_t n = co_await peer.read_some(buffer))
        co_await peer.write_all(std::span{buffer}.first(n));
}

task<std::string> ask(stream& peer, std::string question) {
    question += '\n';
    co_await peer.write_all(question);
    std::string answer = co_await peer.read_until("\n");
    answer.pop_back();
    co_return answer;
}

template <class T>
future<T> start(task<T> work) {
    return event_loop::current().roots().start(std::move(work));
}

task<void> talk() {
    server listening = co_await start_server({"127.0.0.1", 0}, echo, {.connections_max = 10});
    EXPECT_NE(listening.port(), 0);
    stream peer = co_await open_connection({"127.0.0.1", listening.port()});
    const std::string answer = co_await ask(peer, "hello");
    EXPECT_EQ(answer, "hello");
    EXPECT_EQ(listening.connections(), 1u);
    co_await peer.close_write();
    const std::string rest = co_await peer.read_all(10);
    EXPECT_EQ(rest, "");
    co_await listening.drain();
    EXPECT_EQ(listening.connections(), 0u);
}

TEST(Server, ServesAndDrains) {
    event_loop loop;
    loop.run(talk());
    virtual_loop simulated;
    simulated.run(talk());
}

TEST(Server, LeavesNothingBehindWhereverItIsCancelled) {
    EXPECT_GT(cancel_at_each_turn(&talk), 10u);
}

task<void> listen_twice() {
    const server first = co_await start_server({"127.0.0.1", 0}, echo);
    std::string what;
    try {
        const server second = co_await start_server({"127.0.0.1", first.port()}, echo);
    } catch (const std::system_error& e) {
        what = e.what();
        EXPECT_EQ(e.code(), std::errc::address_in_use);
    }
    EXPECT_EQ(what.find("listen " + first.local_address().to_string() + " (choose another port"),
              0u)
        << what;
}

TEST(Server, SaysThatAnAddressIsInUse) {
    event_loop loop;
    loop.run(listen_twice());
}

task<int> stop_after(duration time) {
    co_await sleep(time);
    co_return 42;
}

task<void> finish_talking(stream peer, event& served, time_point& ended) {
    const std::string before = co_await ask(peer, "before");
    EXPECT_EQ(before, "before");
    served.set();
    co_await sleep(5s);
    const std::string after = co_await ask(peer, "while it drains");
    EXPECT_EQ(after, "while it drains");
    ended = event_loop::current().now();
}

task<void> drain_slowly() {
    server listening = co_await start_server({"127.0.0.1", 0}, echo, {.drain_timeout = 60s});
    event served;
    time_point ended{};
    stream client = co_await open_connection(listening.local_address());
    const future<void> talking = start(finish_talking(std::move(client), served, ended));
    co_await served.wait();
    const int why = co_await listening.serve_until(stop_after(1s));
    EXPECT_EQ(why, 42);
    EXPECT_TRUE(talking.done());
    EXPECT_EQ(event_loop::current().now(), ended);
    bool refused = false;
    try {
        co_await open_connection(listening.local_address());
    } catch (const std::system_error&) {
        refused = true;
    }
    EXPECT_TRUE(refused);
    co_await talking;
}

TEST(Server, LetsConnectionsFinishWhenItDrains) {
    virtual_loop loop;
    loop.run(drain_slowly());
}

task<void> drain_impatiently() {
    bool was_cancelled = false;
    auto wait_forever = [&](stream peer) -> task<void> {
        try {
            co_await peer.wait_readable();
        } catch (const cancelled&) {
            was_cancelled = true;
            throw;
        }
    };
    server listening =
        co_await start_server({"127.0.0.1", 0}, wait_forever, {.drain_timeout = 3s});
    const stream client = co_await open_connection(listening.local_address());
    co_await sleep(1s);
    const time_point before = event_loop::current().now();
    co_await listening.drain();
    EXPECT_TRUE(was_cancelled);
    EXPECT_EQ(event_loop::current().now() - before, 3s);
}

TEST(Server, CancelsConnectionsThatDoNotFinishInTime) {
    virtual_loop loop;
    loop.run(drain_impatiently());
}

task<void> fail_for_some(stream peer) {
    const std::optional<std::string> line = co_await peer.read_line();
    if (line == "fail") throw std::runtime_error("the handler failed");
    co_await peer.write_all("fine\n");
}

task<void> survive_failures() {
    std::vector<std::string> told;
    auto listener = [&](const std::exception_ptr& error) { told.push_back(describe(error)); };
    server listening =
        co_await start_server({"127.0.0.1", 0}, fail_for_some, {.on_error = listener});
    for (const std::string question : {"fail", "good", "fail", "good"}) {
        stream peer = co_await open_connection(listening.local_address());
        co_await peer.write_all(question + "\n");
        const std::string answer = co_await peer.read_all(100);
        EXPECT_EQ(answer, question == "good" ? "fine\n" : "");
    }
    co_await listening.drain();
    EXPECT_EQ(told, std::vector<std::string>(2, "the handler failed"));
}

TEST(Server, TellsOfFailuresAndGoesOn) {
    event_loop loop;
    loop.run(survive_failures());
}

task<void> serve_few() {
    server listening = co_await start_server({"127.0.0.1", 0}, echo, {.connections_max = 2});
    std::vector<stream> clients;
    for (int i = 0; i < 4; ++i)
        clients.push_back(co_await open_connection(listening.local_address()));
    for (int i = 0; i < 2; ++i) {
        const std::string answer = co_await ask(clients[static_cast<std::size_t>(i)], "served");
        EXPECT_EQ(answer, "served");
    }
    const future<std::string> waiting = start(ask(clients[2], "waited"));
    const future<std::string> last = start(ask(clients[3], "waited longer"));
    co_await sleep(1s);
    EXPECT_FALSE(waiting.done());
    EXPECT_EQ(listening.connections(), 2u);
    clients[0].close();
    const std::string answer = co_await waiting;
    EXPECT_EQ(answer, "waited");
    EXPECT_FALSE(last.done());
    clients[1].close();
    const std::string last_answer = co_await last;
    EXPECT_EQ(last_answer, "waited longer");
    clients.clear();
    co_await listening.drain();
}

TEST(Server, AcceptsNoMoreThanItMayServe) {
    virtual_loop loop;
    loop.run(serve_few());
}

task<void> drop_server(bool& handler_gone) {
    struct sentinel {
        explicit sentinel(bool& flag) : gone(flag) {}
        ~sentinel() { gone = true; }
        bool& gone;
    };
    auto kept = std::make_shared<sentinel>(handler_gone);
    auto handler = [kept = std::move(kept)](stream peer) -> task<void> {
        const auto& alive = *kept;
        EXPECT_FALSE(alive.gone);
        std::array<std::byte, 1> buffer;
        try {
            co_await peer.read_some(buffer);
        } catch (const cancelled&) {
            EXPECT_FALSE(alive.gone);
            throw;
        }
    };
    auto listening = std::make_unique<server>(
        co_await start_server({"127.0.0.1", 0}, std::move(handler)));
    stream client = co_await open_connection(listening->local_address());
    co_await sleep(1s);
    EXPECT_EQ(listening->connections(), 1u);
    listening.reset();
    const std::string rest = co_await client.read_all(10);
    EXPECT_EQ(rest, "");
    co_await sleep(1s);
    EXPECT_TRUE(handler_gone);
}

TEST(Server, EndsInTheBackgroundWhenItIsDropped) {
    bool handler_gone = false;
    virtual_loop loop;
    loop.run(drop_server(handler_gone));
}

task<void> end_with_a_server() {
    // Moved into the frame of a task that ends at once: the loop has to clean up.
    const server listening = co_await start_server({"127.0.0.1", 0}, echo);
    const future<void> never =
        start([](stream peer) -> task<void> { co_await echo(std::move(peer)); }(
            co_await open_connection(listening.local_address())));
    co_await yield_now();
}

TEST(Server, DoesNotOutliveTheLoopsRun) {
    event_loop loop;
    loop.run(end_with_a_server());
    EXPECT_EQ(loop.roots().task_count(), 0u);
}

task<void> serve_forever(server& listening) {
    co_await listening.serve_until(sleep(1000h));
}

task<void> cancel_serving() {
    server listening = co_await start_server({"127.0.0.1", 0}, echo);
    stream client = co_await open_connection(listening.local_address());
    const std::string answer = co_await ask(client, "hello");
    EXPECT_EQ(answer, "hello");
    bool timed_out = false;
    const time_point before = event_loop::current().now();
    try {
        co_await wait_for(serve_forever(listening), 2s);
    } catch (const timeout_error&) {
        timed_out = true;
    }
    EXPECT_TRUE(timed_out);
    EXPECT_EQ(event_loop::current().now() - before, 2s);
    EXPECT_EQ(listening.connections(), 0u);
    const std::string rest = co_await client.read_all(10);
    EXPECT_EQ(rest, "");
}

TEST(Server, ClosesAtOnceWhenItsCallerIsCancelled) {
    virtual_loop loop;
    loop.run(cancel_serving());
}

task<void> fail_to_wait() {
    co_await sleep(1s);
    throw std::runtime_error("the reason to stop failed");
}

task<void> stop_for_a_failure() {
    server listening = co_await start_server({"127.0.0.1", 0}, echo);
    std::string what;
    try {
        co_await listening.serve_until(fail_to_wait());
    } catch (const std::runtime_error& e) {
        what = e.what();
    }
    EXPECT_EQ(what, "the reason to stop failed");
    co_await listening.wait_closed();
    co_await listening.drain();
    listening.close();
}

TEST(Server, DrainsAndPassesOnWhatTheReasonToStopThrew) {
    virtual_loop loop;
    loop.run(stop_for_a_failure());
}

task<void> ask_and_leave(address at, int number) {
    stream peer = co_await open_connection(at);
    const std::string answer = co_await ask(peer, std::to_string(number));
    EXPECT_EQ(answer, std::to_string(number));
}

task<void> serve_a_thousand() {
    server listening = co_await start_server({"127.0.0.1", 0}, echo);
    std::vector<task<void>> clients;
    for (int i = 0; i < 1000; ++i) clients.push_back(ask_and_leave(listening.local_address(), i));
    co_await gather(std::move(clients));
    co_await listening.drain();
}

TEST(Server, ServesAThousandAtOnce) {
    event_loop loop;
    loop.run(serve_a_thousand());
}

}  // namespace
}  // namespace troika::net
