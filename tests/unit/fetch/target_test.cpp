// SPDX-License-Identifier: MIT
#include "fetch/target.hpp"

#include <troika/fetch/failure.hpp>
#include <troika/loop/event_loop.hpp>

#include "unit/fetch/folder_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace troika::fetch {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::string_view sum_of_content =
    "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73";

class Target : public testing_fetch::FolderFixture {
protected:
    Target() {
        what.url = "http://h/file";
        what.path = at("file");
    }

    target look() {
        existing_names names;
        return loop.run(look_for_target(what, options, names, taken));
    }
    std::string refusal() {
        try {
            static_cast<void>(look());
            return "looked";
        } catch (const failure& error) {
            EXPECT_EQ(error.why(), cause::file);
            return error.what();
        }
    }
    void expect(std::string_view digits) {
        what.expected = checksum::parse_hex(checksum_algorithm::sha256, digits);
    }

    event_loop loop;
    download what;
    get_options options;
    target_names taken;
};

TEST_F(Target, NothingIsThere) {
    const target found = look();
    EXPECT_FALSE(found.settled || found.replace || found.has_part || found.existing);
}

TEST_F(Target, APartIsThere) {
    write("file.part", "x");
    const target found = look();
    EXPECT_TRUE(found.has_part);
    EXPECT_FALSE(found.settled || found.replace || found.existing);
}

TEST_F(Target, AFileIsThereAndTheServerIsAsked) {
    write("file", "content");
    for (const existing_file policy : {existing_file::keep_if_same, existing_file::renew}) {
        options.existing = policy;
        const target found = look();
        ASSERT_TRUE(found.existing);
        EXPECT_EQ(found.existing->size, 7u);
        EXPECT_FALSE(found.settled || found.replace);
    }
}

TEST_F(Target, AFileIsThereAndItsChecksumTells) {
    write("file", "content");
    expect(sum_of_content);
    EXPECT_TRUE(look().settled);
    expect(std::string(64, '0'));
    EXPECT_THAT(refusal(), HasSubstr("--overwrite"));
    options.existing = existing_file::renew;
    const target found = look();
    EXPECT_TRUE(found.replace);
    EXPECT_FALSE(found.settled || found.existing);
}

TEST_F(Target, Policies) {
    write("file", "content");
    options.existing = existing_file::keep;
    EXPECT_TRUE(look().settled);
    options.existing = existing_file::overwrite;
    EXPECT_TRUE(look().replace);
    options.existing = existing_file::rename;
    ASSERT_TRUE(taken.claim(what.path));
    const target found = look();
    EXPECT_FALSE(found.settled || found.replace || found.existing);
    EXPECT_NE(what.path, at("file"));
    EXPECT_FALSE(taken.claim(what.path));
    EXPECT_FALSE(std::filesystem::exists(what.path));
}

TEST_F(Target, WhatIsNoFile) {
    std::filesystem::create_directory(at("file"));
    EXPECT_THAT(refusal(), HasSubstr("no regular file"));
    options.existing = existing_file::overwrite;
    EXPECT_THAT(refusal(), HasSubstr("no regular file"));
}

TEST_F(Target, IsTheSameOrNot) {
    target found;
    found.existing.emplace();
    found.existing->size = 7;
    found.existing->modified = std::chrono::sys_seconds(1'000s) + 500ms;
    answer theirs;
    theirs.what = answer::kind::unchanged;
    EXPECT_TRUE(found.settle(theirs, "p", options));
    theirs.what = answer::kind::whole;
    theirs.size = 7;
    theirs.modified = std::chrono::sys_seconds(1'000s);
    EXPECT_TRUE(found.settle(theirs, "p", options));
    found.entity_tag = "\"a\"";
    theirs.entity_tag = "\"a\"";
    EXPECT_TRUE(found.settle(theirs, "p", options));
    theirs.entity_tag = "\"b\"";
    EXPECT_THROW(static_cast<void>(found.settle(theirs, "p", options)), failure);
    theirs.entity_tag = "\"a\"";
    theirs.size = 8;
    EXPECT_THROW(static_cast<void>(found.settle(theirs, "p", options)), failure);
    theirs.size.reset();
    EXPECT_THROW(static_cast<void>(found.settle(theirs, "p", options)), failure);
    EXPECT_TRUE(found.existing);
    options.existing = existing_file::renew;
    EXPECT_FALSE(found.settle(theirs, "p", options));
    EXPECT_FALSE(found.existing);
    EXPECT_TRUE(found.replace);
}

class Renamed : public Target {
protected:
    Renamed() {
        options.remote_name = true;
        options.directory = folder;
        EXPECT_TRUE(taken.claim(what.path));
    }
    target rename(const std::string& disposition) {
        http::headers fields;
        fields.add("Content-Disposition", disposition);
        target found;
        loop.run(rename_target(what, found, fields, options, taken));
        return found;
    }
};

TEST_F(Renamed, AsTheServerSays) {
    static_cast<void>(rename("attachment; filename=\"other\""));
    EXPECT_EQ(what.path, at("other"));
}

TEST_F(Renamed, NotUnlessAsked) {
    options.remote_name = false;
    static_cast<void>(rename("attachment; filename=\"other\""));
    EXPECT_EQ(what.path, at("file"));
}

TEST_F(Renamed, NeverOutOfTheDirectory) {
    static_cast<void>(rename("attachment; filename=\"../../up\""));
    EXPECT_EQ(what.path, at("up"));
}

TEST_F(Renamed, WhatIsThereStays) {
    write("other", "content");
    EXPECT_THROW(static_cast<void>(rename("attachment; filename=other")), failure);
    what.path = at("file2");
    options.existing = existing_file::overwrite;
    EXPECT_TRUE(taken.claim(at("third")));
    EXPECT_THROW(static_cast<void>(rename("attachment; filename=third")), failure);
}

TEST_F(Renamed, OverwritesIfToldTo) {
    write("other", "content");
    options.existing = existing_file::overwrite;
    EXPECT_TRUE(rename("attachment; filename=other").replace);
}

}  // namespace
}  // namespace troika::fetch
