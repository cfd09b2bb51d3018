// SPDX-License-Identifier: MIT
#include <troika/tls/self_signed.hpp>

#include "unit/tls/two_ends.hpp"

#include <stdexcept>

namespace troika::tls {
namespace {

TEST(SelfSigned, MakesKeysOfTheirOwn) {
    const std::array<std::string, 1> hosts{"localhost"};
    const identity one = self_signed(hosts);
    const identity two = self_signed(hosts);
    EXPECT_NE(one.key, two.key);
    EXPECT_NE(one.fingerprint, two.fingerprint);
    EXPECT_EQ(one.fingerprint.size(), 64u);
    EXPECT_EQ(one.certificate.find("-----BEGIN CERTIFICATE-----"), 0u);
    EXPECT_EQ(one.key.find("-----BEGIN PRIVATE KEY-----"), 0u);
}

TEST(SelfSigned, RefusesWhatIsNoHost) {
    EXPECT_THROW(static_cast<void>(self_signed({})), std::invalid_argument);
    for (const char* host : {"", "a,DNS:evil.org", "a\nb"}) {
        const std::array<std::string, 1> hosts{host};
        EXPECT_THROW(static_cast<void>(self_signed(hosts)), std::invalid_argument) << host;
    }
}

TEST(SelfSigned, CutsALongNameOnlyWhereItIsForPeople) {
    const std::string label(60, 'a');
    const std::array<std::string, 1> hosts{label + "." + label + ".example.org"};
    const identity made = self_signed(hosts);
    testing_support::run_virtual([](identity who, std::string host) -> task<void> {
        testing_tls::two_ends ends = co_await testing_tls::shake(
            client(testing_tls::trusting(who)), server(testing_tls::showing(who)), host);
        EXPECT_TRUE(ends.client.has_value());
    }(made, hosts[0]));
}

}  // namespace
}  // namespace troika::tls
