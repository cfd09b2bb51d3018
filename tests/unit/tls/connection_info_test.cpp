// SPDX-License-Identifier: MIT
#include <troika/tls/connection_info.hpp>

#include "unit/tls/two_ends.hpp"

namespace troika::tls {
namespace {

using namespace testing_tls;
using testing_support::run_virtual;

TEST(ConnectionInfo, TellsWhatWasAgreed) {
    run_virtual([]() -> task<void> {
        two_ends ends = co_await shake(client(trusting()), server(showing()), "a.example.org");
        const std::optional<connection_info> here = info_of(*ends.client);
        EXPECT_EQ(here->version, "TLSv1.3");
        EXPECT_EQ(here->cipher, "TLS_AES_128_GCM_SHA256");
        EXPECT_EQ(here->subject, "CN = localhost");
        EXPECT_FALSE(here->resumed);
        const std::optional<connection_info> there = info_of(*ends.server);
        EXPECT_EQ(there->host, "a.example.org");
        EXPECT_EQ(there->subject, "");
    }());
}

TEST(ConnectionInfo, SendsNoAddressAsAName) {
    run_virtual([]() -> task<void> {
        two_ends ends = co_await shake(client(trusting()), server(showing()), "127.0.0.1");
        EXPECT_EQ(info_of(*ends.server)->host, "");
    }());
}

TEST(ConnectionInfo, HasNothingToSayOfPlainStreams) {
    run_virtual([]() -> task<void> {
        auto pair = net::memory_pair();
        auto& [left, right] = pair;
        EXPECT_FALSE(info_of(left).has_value());
        co_return;
    }());
}

}  // namespace
}  // namespace troika::tls
