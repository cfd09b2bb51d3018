// SPDX-License-Identifier: MIT
#include <troika/http/range.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace troika::http {
namespace {

constexpr std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();

std::vector<byte_range> parts(std::string_view value, std::uint64_t size) {
    const range_request request = parse_range(value, size);
    EXPECT_EQ(request.answer, range_answer::parts) << value;
    return request.ranges;
}
range_answer answer(std::string_view value, std::uint64_t size) {
    return parse_range(value, size).answer;
}
using ranges = std::vector<byte_range>;

TEST(Range, ReadsTheExamplesOfTheStandard) {   // RFC 9110, 14.1.2, of 10000 bytes
    EXPECT_EQ(parts("bytes=0-499", 10000), (ranges{{0, 499}}));
    EXPECT_EQ(parts("bytes=500-999", 10000), (ranges{{500, 999}}));
    EXPECT_EQ(parts("bytes=-500", 10000), (ranges{{9500, 9999}}));
    EXPECT_EQ(parts("bytes=9500-", 10000), (ranges{{9500, 9999}}));
    EXPECT_EQ(parts("bytes=0-0,-1", 10000), (ranges{{0, 0}, {9999, 9999}}));
    EXPECT_EQ(parts("bytes= 0-999, 4500-5499, -1000", 10000),
              (ranges{{0, 999}, {4500, 5499}, {9000, 9999}}));
    EXPECT_EQ(parts("bytes=500-600,601-999", 10000), (ranges{{500, 600}, {601, 999}}));
    EXPECT_EQ(parts("bytes=500-700,601-999", 10000), (ranges{{500, 700}, {601, 999}}));
}

TEST(Range, CutsToTheSize) {
    EXPECT_EQ(parts("bytes=5-99", 10), (ranges{{5, 9}}));
    EXPECT_EQ(parts("bytes=-99", 10), (ranges{{0, 9}}));
    EXPECT_EQ(parts("bytes=0-99999999999999999999999", 10), (ranges{{0, 9}}));
    EXPECT_EQ(parts("bytes=-99999999999999999999999", 10), (ranges{{0, 9}}));
    EXPECT_EQ(parts("bytes=10-,3-4", 10), (ranges{{3, 4}}));
    EXPECT_EQ(parts("bytes=0-", huge), (ranges{{0, huge - 1}}));
    EXPECT_EQ(parts("BYTES=,0-1,,", 10), (ranges{{0, 1}}));
}

TEST(Range, KnowsWhatCannotBeSatisfied) {
    EXPECT_EQ(answer("bytes=10-", 10), range_answer::unsatisfiable);
    EXPECT_EQ(answer("bytes=10-20,30-", 10), range_answer::unsatisfiable);
    EXPECT_EQ(answer("bytes=-0", 10), range_answer::unsatisfiable);
    EXPECT_EQ(answer("bytes=99999999999999999999999-", 10), range_answer::unsatisfiable);
    EXPECT_EQ(answer("bytes=0-", 0), range_answer::unsatisfiable);
    EXPECT_EQ(answer("bytes=-0", 0), range_answer::unsatisfiable);
    EXPECT_EQ(answer("bytes=-5", 0), range_answer::whole);
}

TEST(Range, AnswersTheMalformedWithTheWhole) {
    for (const char* value :
         {"", "bytes", "bytes=", "bytes=,", "bytes=-", "bytes=a-b", "bytes=5", "bytes=5-4",
          "bytes=--5", "bytes=0-1-2", "bytes=+0-1", "bytes=0x0-1", "bytes=0 - 1", "bytes=0-1;2-3",
          "bytes=0-1,x", "lines=0-1", "bytes 0-1", " bytes=0-1"})
        EXPECT_EQ(answer(value, 100), range_answer::whole) << value;
}

TEST(Range, AnswersTheAbusiveWithTheWhole) {
    std::string many = "bytes=0-0";
    for (std::size_t i = 1; i < ranges_max; ++i) many += ",0-0";
    EXPECT_EQ(parts(many, 100).size(), ranges_max);
    EXPECT_EQ(answer(many + ",0-0", 100), range_answer::whole);
    EXPECT_EQ(answer("bytes=0-,0-", 100), range_answer::whole);
    EXPECT_EQ(answer("bytes=0-49,0-49", 100), range_answer::parts);
    EXPECT_EQ(answer("bytes=0-49,0-50", 100), range_answer::whole);
    EXPECT_EQ(answer("bytes=0-,0-,0-", huge), range_answer::whole);
}

TEST(Range, WritesRequests) {
    EXPECT_EQ(format_range(5), "bytes=5-");
    EXPECT_EQ(format_range(5, 9), "bytes=5-9");
}

TEST(ContentRange, ReadsWhatServersSay) {
    EXPECT_EQ(parse_content_range("bytes 0-499/1234"),
              (content_range{byte_range{0, 499}, 1234}));
    EXPECT_EQ(parse_content_range("Bytes  5-5/*"), (content_range{byte_range{5, 5}, std::nullopt}));
    EXPECT_EQ(parse_content_range("bytes */1234"), (content_range{std::nullopt, 1234}));
    EXPECT_EQ(parse_content_range("bytes */0"), (content_range{std::nullopt, 0}));
}

TEST(ContentRange, RefusesContradictions) {
    for (const char* value : {"",
                              "bytes",
                              "bytes ",
                              "bytes 0-1",
                              "bytes */*",
                              "bytes 0-1/",
                              "bytes /5",
                              "bytes 5-4/10",
                              "bytes 0-10/10",
                              "bytes 0-/10",
                              "bytes -1/10",
                              "bytes a-b/10",
                              "bytes 0-1/x",
                              "lines 0-1/2",
                              "bytes=0-1/2",
                              "bytes 0-1/2 ,",
                              "bytes 0-18446744073709551615/*",
                              "bytes 0-18446744073709551616/*",
                              "bytes 0-1/18446744073709551616",
                              "bytes 0 -1/2"})
        EXPECT_EQ(parse_content_range(value), std::nullopt) << value;
}

TEST(ContentRange, IsReadAsItIsWritten) {
    EXPECT_EQ(format_content_range({0, 499}, 1234), "bytes 0-499/1234");
    EXPECT_EQ(unsatisfied_content_range(7), "bytes */7");
    EXPECT_EQ(parse_content_range(format_content_range({7, huge - 2}, huge)),
              (content_range{byte_range{7, huge - 2}, huge}));
}

}  // namespace
}  // namespace troika::http
