// SPDX-License-Identifier: MIT
#include "fetch/answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <utility>

namespace troika::fetch {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using kind = answer::kind;

using field = std::pair<const char*, const char*>;

/// An answer to GET with a body of `length` bytes.
http::response_head head(int status, std::uint64_t length,
                         std::initializer_list<field> fields = {}) {
    http::response_head made;
    made.status = status;
    made.body.kind = http::body_kind::length;
    made.body.length = length;
    for (const auto& [name, value] : fields) made.fields.add(name, value);
    return made;
}

question whole() {
    question asked;
    asked.url = "http://me:secret@h/file";
    asked.now = std::chrono::sys_seconds(1'000'000'000s);
    return asked;
}

/// Asked for bytes 100 to 199 of 1,000, if the file is still "e".
question part() {
    question asked = whole();
    asked.first = 100;
    asked.end = 200;
    asked.size = 1000;
    asked.validator = "\"e\"";
    return asked;
}

/// Asked for byte 100 and all that follow.
question rest() {
    question asked = part();
    asked.end.reset();
    return asked;
}

/// How `judge()` refuses; fails if it does not.
answer_refused refusal(const http::response_head& from, const question& asked) {
    try {
        static_cast<void>(judge(from, asked));
    } catch (const answer_refused& refused) {
        EXPECT_THAT(refused.what(), testing::Not(HasSubstr("secret")));
        return refused;
    }
    ADD_FAILURE() << "was not refused";
    return {failure(cause::other, ""), answer_refused::remedy::none};
}

TEST(Answer, TheWholeFile) {
    const answer found = judge(head(200, 7, {{"ETag", "\"e\""},
                                             {"Last-Modified", "Sun, 09 Sep 2001 01:46:40 GMT"}}),
                               whole());
    EXPECT_EQ(found.what, kind::whole);
    EXPECT_EQ(found.size, 7u);
    EXPECT_EQ(found.validator, "\"e\"");
    EXPECT_EQ(found.entity_tag, "\"e\"");
    EXPECT_EQ(found.modified, std::chrono::sys_seconds(1'000'000'000s));
}

TEST(Answer, TheWholeFileInsteadOfAPart) {
    EXPECT_EQ(judge(head(200, 7), part()).what, kind::whole);
    EXPECT_EQ(judge(head(200, 7), rest()).what, kind::whole);
}

TEST(Answer, SizesThatAreNotTold) {
    http::response_head unknown = head(200, 0);
    unknown.body.kind = http::body_kind::chunked;
    EXPECT_EQ(judge(unknown, whole()).size, std::nullopt);
    unknown.body.kind = http::body_kind::until_close;
    EXPECT_EQ(judge(unknown, whole()).size, std::nullopt);
    unknown.body.kind = http::body_kind::none;
    EXPECT_EQ(judge(unknown, whole()).size, 0u);
}

TEST(Answer, AWeakTagDoesNotSayThatBytesAreTheSame) {
    const answer found = judge(head(200, 7, {{"ETag", "W/\"e\""}}), whole());
    EXPECT_EQ(found.validator, "");
    EXPECT_EQ(found.entity_tag, "W/\"e\"");
}

TEST(Answer, APart) {
    const answer found =
        judge(head(206, 100, {{"Content-Range", "bytes 100-199/1000"}, {"ETag", "\"e\""}}), part());
    EXPECT_EQ(found.what, kind::part);
    EXPECT_EQ(found.range, (file_range{100, 200}));
    EXPECT_EQ(found.size, 1000u);
    EXPECT_EQ(found.validator, "\"e\"");
}

TEST(Answer, APartWithoutATagIsOfTheFileThatWasAskedFor) {
    const answer found = judge(head(206, 100, {{"Content-Range", "bytes 100-199/1000"}}), part());
    EXPECT_EQ(found.validator, "\"e\"");   // If-Range has held
}

TEST(Answer, TheRest) {
    const answer found = judge(head(206, 900, {{"Content-Range", "bytes 100-999/1000"}}), rest());
    EXPECT_EQ(found.range, (file_range{100, 1000}));
    // A total that is not told is known from before, or not at all.
    EXPECT_EQ(judge(head(206, 900, {{"Content-Range", "bytes 100-999/*"}}), rest()).size, 1000u);
    question blind = rest();
    blind.size.reset();
    EXPECT_TRUE(refusal(head(206, 900, {{"Content-Range", "bytes 100-999/*"}}), blind).whole());
}

TEST(Answer, AFirstPartThatIsAll) {
    question first = whole();
    first.first = 0;
    first.end = 4096;
    const answer found = judge(head(206, 10, {{"Content-Range", "bytes 0-9/10"}}), first);
    EXPECT_EQ(found.range, (file_range{0, 10}));
    EXPECT_EQ(found.size, 10u);
}

TEST(Answer, PartsThatNobodyAskedFor) {
    const answer_refused refused =
        refusal(head(206, 10, {{"Content-Range", "bytes 0-9/10"}}), whole());
    EXPECT_EQ(refused.why(), cause::protocol);
    EXPECT_FALSE(refused.start_over());
}

TEST(Answer, PartsThatDoNotFit) {
    const http::response_head wrong[] = {
        head(206, 100),
        head(206, 100, {{"Content-Range", "nonsense"}}),
        head(206, 100, {{"Content-Range", "bytes */1000"}}),
        head(206, 100, {{"Content-Range", "lines 100-199/1000"}}),
        head(206, 100, {{"Content-Range", "bytes 101-200/1000"}}),
        head(206, 99, {{"Content-Range", "bytes 100-198/1000"}}),
        head(206, 101, {{"Content-Range", "bytes 100-200/1000"}}),
        head(206, 99, {{"Content-Range", "bytes 100-199/1000"}}),
        head(206, 100, {{"Content-Range", "bytes 100-199/1000"}, {"Content-Encoding", "gzip"}}),
    };
    for (const http::response_head& each : wrong) {
        const answer_refused refused = refusal(each, part());
        EXPECT_EQ(refused.why(), cause::protocol);
        EXPECT_TRUE(refused.whole()) << each.fields.get("Content-Range").value_or("");
        EXPECT_TRUE(refused.start_over());
        EXPECT_TRUE(refused.transient());
    }
    EXPECT_EQ(judge(head(206, 100, {{"Content-Range", "bytes 100-199/1000"},
                                    {"Content-Encoding", "identity"}}),
                    part())
                  .what,
              kind::part);
}

TEST(Answer, PartsOfAnotherFile) {
    const http::response_head changed[] = {
        head(206, 100, {{"Content-Range", "bytes 100-199/1000"}, {"ETag", "\"f\""}}),
        head(206, 100, {{"Content-Range", "bytes 100-199/1001"}, {"ETag", "\"e\""}}),
    };
    for (const http::response_head& each : changed) {
        const answer_refused refused = refusal(each, part());
        EXPECT_THAT(refused.what(), HasSubstr("changed"));
        EXPECT_TRUE(refused.start_over());
        EXPECT_FALSE(refused.whole());
    }
}

TEST(Answer, NothingBehindWhatIsThere) {
    question all = rest();
    all.size = 100;
    const answer found = judge(head(416, 0, {{"Content-Range", "bytes */100"}}), all);
    EXPECT_EQ(found.what, kind::complete);
    EXPECT_EQ(found.size, 100u);
    EXPECT_EQ(found.validator, "\"e\"");
    // The file has become shorter, or nobody knows.
    EXPECT_TRUE(refusal(head(416, 0, {{"Content-Range", "bytes */50"}}), rest()).start_over());
    EXPECT_TRUE(refusal(head(416, 0, {{"Content-Range", "bytes */100"}}), rest()).start_over());
    EXPECT_TRUE(refusal(head(416, 0), all).start_over());
}

TEST(Answer, AnEmptyFileHasNoParts) {
    question first = whole();
    first.first = 0;
    first.end = 4096;
    EXPECT_EQ(judge(head(416, 0, {{"Content-Range", "bytes */0"}}), first).what, kind::no_ranges);
    EXPECT_EQ(refusal(head(416, 0), whole()).why(), cause::http_status);
}

TEST(Answer, Unchanged) {
    question asked = whole();
    asked.conditional = true;
    EXPECT_EQ(judge(head(304, 0), asked).what, kind::unchanged);
    EXPECT_EQ(judge(head(200, 7), asked).what, kind::whole);
    EXPECT_EQ(refusal(head(304, 0), whole()).why(), cause::protocol);
}

TEST(Answer, Refusals) {
    const answer_refused gone = refusal(head(404, 0), part());
    EXPECT_EQ(gone.why(), cause::http_status);
    EXPECT_FALSE(gone.transient());
    EXPECT_FALSE(gone.start_over());
    const answer_refused busy = refusal(head(503, 0, {{"Retry-After", "7"}}), whole());
    EXPECT_TRUE(busy.transient());
    EXPECT_EQ(busy.retry_after(), 7s);
    EXPECT_EQ(refusal(head(401, 0), whole()).why(), cause::authentication);
    for (const int odd : {201, 204, 301, 100})
        EXPECT_EQ(refusal(head(odd, 0), whole()).why(), cause::protocol) << odd;
}

TEST(Answer, SizesThatMustBe) {
    EXPECT_NO_THROW(require_size(7, std::nullopt, "http://h/"));
    EXPECT_NO_THROW(require_size(7, 7, "http://h/"));
    EXPECT_THROW(require_size(7, 8, "http://h/"), failure);
}

}  // namespace
}  // namespace troika::fetch
