// SPDX-License-Identifier: MIT
#include <troika/http/hsts.hpp>

#include <troika/http/error.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace troika::http {
namespace {

using namespace std::chrono;

constexpr sys_seconds now = sys_days{2026y / November / 21};

TEST(Hsts, UpgradesAHostUntilItIsOver) {
    hsts_store store;
    EXPECT_FALSE(store.upgrades("example.org", now));
    EXPECT_TRUE(store.note("Example.org", "max-age=60", now));
    EXPECT_TRUE(store.upgrades("example.org", now));
    EXPECT_TRUE(store.upgrades("EXAMPLE.ORG.", now + 59s));
    EXPECT_FALSE(store.upgrades("example.org", now + 60s));
    EXPECT_FALSE(store.upgrades("www.example.org", now));
    EXPECT_FALSE(store.upgrades("org", now));
    EXPECT_TRUE(store.note("example.org.", "max-age=120", now));
    EXPECT_TRUE(store.upgrades("example.org", now + 60s));
    EXPECT_EQ(store.size(), 1u);
}

TEST(Hsts, UpgradesAllBelowWhereAskedTo) {
    hsts_store store;
    EXPECT_TRUE(store.note("example.org", "max-age=60; includeSubDomains", now));
    EXPECT_TRUE(store.upgrades("a.b.example.org", now));
    EXPECT_FALSE(store.upgrades("badexample.org", now));
    EXPECT_TRUE(store.note("b.example.org", "max-age=0", now)) << "its own word, not its parent's";
    EXPECT_TRUE(store.upgrades("b.example.org", now));
    EXPECT_TRUE(store.note("example.org", "max-age=60", now));
    EXPECT_FALSE(store.upgrades("b.example.org", now));
    EXPECT_TRUE(store.upgrades("example.org", now));
}

TEST(Hsts, ForgetsAHostThatAsksForIt) {
    hsts_store store;
    store.note("example.org", "max-age=60; includeSubDomains", now);
    EXPECT_TRUE(store.note("example.org", "max-age=0; includeSubDomains", now));
    EXPECT_FALSE(store.upgrades("example.org", now));
    EXPECT_EQ(store.size(), 0u);
}

TEST(Hsts, ReadsTheHeaderAsTheStandardHasIt) {
    for (const char* good : {"max-age=31536000", "MAX-AGE = \"1\" ", ";; max-age=1 ;",
                             "includesubdomains;max-age=1; preload", "max-age=1; x=\"a;b\\\"\"",
                             "max-age=99999999999999999999999"}) {
        hsts_store store;
        EXPECT_TRUE(store.note("h.example", good, now)) << good;
        EXPECT_TRUE(store.upgrades("h.example", now)) << good;
    }
    for (const char* bad : {"", ";", "includeSubDomains", "max-age", "max-age=", "max-age=\"\"",
                            "max-age=-1", "max-age=1.5", "max-age=1s", "max-age=1, max-age=2",
                            "max-age=1; max-age=1", "max-age=1; includeSubDomains=1",
                            "max-age=1; includeSubDomains; includeSubDomains", "max-age=\"1",
                            "max-age=1 2", "\"max-age\"=1", "=1", "max-age=1; ="}) {
        hsts_store store;
        EXPECT_FALSE(store.note("h.example", bad, now)) << bad;
        EXPECT_FALSE(store.upgrades("h.example", now)) << bad;
    }
}

TEST(Hsts, IsNotForAddresses) {
    hsts_store store;
    for (const char* host : {"10.0.0.1", "10.0.0.1.", "::1", "2001:db8::1", "", ".", "a..b", ".a",
                             "a b"}) {
        EXPECT_FALSE(store.note(host, "max-age=60", now)) << host;
        EXPECT_FALSE(store.upgrades(host, now)) << host;
    }
    EXPECT_FALSE(store.note(std::string(254, 'a'), "max-age=60", now));
    EXPECT_EQ(store.size(), 0u);
    // A name that covers an address is still no reason to upgrade it.
    EXPECT_TRUE(store.note("1", "max-age=60; includeSubDomains", now));
    EXPECT_FALSE(store.upgrades("10.0.0.1", now));
}

TEST(Hsts, SavesAndLoads) {
    hsts_store store;
    store.note("example.org", "max-age=3600; includeSubDomains", now);
    store.note("a.example.com", "max-age=86400", now);
    store.note("gone.example", "max-age=1", now);
    store.note("ever.example", "max-age=999999999999", now);
    const std::string file = store.save(now + 5s);
    EXPECT_TRUE(file.starts_with("# "));
    EXPECT_TRUE(file.ends_with("\na.example.com \"20261122 00:00:00\"\n"
                               "ever.example \"unlimited\"\n"
                               ".example.org \"20261121 01:00:00\"\n"))
        << file;
    hsts_store other;
    const auto result = other.load(file, now);
    EXPECT_EQ(result.loaded, 3u);
    EXPECT_EQ(result.skipped, 0u);
    EXPECT_EQ(other.save(now), file);
    EXPECT_TRUE(other.upgrades("x.example.org", now));
    EXPECT_FALSE(other.upgrades("x.a.example.com", now));
    EXPECT_TRUE(other.upgrades("ever.example", sys_days{9000y / January / 1}));
    EXPECT_EQ(other.load(file, now + 2h).loaded, 2u) << "one is over";
}

TEST(Hsts, TakesTheLaterOfTwoDates) {
    hsts_store store;
    store.load("h.example \"20261201 00:00:00\"\n.h.example \"20261130 00:00:00\"\n", now);
    EXPECT_FALSE(store.upgrades("x.h.example", now));
    store.load(".H.example. \"20261202 00:00:00\"", now);
    EXPECT_TRUE(store.upgrades("x.h.example", sys_days{2026y / December / 1}));
    EXPECT_EQ(store.size(), 1u);
}

TEST(Hsts, SkipsLinesThatAreMalformed) {
    hsts_store store;
    const auto result = store.load(
        "# comment\r\n\n  \n"
        "good.example \"20261231 23:59:60\"\r\n"
        "  bare.example\t20261231 23:59:59\n"
        "h.example\n"
        "h.example \"\"\n"
        "h.example \"20261331 23:59:59\"\n"
        "h.example \"20261231 24:00:00\"\n"
        "h.example \"20261231\"\n"
        "h.example \"2026123a 23:59:59\"\n"
        "h.example \"forever\"\n"
        "10.0.0.1 \"unlimited\"\n"
        ". \"unlimited\"\n"
        "h.example \"unlimited\" more\n",
        now);
    EXPECT_EQ(result.loaded, 2u);
    EXPECT_EQ(result.skipped, 10u);
    EXPECT_TRUE(store.upgrades("good.example", now));
    EXPECT_TRUE(store.upgrades("bare.example", now));
    EXPECT_EQ(store.size(), 2u);
}

TEST(Hsts, HasLimits) {
    hsts_store store;
    for (std::size_t i = 0; i < hsts_store::hosts_max; ++i)
        store.note("h" + std::to_string(i), "max-age=" + std::to_string(10 + i), now);
    EXPECT_EQ(store.size(), hsts_store::hosts_max);
    store.note("new", "max-age=1000000", now);
    EXPECT_EQ(store.size(), hsts_store::hosts_max);
    EXPECT_FALSE(store.upgrades("h0", now));
    EXPECT_TRUE(store.upgrades("h1", now) && store.upgrades("new", now));
    store.note("newer", "max-age=1000000", now + 30s);
    EXPECT_EQ(store.size(), hsts_store::hosts_max - 19) << "h1 to h20 were over";
    EXPECT_THROW(store.load(std::string(hsts_store::file_bytes_max + 1, '\n'), now), http_error);
}

}  // namespace
}  // namespace troika::http
