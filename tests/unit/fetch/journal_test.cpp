// SPDX-License-Identifier: MIT
#include "fetch/journal.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace troika::fetch {
namespace {

using namespace std::chrono_literals;

journal sample() {
    journal note;
    note.url = "http://host/a b?c";
    note.validator = "\"5f-abc\"";
    note.size = 1'000'000;
    note.durable = 65'536;
    note.prefix = checksum::parse("sha256:" + std::string(64, 'a'));
    return note;
}

TEST(Journal, ReadsWhatItWrote) {
    journal note = sample();
    EXPECT_EQ(parse_journal(serialize(note)), note);
    note.size.reset();
    note.prefix.reset();
    note.validator.clear();
    EXPECT_EQ(parse_journal(serialize(note)), note);
    note.durable = ~std::uint64_t{0};
    EXPECT_EQ(parse_journal(serialize(note)), note);
}

TEST(Journal, IsTextThatPeopleCanRead) {
    journal note = sample();
    note.prefix.reset();
    const std::string text = serialize(note);
    EXPECT_TRUE(
        text.starts_with("troika journal 1\n"
                         "url http://host/a b?c\n"
                         "validator \"5f-abc\"\n"
                         "size 1000000\n"
                         "durable 65536\n"
                         "sum "));
}

TEST(Journal, RecognisesEveryTornWrite) {
    const std::string text = serialize(sample());
    for (std::size_t size = 0; size < text.size(); ++size)
        EXPECT_FALSE(parse_journal(text.substr(0, size))) << size;
    EXPECT_FALSE(parse_journal(text + "x"));
    EXPECT_FALSE(parse_journal(text + text));
}

TEST(Journal, RecognisesEveryFlippedBit) {
    const std::string text = serialize(sample());
    for (std::size_t at = 0; at < text.size(); ++at)
        for (int bit = 0; bit < 8; ++bit) {
            std::string changed = text;
            changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
            EXPECT_FALSE(parse_journal(changed)) << at;
        }
}

TEST(Journal, RecognisesZeroedTails) {
    const std::string text = serialize(sample());
    for (std::size_t size = 0; size < text.size(); ++size)
        EXPECT_FALSE(parse_journal(text.substr(0, size) + std::string(text.size() - size, '\0')));
}

TEST(Journal, SaysWhy) {
    EXPECT_EQ(parse_journal("").error(), "the file is not a journal");
    EXPECT_EQ(parse_journal("<html>").error(), "the file is not a journal");
    EXPECT_EQ(parse_journal("troika journal 2\n").error(),
              "the journal was written by another version of troika");
    EXPECT_EQ(parse_journal("troika journal 1\ndurable 5\n").error(),
              "the journal is torn or was changed");
    EXPECT_EQ(parse_journal(std::string(journal::bytes_max + 1, 'x')).error(),
              "the journal is too long");
    journal impossible = sample();
    impossible.durable = *impossible.size + 1;
    EXPECT_EQ(parse_journal(serialize(impossible)).error(), "the journal contradicts itself");
}

TEST(Journal, RefusesToWriteWhatItCouldNotRead) {
    journal note = sample();
    note.url = "http://host/\ndurable 9";
    EXPECT_THROW(static_cast<void>(serialize(note)), std::invalid_argument);
    note = sample();
    note.validator = "\"\r\n\"";
    EXPECT_THROW(static_cast<void>(serialize(note)), std::invalid_argument);
    note = sample();
    note.url.append(journal::bytes_max, 'x');
    EXPECT_THROW(static_cast<void>(serialize(note)), std::invalid_argument);
}

TEST(PickValidator, TakesOnlyWhatIsStrong) {
    const std::chrono::sys_seconds then{1'000'000s};
    const std::string_view date = "Mon, 12 Jan 1970 13:46:40 GMT";
    EXPECT_EQ(pick_validator("\"a\"", date, then, then + 1h), "\"a\"");
    EXPECT_EQ(pick_validator("W/\"a\"", date, then, then + 1h), date);
    EXPECT_EQ(pick_validator("", date, then, then + 1s), date);
    EXPECT_EQ(pick_validator("", date, then, then), "");   // may change within the second
    EXPECT_EQ(pick_validator("", date, then, std::nullopt), "");
    EXPECT_EQ(pick_validator("", "nonsense", std::nullopt, then), "");
    EXPECT_EQ(pick_validator("unquoted", "", std::nullopt, then), "");
    EXPECT_EQ(pick_validator("\"", "", std::nullopt, then), "");
}

}  // namespace
}  // namespace troika::fetch
