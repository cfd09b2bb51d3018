// SPDX-License-Identifier: MIT
#include "tls/engine.hpp"

#include "tls/context_setup.hpp"
#include "unit/tls/two_ends.hpp"

#include <algorithm>
#include <vector>

namespace troika::tls {
namespace {

using testing_tls::localhost;

/// Two engines and no network between them.
class Engine : public ::testing::Test {
protected:
    Engine() {
        client_context_ = make_context(TLS_client_method(), version::tls_1_2, version::tls_1_3);
        server_context_ = make_context(TLS_server_method(), version::tls_1_2, version::tls_1_3);
        show_certificate_texts(server_context_.get(), localhost().certificate, localhost().key);
        ssl_ptr left(SSL_new(client_context_.get()));
        SSL_set_connect_state(left.get());
        ssl_ptr right(SSL_new(server_context_.get()));
        SSL_set_accept_state(right.get());
        client.emplace(std::move(left), "localhost", "localhost:443");
        server.emplace(std::move(right), "", "");
    }

    /// Gives `from`'s output to `to`, whose `step` takes it `piece` bytes at a time.
    template <class Step>
    static void hand_over(engine& from, engine& to, std::size_t piece, Step step) {
        std::vector<std::byte> bytes;
        std::swap(bytes, from.output());
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            to.set_input(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at)));
            step();
            EXPECT_FALSE(to.has_input()) << "a step leaves no input that it could take";
        }
    }

    void shake_hands(std::size_t piece = 100'000) {
        for (int i = 0; i < 5 && !(client->secure() && server->secure()); ++i) {
            static_cast<void>(client->handshake());
            hand_over(*client, *server, piece, [&] { advance(*server); });
            hand_over(*server, *client, piece, [&] { advance(*client); });
        }
        ASSERT_TRUE(client->secure());
        ASSERT_TRUE(server->secure());
    }

    // What comes after the handshake is for reads: the sessions that a server offers.
    static void advance(engine& one) {
        if (!one.secure()) static_cast<void>(one.handshake());
        std::byte into[1];
        std::size_t count = 0;
        if (one.secure()) {
            EXPECT_EQ(one.read(into, count), step_result::want_input);
        }
    }

    context_ptr client_context_;
    context_ptr server_context_;
    std::optional<engine> client;
    std::optional<engine> server;
};

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

TEST_F(Engine, ShakesHandsByteByByte) { shake_hands(1); }

TEST_F(Engine, WantsInputUntilARecordIsWhole) {
    shake_hands();
    EXPECT_EQ(client->write(bytes_of("hello")), step_result::done);
    std::string heard;
    hand_over(*client, *server, 1, [&] {
        std::byte into[10];
        std::size_t count = 0;
        const step_result answer = server->read(into, count);
        EXPECT_EQ(answer, count == 0 ? step_result::want_input : step_result::done);
        EXPECT_TRUE(count != 0 || server->starved());
        heard.append(reinterpret_cast<const char*>(into), count);
    });
    EXPECT_EQ(heard, "hello");
}

TEST_F(Engine, ReadsSeveralRecordsAtOnceAndKeepsTheRest) {
    shake_hands();
    const std::string much(engine::write_size_max, 'x');
    EXPECT_EQ(client->write(bytes_of(much)), step_result::done);
    std::vector<std::byte> records;
    std::swap(records, client->output());
    EXPECT_GT(records.size(), much.size());
    server->set_input(records);
    std::vector<std::byte> into(40'000);
    std::size_t count = 0;
    EXPECT_EQ(server->read(into, count), step_result::done);
    EXPECT_EQ(count, into.size());
    EXPECT_FALSE(server->starved());
    EXPECT_EQ(server->read(into, count), step_result::done);
    EXPECT_EQ(count, much.size() - into.size());
    EXPECT_TRUE(server->starved());
    EXPECT_EQ(server->read(into, count), step_result::want_input);
}

TEST_F(Engine, TellsTheEndAfterTheBytesBeforeIt) {
    shake_hands();
    EXPECT_EQ(client->write(bytes_of("bye")), step_result::done);
    EXPECT_EQ(client->end_output(), step_result::done);
    EXPECT_EQ(client->end_output(), step_result::done);
    std::vector<std::byte> records;
    std::swap(records, client->output());
    server->set_input(records);
    std::byte into[10];
    std::size_t count = 0;
    EXPECT_EQ(server->read(into, count), step_result::done);
    EXPECT_EQ(count, 3u);
    for (int again = 0; again < 2; ++again)
        EXPECT_EQ(server->read(into, count), step_result::ended);
    EXPECT_EQ(server->look(), step_result::ended);
}

TEST_F(Engine, FailsOnChangedBytes) {
    shake_hands();
    EXPECT_EQ(client->write(bytes_of("pay 10")), step_result::done);
    client->output().back() ^= std::byte{1};
    std::vector<std::byte> records;
    std::swap(records, client->output());
    server->set_input(records);
    std::byte into[10];
    std::size_t count = 0;
    for (int again = 0; again < 2; ++again)
        EXPECT_EQ(server->read(into, count), step_result::failed);
    EXPECT_EQ(count, 0u);
    EXPECT_EQ(server->failure().code, errc::protocol_violated);
    EXPECT_EQ(server->write(bytes_of("no")), step_result::failed);
}

TEST_F(Engine, FailsWhenTheEndWasNotSaid) {
    shake_hands();
    server->end_input();
    std::byte into[10];
    std::size_t count = 0;
    EXPECT_EQ(server->read(into, count), step_result::failed);
    EXPECT_EQ(server->failure().code, errc::truncated);
}

TEST_F(Engine, AnswersNewKeys) {
    shake_hands();
    ASSERT_EQ(SSL_key_update(client->connection(), SSL_KEY_UPDATE_REQUESTED), 1);
    EXPECT_EQ(client->write(bytes_of("with new keys")), step_result::done);
    std::byte into[100];
    std::size_t count = 0;
    hand_over(*client, *server, 100'000,
              [&] { EXPECT_EQ(server->read(into, count), step_result::done); });
    EXPECT_EQ(count, 13u);
    // The next write has the answer before it.
    EXPECT_EQ(server->write(bytes_of("so have I")), step_result::done);
    hand_over(*server, *client, 100'000,
              [&] { EXPECT_EQ(client->read(into, count), step_result::done); });
    EXPECT_EQ(count, 9u);
}

}  // namespace
}  // namespace troika::tls
