// SPDX-License-Identifier: MIT
#include "fetch/failed_list.hpp"

#include <troika/core/task_owner.hpp>
#include <troika/fetch/failure.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/tasks/gather.hpp>

#include "unit/fetch/folder_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include <sys/resource.h>

namespace troika::fetch {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

list_entry entry(std::string url, std::string out = "",
                 std::optional<checksum> expected = std::nullopt) {
    list_entry made;
    made.url = std::move(url);
    made.out = std::move(out);
    made.expected = expected;
    return made;
}

std::vector<list_entry> read_all(std::string_view text) {
    input_list list("list");
    list.feed(text);
    list.finish();
    std::vector<list_entry> entries;
    while (auto next = list.next()) entries.push_back(std::move(*next));
    return entries;
}

TEST(ListLine, IsPlainWhereItCanBe) {
    const checksum sum = checksum::parse(std::string(64, 'a'));
    EXPECT_EQ(list_line(entry("http://h/a?b=c")), "http://h/a?b=c\n");
    EXPECT_EQ(list_line(entry("http://h/a", "sub/b.txt", sum)),
              "http://h/a out=sub/b.txt sha256=" + std::string(64, 'a') + "\n");
    EXPECT_EQ(list_line(entry("http://h/a", "b c")), "http://h/a out=\"b c\"\n");
}

TEST(ListLine, HasTheMirrors) {
    list_entry made = entry("http://h/a", "b");
    made.mirrors = {"http://me:secret@i/a b\"", "https://j/#x"};
    const std::string line = list_line(made);
    EXPECT_THAT(line, Not(HasSubstr("secret")));
    const auto read = read_all(line);
    ASSERT_EQ(read.size(), 1u);
    EXPECT_EQ(read[0].mirrors,
              (std::vector<std::string>{"http://i/a%20b%22", "https://j/"}));
}

TEST(ListLine, HoldsNoCredentials) {
    EXPECT_EQ(list_line(entry("http://me:secret@h/a#top")), "http://h/a\n");
    EXPECT_THAT(list_line(entry("htt p://me:secret@h:x/a b")), Not(HasSubstr("secret")));
}

TEST(ListLine, IsReadAsItWasMeant) {
    const checksum sums[] = {checksum::parse(std::string(64, 'a')),
                             checksum::parse("blake2b:" + std::string(128, 'b'))};
    for (const std::string name :
         {"a", "a b", " a ", "a\"b", "\"", "\"a\"", "a\\", "a\\\"b", "100%", "%41", "a\nb", "a\tb",
          "\x7f", "#a", "a=b", "sub/dir/\xc3\xa4 \xe2\x82\xac", "'", "\xff\x01 \xfe\"%", "a#b"}) {
        for (const checksum& sum : sums) {
            const auto read = read_all(list_line(entry("http://h/a", name, sum)));
            ASSERT_EQ(read.size(), 1u) << name;
            EXPECT_EQ(read[0].url, "http://h/a");
            EXPECT_EQ(read[0].out, name);
            EXPECT_EQ(read[0].expected, sum);
        }
    }
    // What is no URL stays one word on one line, to be refused again.
    for (const std::string url : {"no url", "#", "a\nhttp://h/b", "http://h:x/a b", "out=a"}) {
        const auto read = read_all(list_line(entry(url, "name")));
        ASSERT_EQ(read.size(), 1u) << url;
        EXPECT_EQ(read[0].out, "name");
    }
    EXPECT_EQ(read_all(list_line(entry("http://h/a b\n")))[0].url, "http://h/a%20b");
}

class FailedList : public testing_fetch::FolderFixture {
protected:
    [[nodiscard]] std::string text() const { return text_of("failed.txt"); }

    const std::string path = at("failed.txt");
    event_loop loop;
};

TEST_F(FailedList, IsMadeWithTheFirstFailure) {
    failed_list list(path);
    EXPECT_FALSE(std::filesystem::exists(path));
    loop.run(list.add(entry("http://h/1")));
    EXPECT_EQ(text(), "http://h/1\n");   // at once
    loop.run(list.add(entry("http://h/2", "b c")));
    EXPECT_EQ(text(), "http://h/1\nhttp://h/2 out=\"b c\"\n");
    EXPECT_EQ(list.size(), 2u);
}

TEST_F(FailedList, ReplacesThatOfAnEarlierRun) {
    std::ofstream(path) << "http://h/old\nhttp://h/older\n";
    failed_list list(path);
    EXPECT_THAT(text(), HasSubstr("old"));
    loop.run(list.add(entry("http://h/1")));
    EXPECT_EQ(text(), "http://h/1\n");
}

task<void> add_all(failed_list& list, int count) {
    for (int i = 0; i < count; ++i) {
        const std::string url = "http://h/" + std::to_string(i);
        co_await list.add(entry(url, std::string(300, 'x')));
    }
}

TEST_F(FailedList, LinesStayWholeWhenManyFailTogether) {
    failed_list list(path);
    const auto all = [](failed_list& into) -> task<void> {
        co_await gather(add_all(into, 50), add_all(into, 50), add_all(into, 50));
    };
    loop.run(all(list));
    const auto entries = read_all(text());
    EXPECT_EQ(entries.size(), 150u);
    EXPECT_EQ(list.size(), 150u);
    for (const list_entry& each : entries) EXPECT_EQ(each.out, std::string(300, 'x'));
}

TEST_F(FailedList, SaysWhyItCannotBeWritten) {
    failed_list list(folder + "/missing/failed.txt");
    try {
        loop.run(list.add(entry("http://h/1")));
        ADD_FAILURE();
    } catch (const failure& error) {
        EXPECT_EQ(error.why(), cause::file);
        EXPECT_THAT(error.what(), StartsWith("write " + folder + "/missing/failed.txt: "));
    }
    EXPECT_EQ(list.size(), 0u);
    std::filesystem::create_directory(folder + "/missing");
    loop.run(list.add(entry("http://h/1")));
    EXPECT_EQ(list.size(), 1u);
}

/// As if the disk were full after some bytes.
class file_size_limit {
public:
    explicit file_size_limit(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit now{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &now);
        handler_ = std::signal(SIGXFSZ, SIG_IGN);
    }
    file_size_limit(const file_size_limit&) = delete;
    file_size_limit& operator=(const file_size_limit&) = delete;
    ~file_size_limit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    rlimit before_{};
    void (*handler_)(int) = nullptr;
};

TEST_F(FailedList, LeavesNoHalfLine) {
    failed_list list(path);
    loop.run(list.add(entry("http://h/1")));
    {
        const file_size_limit full(20);
        try {
            loop.run(list.add(entry("http://h/2-is-longer")));
            ADD_FAILURE();
        } catch (const failure& error) {
            EXPECT_EQ(error.why(), cause::file);
        }
    }
    EXPECT_EQ(text(), "http://h/1\n");
    loop.run(list.add(entry("http://h/3")));
    EXPECT_EQ(text(), "http://h/1\nhttp://h/3\n");
}

task<void> add_when_cancelled(failed_list& list, bool& refused) {
    current_task().cancel();
    try {
        co_await list.add(entry("http://h/1"));
    } catch (const cancelled&) {
        refused = true;
    }
}

TEST_F(FailedList, ACancelledTaskWritesNothing) {
    failed_list list(path);
    bool refused = false;
    loop.run(add_when_cancelled(list, refused));
    EXPECT_TRUE(refused);
    EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace troika::fetch
