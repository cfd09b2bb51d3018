// SPDX-License-Identifier: MIT
#include "tls/session_cache.hpp"

#include <gtest/gtest.h>

namespace troika::tls {
namespace {

session_ptr session_of(int version) {
    session_ptr made(SSL_SESSION_new());
    SSL_SESSION_set_protocol_version(made.get(), version);
    return made;
}

TEST(SessionCache, GivesTheNewestFirstAndEachOnce) {
    session_cache cache(10);
    EXPECT_EQ(cache.take("a"), nullptr);
    session_ptr older = session_of(TLS1_3_VERSION);
    session_ptr newer = session_of(TLS1_3_VERSION);
    const SSL_SESSION* first = older.get();
    const SSL_SESSION* second = newer.get();
    cache.put("a", std::move(older));
    cache.put("a", std::move(newer));
    EXPECT_EQ(cache.size(), 2u);
    EXPECT_EQ(cache.take("b"), nullptr);
    EXPECT_EQ(cache.take("a").get(), second);
    EXPECT_EQ(cache.take("a").get(), first);
    EXPECT_EQ(cache.take("a"), nullptr);
    EXPECT_EQ(cache.size(), 0u);
}

TEST(SessionCache, KeepsSessionsOfTls12) {
    session_cache cache(10);
    cache.put("a", session_of(TLS1_2_VERSION));
    const session_ptr once = cache.take("a");
    const session_ptr again = cache.take("a");
    EXPECT_NE(once, nullptr);
    EXPECT_EQ(once, again);
}

TEST(SessionCache, ForgetsTheHostThatWasLongestNotUsed) {
    session_cache cache(2);
    cache.put("a", session_of(TLS1_2_VERSION));
    cache.put("b", session_of(TLS1_2_VERSION));
    EXPECT_NE(cache.take("a"), nullptr);
    cache.put("c", session_of(TLS1_2_VERSION));
    EXPECT_NE(cache.take("a"), nullptr);
    EXPECT_EQ(cache.take("b"), nullptr);
    EXPECT_NE(cache.take("c"), nullptr);
}

TEST(SessionCache, HasALimitForEachHost) {
    session_cache cache(2);
    for (int i = 0; i < 100; ++i) cache.put("a", session_of(TLS1_3_VERSION));
    EXPECT_EQ(cache.size(), session_cache::per_host_max);
    session_cache none(0);
    none.put("a", session_of(TLS1_3_VERSION));
    EXPECT_EQ(none.size(), 0u);
}

}  // namespace
}  // namespace troika::tls
