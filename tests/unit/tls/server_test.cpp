// SPDX-License-Identifier: MIT
#include <troika/tls/server.hpp>

#include <troika/core/errors.hpp>
#include <troika/tls/connection_info.hpp>

#include "unit/tls/two_ends.hpp"

#include <fstream>

namespace troika::tls {
namespace {

using namespace testing_tls;
using testing_support::run_virtual;

/// A file that goes with the test.
class temporary_file {
public:
    explicit temporary_file(const std::string& text) {
        static int last = 0;
        path_ = ::testing::TempDir() + "troika-tls-" +
                ::testing::UnitTest::GetInstance()->current_test_info()->name() +
                std::to_string(++last) + ".pem";
        std::ofstream(path_) << text;
    }
    ~temporary_file() { std::remove(path_.c_str()); }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
};

task<void> asks_clients(client_certificate how, bool shows_one, bool trusts_it,
                        std::optional<errc> expected) {
    const std::array<std::string, 1> names{"a client"};
    const identity own = self_signed(names);
    const temporary_file certificate(own.certificate);
    const temporary_file key(own.key);
    client_options asks = trusting();
    if (shows_one) {
        asks.certificate_file = certificate.path();
        asks.key_file = key.path();
    }
    server_options answers = showing();
    answers.clients = how;
    answers.authorities = trusts_it ? own.certificate : localhost().certificate;
    two_ends ends = co_await shake(client(asks), server(answers));
    if (expected) {
        EXPECT_EQ(reason_of(ends.server_error), *expected) << describe(ends.server_error);
        // A client of TLS 1.3 hears of it when it reads.
        if (!ends.client) co_return;
        const result<std::string> heard = co_await as_result(ends.client->read_all(10));
        EXPECT_FALSE(heard.has_value());
        co_return;
    }
    if (!ends.client || !ends.server) {
        ADD_FAILURE() << describe(ends.client_error) << describe(ends.server_error);
        co_return;
    }
    co_await exchange_words(*ends.client, *ends.server);
    const std::string subject = info_of(*ends.server)->subject;
    EXPECT_EQ(subject, shows_one ? "CN = a client" : "");
}
TEST(TlsServer, AsksItsClientsWhoTheyAre) {
    run_virtual(asks_clients(client_certificate::none, false, true, {}));
    run_virtual(asks_clients(client_certificate::optional, false, true, {}));
    run_virtual(asks_clients(client_certificate::optional, true, true, {}));
    run_virtual(asks_clients(client_certificate::required, true, true, {}));
    run_virtual(
        asks_clients(client_certificate::required, false, true, errc::certificate_required));
    run_virtual(
        asks_clients(client_certificate::required, true, false, errc::certificate_untrusted));
}

task<void> hears_the_end(bool politely) {
    two_ends ends = co_await shake(client(trusting()), server(showing()));
    co_await ends.client->write_all("all of it");
    if (politely) {
        ends.client->close();
    } else {
        // What carries it is torn away from below.
        ends.client->carrier().shut_down(shutdown_how::write);
    }
    const result<std::string> heard = co_await as_result(ends.server->read_all(100));
    if (politely) {
        EXPECT_EQ(heard.value(), "all of it");
    } else {
        EXPECT_EQ(reason_of(heard.error()), errc::truncated);
    }
}
TEST(TlsServer, TellsAnEndFromACut) {
    run_virtual(hears_the_end(true));
    run_virtual(hears_the_end(false));
}

task<void> still_sends_after_the_end() {
    two_ends ends = co_await shake(client(trusting()), server(showing()));
    co_await ends.client->close_write();
    const std::string heard = co_await ends.server->read_all(100);
    EXPECT_EQ(heard, "");
    co_await ends.server->write_all("late answer");
    ends.server->close();
    const std::string answer = co_await ends.client->read_all(100);
    EXPECT_EQ(answer, "late answer");
}
TEST(TlsServer, StillSendsAfterTheClientsEnd) { run_virtual(still_sends_after_the_end()); }

TEST(TlsServer, SaysWhatItCannotUse) {
    EXPECT_THROW(static_cast<void>(server(server_options())), error);
    server_options mixed = showing();
    const std::array<std::string, 1> hosts{"localhost"};
    mixed.key = self_signed(hosts).key;
    try {
        static_cast<void>(server(mixed));
        ADD_FAILURE();
    } catch (const error& wrong) {
        EXPECT_NE(std::string(wrong.what()).find("does not belong"), std::string::npos)
            << wrong.what();
    }
    server_options missing;
    missing.certificate_file = "/nowhere/certificate.pem";
    missing.key_file = "/nowhere/key.pem";
    EXPECT_THROW(static_cast<void>(server(missing)), error);
    const temporary_file certificate(localhost().certificate);
    const temporary_file key(localhost().key);
    server_options files;
    files.certificate_file = certificate.path();
    files.key_file = key.path();
    EXPECT_NO_THROW(static_cast<void>(server(files)));
    files.key_file = certificate.path();
    EXPECT_THROW(static_cast<void>(server(files)), error);
}

TEST(TlsServer, GivesUpASilentClient) {
    run_virtual([]() -> task<void> {
        auto pair = net::memory_pair();
        auto& [left, right] = pair;
        const time_point began = event_loop::current().now();
        const server_context shows = server(showing());
        const result<net::stream> made = co_await as_result(shows.accept(std::move(right)));
        EXPECT_FALSE(made.has_value());
        EXPECT_EQ(event_loop::current().now() - began, std::chrono::seconds(10));
    }());
}

}  // namespace
}  // namespace troika::tls
