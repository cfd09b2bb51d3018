// SPDX-License-Identifier: MIT
#include <troika/fetch/failure.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika::fetch {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view url = "http://me:secret@host/a\x1b";

TEST(ExitStatus, IsTheLowestSpecificCause) {
    exit_status status;
    EXPECT_EQ(status.code(), 0);
    status.add(cause::other);
    EXPECT_EQ(status.code(), 1);
    status.add(cause::timeout);
    EXPECT_EQ(status.code(), 10);
    status.add(cause::http_status);
    status.add(cause::checksum);
    EXPECT_EQ(status.code(), 8);
    status.add(cause::file);
    EXPECT_EQ(status.code(), 3);
    status.end_by_signal(2);
    EXPECT_EQ(status.code(), 130);
    status.end_by_signal(15);
    EXPECT_EQ(status.code(), 143);
}

TEST(Failure, OfStatuses) {
    struct row {
        int status;
        cause why;
        bool transient;
    };
    const row rows[] = {
        {400, cause::http_status, false},    {401, cause::authentication, false},
        {403, cause::authentication, false}, {404, cause::http_status, false},
        {407, cause::authentication, false}, {408, cause::http_status, true},
        {410, cause::http_status, false},    {416, cause::http_status, false},
        {425, cause::http_status, true},     {429, cause::http_status, true},
        {500, cause::http_status, true},     {501, cause::http_status, false},
        {502, cause::http_status, true},     {503, cause::http_status, true},
        {504, cause::http_status, true},     {505, cause::http_status, false},
        {999, cause::http_status, false},    {304, cause::protocol, false},
    };
    for (const row& each : rows) {
        const failure error = status_failure(url, each.status);
        EXPECT_EQ(error.why(), each.why) << each.status;
        EXPECT_EQ(error.transient(), each.transient) << each.status;
        EXPECT_THAT(error.what(), HasSubstr(std::to_string(each.status)));
    }
    EXPECT_THAT(status_failure(url, 404).what(), HasSubstr("404 Not Found"));
    EXPECT_THAT(status_failure(url, 401).what(), HasSubstr("-u"));
    EXPECT_THAT(status_failure(url, 407).what(), HasSubstr("--proxy"));
}

TEST(Failure, NeverShowsSecretsOrEscapes) {
    const failure all[] = {
        network_failure("connect", url, std::make_error_code(std::errc::connection_refused)),
        truncated_failure(url, 1, 2),
        timeout_failure(time_limit::connect, url, 1s),
        timeout_failure(time_limit::stall, url, 1s),
        timeout_failure(time_limit::total, url, 1s),
        status_failure(url, 404),
        protocol_failure(url, "bad \x1b[31m"),
        checksum_failure(url, "sha256:00", "sha256:01", "a\x1b.bad"),
        scheme_failure(url, false),
        url_failure(url, "bad\n"),
        file_failure("write", "a\x1b", std::make_error_code(std::errc::io_error)),
    };
    for (const failure& each : all) {
        EXPECT_THAT(each.what(), Not(HasSubstr("secret")));
        EXPECT_THAT(each.what(), Not(HasSubstr("\x1b")));
        EXPECT_THAT(each.what(), Not(HasSubstr("\n")));
    }
}

TEST(Failure, OfFilesSaysWhatToDo) {
    const failure full =
        file_failure("write", "a.part", std::make_error_code(std::errc::no_space_on_device));
    EXPECT_EQ(full.why(), cause::file);
    EXPECT_FALSE(full.transient());
    EXPECT_STREQ(full.what(),
                 "write a.part: No space left on device; free some space and run the same "
                 "command again: it resumes");
    EXPECT_THAT(
        file_failure("open", "x", std::make_error_code(std::errc::too_many_files_open)).what(),
        HasSubstr("ulimit -n"));
}

TEST(Failure, OfTheNetwork) {
    const auto refused =
        network_failure("connect", url, std::make_error_code(std::errc::connection_refused));
    EXPECT_EQ(refused.why(), cause::network);
    EXPECT_TRUE(refused.transient());
    const auto slow = network_failure("connect", url, std::make_error_code(std::errc::timed_out));
    EXPECT_EQ(slow.why(), cause::timeout);
    EXPECT_TRUE(slow.transient());
    const auto never =
        network_failure("connect", url, std::make_error_code(std::errc::permission_denied));
    EXPECT_FALSE(never.transient());
}

// As a resolver's category is: codes of its own, of which one means "try again".
class resolver_like final : public std::error_category {
public:
    const char* name() const noexcept override { return "resolver"; }
    std::string message(int) const override { return "no answer"; }
    std::error_condition default_error_condition(int code) const noexcept override {
        if (code == -3) return std::make_error_condition(std::errc::resource_unavailable_try_again);
        return {code, *this};
    }
};

TEST(Failure, OfNamesIsTransientOnlyIfTheResolverSaysSo) {
    const resolver_like resolver;
    EXPECT_TRUE(network_failure("look up", url, {-3, resolver}).transient());
    EXPECT_FALSE(network_failure("look up", url, {-2, resolver}).transient());
}

TEST(Failure, OfTimeAndTruncation) {
    EXPECT_TRUE(timeout_failure(time_limit::connect, url, 10s).transient());
    EXPECT_TRUE(timeout_failure(time_limit::stall, url, 30s).transient());
    EXPECT_FALSE(timeout_failure(time_limit::total, url, 30s).transient());
    EXPECT_THAT(timeout_failure(time_limit::stall, url, 30s).what(), HasSubstr("--stall-timeout"));
    EXPECT_TRUE(truncated_failure(url, 5, 10).transient());
    EXPECT_THAT(truncated_failure(url, 5, 10).what(), HasSubstr("after 5 of 10 bytes"));
    EXPECT_THAT(truncated_failure(url, 5, {}).what(), HasSubstr("after 5 bytes"));
}

TEST(Failure, OfSchemes) {
    EXPECT_EQ(scheme_failure("ftp://h/", false).why(), cause::usage);
    EXPECT_EQ(scheme_failure("file:///etc/passwd", true).why(), cause::protocol);
    EXPECT_THAT(scheme_failure("ftp://h/", false).what(), HasSubstr("only http and https"));
}

TEST(Cause, HasAWordForEach) {
    EXPECT_EQ(to_string(cause::http_status), "http_status");
    EXPECT_EQ(to_string(cause::file), "file");
}

}  // namespace
}  // namespace troika::fetch
