// SPDX-License-Identifier: MIT
#include <troika/fetch/get.hpp>

#include "unit/fetch/web_fixture.hpp"

#include <troika/core/cancel_scope.hpp>
#include <troika/tasks/yield_now.hpp>

#include <optional>

namespace troika::fetch {
namespace {

class Get : public testing_fetch::WebFixture {};

// All events of a run, by their kinds.
task<std::map<event_kind, std::vector<event>>> events_of(get_options options) {
    std::map<event_kind, std::vector<event>> all;
    async_generator<event> run = get(std::move(options));
    while (std::optional<event> next = co_await run.next())
        all[next->kind].push_back(std::move(*next));
    co_return all;
}

TEST_F(Get, DownloadsAndTells) {
    pages = {{"/one", "1"}, {"/two", std::string(300'000, '2')}, {"/three", ""}};
    serve([this](std::string url) -> task<void> {
        get_options options = into_folder();
        options.urls = {url + "/one", url + "/two", url + "/three"};
        std::map<event_kind, std::vector<event>> told = co_await events_of(options);
        EXPECT_EQ(told[event_kind::queued].size(), 3u);
        EXPECT_EQ(told[event_kind::started].size(), 3u);
        EXPECT_EQ(told[event_kind::finished].size(), 3u);
        EXPECT_EQ(told[event_kind::failed].size(), 0u);
        EXPECT_EQ(told[event_kind::summary].size(), 1u);
        const event& last = told[event_kind::summary].front();
        EXPECT_EQ(last.finished, 3u);
        EXPECT_EQ(last.bytes, 300'001u);
        EXPECT_EQ(last.exit_code, 0);
    });
    EXPECT_EQ(text_of("one"), "1");
    EXPECT_EQ(text_of("two"), pages["/two"]);
    EXPECT_EQ(names(), (std::set<std::string>{"one", "two", "three"}));
}

TEST_F(Get, TellsOfFailuresAndThrowsNothing) {
    pages = {{"/there", "x"}};
    serve([this](std::string url) -> task<void> {
        get_options options = into_folder();
        options.urls = {url + "/missing", url + "/there"};
        std::map<event_kind, std::vector<event>> told = co_await events_of(options);
        EXPECT_EQ(told[event_kind::failed].size(), 1u);
        const event& failed = told[event_kind::failed].front();
        EXPECT_EQ(failed.id, 1u);
        EXPECT_EQ(failed.cause, cause::http_status);
        EXPECT_NE(failed.message.find("404"), std::string::npos);
        EXPECT_EQ(told[event_kind::summary].front().exit_code, 8);
    });
    EXPECT_EQ(names(), (std::set<std::string>{"there"}));
}

TEST_F(Get, RefusesOptionsThatContradict) {
    serve([this](std::string) -> task<void> {
        async_generator<event> run = get(into_folder());
        std::optional<failure> refused;
        try {
            co_await run.next();
        } catch (const failure& error) {
            refused = error;
        }
        EXPECT_EQ(refused->why(), cause::usage);
    });
}

TEST_F(Get, ThrowsWhatEndsTheWholeRun) {
    serve([this](std::string) -> task<void> {
        get_options options = into_folder();
        options.list = at("no such list");
        std::optional<failure> refused;
        try {
            co_await events_of(options);
        } catch (const failure& error) {
            refused = error;
        }
        EXPECT_EQ(refused->why(), cause::file);
    });
}

// Reads until bytes of the endless file have come.
task<void> read_some_progress(async_generator<event>& run) {
    for (;;) {
        const std::optional<event> next = co_await run.next();
        if (!next || (next->kind == event_kind::progress && next->bytes > 1'000'000)) co_return;
    }
}

TEST_F(Get, CloseEndsTheDownloadsAndKeepsWhatCame) {
    serve([this](std::string url) -> task<void> {
        get_options options = into_folder();
        options.urls = {url + endless};
        options.progress_interval = std::chrono::milliseconds(1);
        async_generator<event> run = get(options);
        co_await read_some_progress(run);
        co_await run.close();
        // At once, not some time later: whoever closes may go on with the files.
        const std::set<std::string> left{"endless.part", "endless.part.journal"};
        EXPECT_EQ(names(), left);
        const std::optional<event> after = co_await run.next();
        EXPECT_FALSE(after.has_value());
    });
}

TEST_F(Get, ACancelledReaderEndsTheDownloads) {
    serve([this](std::string url) -> task<void> {
        get_options options = into_folder();
        options.urls = {url + endless};
        options.progress_interval = std::chrono::milliseconds(1);
        async_generator<event> run = get(options);
        co_await read_some_progress(run);
        cancel_scope scope;
        bool interrupted = false;
        try {
            while (std::optional<event> next = co_await run.next()) scope.cancel();
        } catch (const cancelled&) {
            interrupted = true;
        }
        scope.leave();
        EXPECT_TRUE(interrupted);
    });
}

TEST_F(Get, MayBeDroppedAtAnyTime) {
    serve([this](std::string url) -> task<void> {
        get_options options = into_folder();
        options.urls = {url + endless};
        options.progress_interval = std::chrono::milliseconds(1);
        {
            async_generator<event> never_begun = get(options);
            async_generator<event> run = get(options);
            co_await read_some_progress(run);
        }
        for (int turn = 0; turn < 10; ++turn) co_await yield_now();
    });
    EXPECT_TRUE(names().contains("endless.part"));
}

TEST_F(Get, HoldsBackWhileNobodyReads) {
    static constexpr std::size_t count = 3000;
    pages = {{"/x", "x"}};
    serve([this](std::string url) -> task<void> {
        get_options options = into_folder();
        options.per_host = options.jobs;
        for (std::size_t i = 0; i < count; ++i) {
            list_entry entry;
            entry.url = url + "/x";
            entry.out = std::to_string(i);
            options.entries.push_back(std::move(entry));
        }
        async_generator<event> run = get(options);
        static_cast<void>(co_await run.next());
        // Until nothing moves any more.
        std::size_t before = requests + 1;
        while (requests != before) {
            before = requests;
            for (int turn = 0; turn < 500; ++turn) co_await yield_now();
        }
        EXPECT_LT(requests, count / 2);
        std::size_t finished = 0;
        while (std::optional<event> next = co_await run.next())
            finished += next->kind == event_kind::finished ? 1 : 0;
        EXPECT_EQ(finished, count);
    });
}

}  // namespace
}  // namespace troika::fetch
