// SPDX-License-Identifier: MIT
#include <troika/net/connect.hpp>

#include <troika/io/errors.hpp>
#include <troika/net/server.hpp>
#include <troika/sync/event.hpp>
#include <troika/tasks/sleep.hpp>

#include "net/connect_race.hpp"
#include "unit/support/virtual_loop.hpp"

#include <gtest/gtest.h>

#include <string>
#include <system_error>
#include <vector>

namespace troika::net {
namespace {

using namespace std::chrono_literals;
using testing_support::cancel_at_each_turn;
using testing_support::virtual_loop;

const listen_options single{.backlog = 0};

/// A socket that listens and never accepts. Full, it leaves those who connect waiting.
struct deaf_listener {
    explicit deaf_listener(std::string_view host) {
        poller& door = event_loop::current().door();
        const address wanted = *address::parse({host, 0});
        socket_ = socket(door, door.listen(wanted.raw(), single));
        socket_address raw;
        EXPECT_EQ(door.local_address(socket_.descriptor(), raw), 0);
        at = address(raw);
    }
    void close() { socket_.close(); }

    address at;

private:
    socket socket_;
};

// Not within a co_await: g++ 12 takes no initializer list there.
std::vector<address> list(std::initializer_list<address> addresses) { return addresses; }

task<std::string> failure_of(task<stream> connecting) {
    try {
        co_await std::move(connecting);
    } catch (const std::system_error& e) {
        co_return e.what();
    }
    co_return "connected";
}

task<void> meet_refusals() {
    deaf_listener gone("127.0.0.1");
    gone.close();
    std::string what = co_await failure_of(open_connection(gone.at));
    EXPECT_EQ(what, "connect " + gone.at.to_string() + ": Connection refused");
    what = co_await failure_of(open_connection({"unix:@troika-nobody-listens-here"}));
    EXPECT_EQ(what, "connect unix:@troika-nobody-listens-here: Connection refused");
}

TEST(Connect, NamesWhoRefuses) {
    event_loop loop;
    loop.run(meet_refusals());
    virtual_loop simulated;
    simulated.run(meet_refusals());
}

task<void> meet_silence() {
    deaf_listener deaf("127.0.0.1");
    const stream first = co_await open_connection(deaf.at);
    const time_point before = event_loop::current().now();
    std::string what;
    try {
        co_await open_connection(deaf.at, {.connect_timeout = 5s});
    } catch (const timeout_error& e) {
        what = e.what();
    }
    EXPECT_EQ(what, "connect " + deaf.at.to_string() + ": Connection timed out");
    EXPECT_EQ(event_loop::current().now() - before, 5s);
}

TEST(Connect, GivesUpAtItsTimeout) {
    virtual_loop loop;
    loop.run(meet_silence());
}

task<void> be_cancelled() {
    deaf_listener deaf("127.0.0.1");
    const stream first = co_await open_connection(deaf.at);
    const future<stream> second = event_loop::current().roots().start(open_connection(deaf.at));
    co_await sleep(1s);
    second.cancel();
    bool stopped = false;
    try {
        co_await second;
    } catch (const cancelled&) {
        stopped = true;
    }
    EXPECT_TRUE(stopped);
}

TEST(Connect, StopsWhenCancelled) {
    virtual_loop loop;
    loop.run(be_cancelled());
}

TEST(ConnectRace, TakesFamiliesInTurn) {
    const address a = *address::parse({"10.0.0.1", 1});
    const address b = *address::parse({"10.0.0.2", 1});
    const address c = *address::parse({"10.0.0.3", 1});
    const address x = *address::parse({"::1", 1});
    EXPECT_EQ(interleave(list({a, b, x, c})), list({a, x, b, c}));
    EXPECT_EQ(interleave(list({x, a, b, c})), list({x, a, b, c}));
    EXPECT_EQ(interleave(list({a, b})), list({a, b}));
    EXPECT_EQ(interleave({}), list({}));
}

task<void> first_is_silent() {
    deaf_listener deaf("::1");
    deaf_listener hearing("127.0.0.1");
    event_loop& loop = event_loop::current();
    const stream occupant = co_await open_connection(deaf.at);
    const time_point before = loop.now();
    const std::vector<address> all = list({deaf.at, hearing.at});
    const socket won = co_await connect_to_first(loop, "both", all);
    EXPECT_EQ(loop.now() - before, attempt_delay);
    socket_address raw;
    EXPECT_EQ(loop.door().remote_address(won.descriptor(), raw), 0);
    EXPECT_EQ(address(raw), hearing.at);
}

TEST(ConnectRace, TriesTheNextBesideASilentOne) {
    virtual_loop loop;
    loop.run(first_is_silent());
}

task<void> first_refuses() {
    deaf_listener gone("::1");
    deaf_listener hearing("127.0.0.1");
    gone.close();
    event_loop& loop = event_loop::current();
    const time_point before = loop.now();
    const std::vector<address> all = list({gone.at, hearing.at});
    const socket won = co_await connect_to_first(loop, "both", all);
    EXPECT_GE(won.descriptor(), 0);
    EXPECT_EQ(loop.now(), before);
}

TEST(ConnectRace, TriesTheNextAtOnceAfterARefusal) {
    virtual_loop loop;
    loop.run(first_refuses());
}

task<void> all_refuse() {
    deaf_listener one("127.0.0.1");
    deaf_listener two("127.0.0.2");
    one.close();
    two.close();
    std::string what;
    const std::vector<address> all = list({one.at, two.at});
    try {
        co_await connect_to_first(event_loop::current(), "both.example:80", all);
    } catch (const std::system_error& e) {
        what = e.what();
        EXPECT_EQ(e.code(), std::errc::connection_refused);
    }
    EXPECT_EQ(what, "connect both.example:80 (" + one.at.to_string() + ": Connection refused; " +
                        two.at.to_string() + ": Connection refused): Connection refused");
}

TEST(ConnectRace, TellsOfAllAttempts) {
    event_loop loop;
    loop.run(all_refuse());
}

task<void> race_the_silent() {
    deaf_listener one("127.0.0.1");
    deaf_listener two("::1");
    deaf_listener three("127.0.0.2");
    event_loop& loop = event_loop::current();
    const stream a = co_await open_connection(one.at);
    const stream b = co_await open_connection(two.at);
    const std::vector<address> all = list({one.at, two.at, three.at});
    const socket won = co_await connect_to_first(loop, "all", all);
    EXPECT_GE(won.descriptor(), 0);
}

TEST(ConnectRace, LeavesNothingBehindWhereverItIsCancelled) {
    EXPECT_GT(cancel_at_each_turn(&race_the_silent), 5u);
}

task<void> drop_connection(stream) { co_return; }

task<void> connect_by_name() {
    server listening = co_await start_server({"127.0.0.1", 0}, drop_connection);
    const stream peer = co_await open_connection({"localhost", listening.port()});
    EXPECT_EQ(peer.remote_address(), listening.local_address());
    co_await listening.drain();
}

TEST(Connect, TriesAllAddressesOfAName) {
    event_loop loop;
    loop.run(connect_by_name());
}

}  // namespace
}  // namespace troika::net
