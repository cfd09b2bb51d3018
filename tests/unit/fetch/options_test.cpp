// SPDX-License-Identifier: MIT
#include <troika/fetch/options.hpp>

#include <troika/fetch/failure.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika::fetch {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

template <class Call>
std::string refusal(Call call) {
    try {
        call();
    } catch (const failure& error) {
        EXPECT_EQ(error.why(), cause::usage);
        return error.what();
    }
    return "accepted";
}

TEST(UserHeader, IsSplitAndTrimmed) {
    EXPECT_EQ(parse_user_header("Accept: text/plain"), (user_header{"Accept", "text/plain"}));
    EXPECT_EQ(parse_user_header("X-A:b:c "), (user_header{"X-A", "b:c"}));
    EXPECT_EQ(parse_user_header("X-Empty:"), (user_header{"X-Empty", ""}));
    EXPECT_EQ(parse_user_header("X-Utf8: é"), (user_header{"X-Utf8", "é"}));
}

TEST(UserHeader, RefusesWhatWouldDoHarm) {
    struct row {
        std::string text, why;
    };
    const row rows[] = {
        {"", "write 'Name: value'"},
        {"Accept", "write 'Name: value'"},
        {": x", "name is made of"},
        {"A B: x", "name is made of"},
        {"Accept : x", "name is made of"},
        {"A\r\nB: x", "name is made of"},
        {"A: x\r\nHost: evil", "control character"},
        {"A: x\ny", "control character"},
        {std::string("A: x\0y", 6), "control character"},
        {"Range: bytes=0-", "downloader's own"},
        {"content-LENGTH: 5", "downloader's own"},
        {"Transfer-Encoding: chunked", "downloader's own"},
        {"Accept-Encoding: gzip", "downloader's own"},
        {"If-Range: x", "downloader's own"},
    };
    for (const row& each : rows)
        EXPECT_THAT(refusal([&] { static_cast<void>(parse_user_header(each.text)); }),
                    HasSubstr(each.why))
            << each.text;
    EXPECT_THAT(refusal([] { static_cast<void>(parse_user_header("Authorization: secret\n")); }),
                testing::Not(HasSubstr("secret")));
}

get_options one_url() {
    get_options options;
    options.urls = {"http://h/a"};
    return options;
}

TEST(GetOptions, HaveTheCommandsDefaults) {
    const get_options options;
    EXPECT_EQ(options.jobs, 8u);
    EXPECT_EQ(options.per_host, 4u);
    EXPECT_EQ(options.retry.retries_max, 5u);
    EXPECT_EQ(options.connect_timeout, 10s);
    EXPECT_EQ(options.stall_timeout, 30s);
    EXPECT_EQ(options.time_max, 0s);
    EXPECT_EQ(options.redirects_max, 10u);
    EXPECT_TRUE(options.resume);
    EXPECT_TRUE(options.sync);
    EXPECT_TRUE(options.keep_time);
    EXPECT_EQ(options.existing, existing_file::keep_if_same);
}

TEST(GetOptions, AreCheckedTogether) {
    check_options(one_url());
    const auto refused = [](auto change) {
        get_options options = one_url();
        change(options);
        return refusal([&] { check_options(options); });
    };
    EXPECT_THAT(refused([](auto& o) { o.urls.clear(); }), HasSubstr("nothing to get"));
    EXPECT_THAT(refused([](auto& o) {
                    o.output = "x";
                    o.urls.push_back("http://h/b");
                }),
                HasSubstr("-o names one file"));
    EXPECT_THAT(refused([](auto& o) {
                    o.output = "x";
                    o.list = "l";
                }),
                HasSubstr("-o names one file"));
    EXPECT_THAT(refused([](auto& o) {
                    o.expected = checksum::parse(std::string(64, '0'));
                    o.list = "l";
                }),
                HasSubstr("one checksum"));
    EXPECT_THAT(refused([](auto& o) {
                    o.output = "-";
                    o.json = true;
                }),
                HasSubstr("--json"));
    EXPECT_THAT(refused([](auto& o) {
                    o.output = "-";
                    o.directory = "d";
                }),
                HasSubstr("-d has no meaning"));
    EXPECT_THAT(refused([](auto& o) {
                    o.output = "-";
                    o.existing = existing_file::rename;
                }),
                HasSubstr("--rename"));
    EXPECT_THAT(refused([](auto& o) {
                    o.output = "x";
                    o.remote_name = true;
                }),
                HasSubstr("-J"));
    EXPECT_THAT(refused([](auto& o) { o.quiet = o.verbose = true; }), HasSubstr("-q and -v"));
    EXPECT_THAT(refused([](auto& o) { o.jobs = 0; }), HasSubstr("-j takes"));
    EXPECT_THAT(refused([](auto& o) { o.jobs = 10'001; }), HasSubstr("-j takes"));
    EXPECT_THAT(refused([](auto& o) { o.per_host = 0; }), HasSubstr("--per-host takes"));
    EXPECT_THAT(refused([](auto& o) { o.redirects_max = 51; }), HasSubstr("--max-redirs"));
}

TEST(DescriptorsMax, GrowsOnlyWithTheJobsAskedFor) {
    get_options options;
    EXPECT_LT(descriptors_max(options), 256u);
    options.jobs = 1'000;
    EXPECT_GE(descriptors_max(options), 2'000u);
    EXPECT_LT(descriptors_max(options), 4'000u);
}

}  // namespace
}  // namespace troika::fetch
