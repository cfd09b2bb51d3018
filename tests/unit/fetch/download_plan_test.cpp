// SPDX-License-Identifier: MIT
#include <troika/fetch/download_plan.hpp>

#include <troika/fetch/get.hpp>

#include "unit/fetch/web_fixture.hpp"

#include <optional>

namespace troika::fetch {
namespace {

class DownloadPlan : public testing_fetch::WebFixture {};

TEST_F(DownloadPlan, IsAListAndBack) {
    const std::string text =
        "http://h/a\n"
        "http://h/b out=c/d mirror=http://m/b\n"
        "http://h/e md5=d41d8cd98f00b204e9800998ecf8427e\n";
    download_plan plan = download_plan::parse(text, "list");
    EXPECT_EQ(plan.size(), 3u);
    EXPECT_EQ(plan.left(), 3u);
    EXPECT_EQ(plan.to_text(), text);
    plan.add("http://user:secret@h/f");
    EXPECT_EQ(plan.to_text(), text + "http://h/f\n");
    EXPECT_THROW(static_cast<void>(download_plan::parse("http://h/a what=1", "list")), failure);
}

TEST_F(DownloadPlan, ForgetsWhatIsDone) {
    pages = {{"/a", "a"}, {"/c", "c"}};
    serve([this](std::string url) -> task<void> {
        download_plan plan;
        plan.add(url + "/a");
        plan.add(url + "/b");
        plan.add(url + "/c");
        get_options options = into_folder();
        std::size_t done = 0;
        async_generator<event> run = get(plan.apply(options));
        while (std::optional<event> next = co_await run.next()) done += plan.note(*next) ? 1 : 0;
        EXPECT_EQ(done, 2u);
        EXPECT_EQ(plan.left(), 1u);
        EXPECT_EQ(plan.to_text(), url + "/b\n");
        co_await plan.save(at("rest.list"));
        // The rest, another day: ids are counted anew.
        pages["/b"] = "b";
        download_plan rest = co_await download_plan::load(at("rest.list"));
        async_generator<event> again = get(rest.apply(options));
        while (std::optional<event> next = co_await again.next()) rest.note(*next);
        EXPECT_EQ(rest.left(), 0u);
        EXPECT_EQ(rest.to_text(), "");
    });
    EXPECT_EQ(text_of("b"), "b");
}

TEST_F(DownloadPlan, IsNotMovedByEventsOfOthers) {
    download_plan plan;
    plan.add("http://h/a");
    event other(event_kind::finished);
    other.id = 1;
    EXPECT_FALSE(plan.note(other));   // nothing was applied
    static_cast<void>(plan.apply({}));
    other.id = 7;
    EXPECT_FALSE(plan.note(other));
    other.id = 1;
    EXPECT_TRUE(plan.note(other));
    EXPECT_FALSE(plan.note(other));
}

}  // namespace
}  // namespace troika::fetch
