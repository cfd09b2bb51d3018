// SPDX-License-Identifier: MIT
#include "fetch/events.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace troika::fetch {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr download_identity which{7, "http://me:secret@host/a"};

json read(const std::string& line) {
    EXPECT_TRUE(line.ends_with("}\n"));
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_EQ(line.find("secret"), line.npos);
    return json::parse(line);
}

TEST(Events, AreOneVersionedObjectALine) {
    EXPECT_EQ(queued_event(which), R"({"v":1,"event":"queued","id":7,"url":"http://host/a"})"
                                   "\n");
    const failure error(cause::network, "gone\n", true);
    for (const std::string& line :
         {queued_event(which), started_event(which, "a", 1, 0), progress_event(which, 1, 2, 3),
          retry_event(which, error, 1, 1s), finished_event(which, {}),
          failed_event(which, error, 1, true), summary_event({})}) {
        const json event = read(line);
        EXPECT_EQ(event["v"], 1);
        EXPECT_TRUE(event["event"].is_string());
        if (event["event"] != "summary") {
            EXPECT_EQ(event["id"], 7);
            EXPECT_EQ(event["url"], "http://host/a");
        }
    }
}

TEST(Events, TellWhatHappened) {
    EXPECT_EQ(read(started_event(which, "dir/a", 2, 4096)),
              json::parse(R"({"v":1,"event":"started","id":7,"url":"http://host/a","file":"dir/a",
                              "attempt":2,"resumed_from":4096})"));
    EXPECT_EQ(read(progress_event(which, 10, 20, 1.5)),
              json::parse(R"({"v":1,"event":"progress","id":7,"url":"http://host/a","bytes":10,
                              "total":20,"bytes_per_second":1.5})"));
    EXPECT_FALSE(read(progress_event(which, 10, std::nullopt, 1.5)).contains("total"));
    EXPECT_EQ(read(retry_event(which, failure(cause::timeout, "slow", true), 3, 1500ms)),
              json::parse(R"({"v":1,"event":"retry","id":7,"url":"http://host/a","attempt":3,
                              "wait_seconds":1.5,"cause":"timeout","message":"slow"})"));
    EXPECT_EQ(read(failed_event(which, failure(cause::checksum, "bad"), 2, false)),
              json::parse(R"({"v":1,"event":"failed","id":7,"url":"http://host/a",
                              "cause":"checksum","message":"bad","exit_code":9,"attempts":2,
                              "resumable":false})"));
}

TEST(Events, FinishedCarriesTheChecksumUnderItsName) {
    const checksum sum = checksum::parse("sha256:" + std::string(64, 'a'));
    const json event = read(finished_event(which, {.file = "a\xff",
                                                   .bytes = 100,
                                                   .received = 60,
                                                   .time = 250ms,
                                                   .attempts = 2,
                                                   .sum = &sum}));
    EXPECT_EQ(event["file"], "a\uFFFD");
    EXPECT_EQ(event["bytes"], 100);
    EXPECT_EQ(event["received"], 60);
    EXPECT_EQ(event["seconds"], 0.25);
    EXPECT_EQ(event["attempts"], 2);
    EXPECT_EQ(event["skipped"], false);
    EXPECT_EQ(event["sha256"], std::string(64, 'a'));
    EXPECT_FALSE(read(finished_event(which, {})).contains("sha256"));
}

TEST(Events, SummaryAddsUp) {
    EXPECT_EQ(read(summary_event({.finished = 5,
                                  .skipped = 1,
                                  .failed = 2,
                                  .unfinished = 3,
                                  .received = 1'000,
                                  .time = 2s,
                                  .exit_code = 8})),
              json::parse(R"({"v":1,"event":"summary","finished":5,"skipped":1,"failed":2,
                              "unfinished":3,"received":1000,"seconds":2.0,"exit_code":8})"));
}

}  // namespace
}  // namespace troika::fetch
