// SPDX-License-Identifier: MIT
#include "fetch/checksum_list.hpp"

#include "fetch/checksum_strength.hpp"

#include <troika/fetch/failure.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika::fetch {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string a(64, 'a'), b(64, 'b'), c(64, 'c');

checksum_list read(const std::string& text) { return checksum_list::parse(text, "SHA256SUMS"); }

std::string found(const checksum_list& list, std::string_view name) {
    const auto sum = list.lookup(name);
    return sum ? sum->to_string() : "nothing";
}

std::string refusal(const std::string& text) {
    try {
        static_cast<void>(read(text));
        return "read";
    } catch (const failure& error) {
        EXPECT_EQ(error.why(), cause::usage);
        return error.what();
    }
}

TEST(ChecksumList, ReadsWhatGnuWrites) {
    const auto list = read("\xef\xbb\xbf# today's\n\n" + a + "  one\r\n" + b + " *two words\n" +
                           "\\" + c + "  new\\nline\\\\\n" + std::string(64, 'D') + "  dir/four");
    EXPECT_EQ(list.size(), 4u);
    EXPECT_EQ(found(list, "one"), "sha256:" + a);
    EXPECT_EQ(found(list, "two words"), "sha256:" + b);
    EXPECT_EQ(found(list, "new\nline\\"), "sha256:" + c);
    EXPECT_EQ(found(list, "dir/four"), "sha256:" + std::string(64, 'd'));
    EXPECT_EQ(found(list, "five"), "nothing");
}

TEST(ChecksumList, ReadsWhatBsdAndOpensslWrite) {
    const std::string blake(128, '1'), sha1(40, '2'), sha512(128, '3');
    const auto list = read("SHA256 (one (2)) = " + a + "\nBLAKE2b (two) = " + blake +
                           "\r\nSHA1(three)= " + sha1 + "\n\\SHA512 (fo\\nur) = " + sha512 +
                           "\n" + b + " five\n");
    EXPECT_EQ(list.size(), 5u);
    EXPECT_EQ(found(list, "one (2)"), "sha256:" + a);
    EXPECT_EQ(found(list, "two"), "blake2b:" + blake);
    EXPECT_EQ(found(list, "three"), "sha1:" + sha1);
    EXPECT_EQ(found(list, "fo\nur"), "sha512:" + sha512);
    EXPECT_EQ(found(list, "five"), "sha256:" + b);
}

TEST(ChecksumList, TheNumberOfDigitsTellsTheAlgorithm) {
    const std::string text = std::string(32, '1') + "  md5\n" + std::string(40, '1') + "  sha1\n" +
                             std::string(64, '1') + "  sha256\n" + std::string(128, '1') +
                             "  sha512\n";
    const auto list = read(text);
    for (const std::string name : {"md5", "sha1", "sha256", "sha512"})
        EXPECT_THAT(found(list, name), StartsWith(name + ":"));
    const std::string longest = std::string(128, '1') + "  x\n";
    for (const std::string name : {"http://h/B2SUMS", "dir/a.b2", "http://h/b2sums?v=1"})
        EXPECT_THAT(found(checksum_list::parse(longest, name), "x"), StartsWith("blake2b:"));
    EXPECT_THAT(found(checksum_list::parse(longest, "b2sums/SHA512SUMS"), "x"),
                StartsWith("sha512:"));
}

TEST(ChecksumList, FindsByPathThenByLastPart) {
    const auto list =
        read(a + "  ./x/one\n" + b + "  y/two\n" + c + "  z/two\n" + a + "  p/same\n" + a +
             "  q/same\n" + b + "  two.txt\n");
    EXPECT_EQ(found(list, "x/one"), "sha256:" + a);
    EXPECT_EQ(found(list, "./x/one"), "sha256:" + a);
    EXPECT_EQ(found(list, "one"), "sha256:" + a);
    EXPECT_EQ(found(list, "downloads/one"), "sha256:" + a);
    EXPECT_EQ(found(list, "y/two"), "sha256:" + b);
    EXPECT_EQ(found(list, "two"), "nothing");   // which of them?
    EXPECT_EQ(found(list, "same"), "sha256:" + a);
    EXPECT_EQ(found(list, "d/two.txt"), "sha256:" + b);
    EXPECT_EQ(found(list, ""), "nothing");
    EXPECT_EQ(found(list, "x/"), "nothing");
}

TEST(ChecksumList, TheStrongestCounts) {
    const std::string weak(32, '1'), strong(128, '2');
    const auto list = read(weak + "  f\n" + strong + "  f\n" + a + "  f\n" + a + "  f\n");
    EXPECT_EQ(found(list, "f"), "sha512:" + strong);
    using enum checksum_algorithm;
    EXPECT_LT(strength_of(md5), strength_of(sha1));
    EXPECT_LT(strength_of(sha1), strength_of(sha256));
    EXPECT_LT(strength_of(sha256), strength_of(blake2b));
    EXPECT_LT(strength_of(blake2b), strength_of(sha512));
}

TEST(ChecksumList, StaysWholeWhenItMoves) {
    auto first = read(a + "  x/one\n");
    const checksum_list second = std::move(first);
    EXPECT_EQ(found(second, "one"), "sha256:" + a);
}

TEST(ChecksumList, NamesListAndLineOfWhatIsWrong) {
    struct row {
        std::string line, why;
    };
    const row rows[] = {
        {"what", "'what' is no checksum; write 'DIGITS  NAME'"},
        {a, "is no checksum"},
        {a + "  ", "the name of the file is missing"},
        {a + "  dir/", "the name of the file is missing"},
        {a + "1  f", "64 hexadecimal digits"},
        {std::string(56, '1') + "  sha224", "64 hexadecimal digits"},
        {a + "-f", "is no checksum"},
        {"SHA256 (f) = " + a.substr(1), "64 hexadecimal digits, not 63"},
        {"SHA256 (f) = " + a.substr(1) + "g", "only the digits"},
        {"SHA384 (f) = " + a, "the algorithm SHA384 is not known"},
        {"SHA256 () = " + a, "the name of the file is missing"},
        {"SHA256 (f) " + a, "is no checksum"},
        {"SHA256 f = " + a, "is no checksum"},
        {"SHA256 )f( = " + a, "is no checksum"},
        {"<html>", "is no checksum"},
        {"\\" + a + "  a\\tb", "a backslash in the name"},
        {"\\" + a + "  a\\", "a backslash in the name"},
        {b + "  first", "an earlier line gives another checksum for 'first'"},
        {"SHA256 (./first) = " + b, "an earlier line gives another checksum for 'first'"},
        {a + "  f\x1b[31m", "control character"},
        {std::string("\0", 1), "control character"},
        {a + "  " + std::string(checksum_list::line_length_max, 'f'), "longer than 65536 bytes"},
        {"-----BEGIN PGP SIGNED MESSAGE-----", "gpg --decrypt"},
    };
    for (const row& each : rows) {
        const std::string said = refusal(a + "  first\n" + each.line + "\n");
        EXPECT_THAT(said, StartsWith("SHA256SUMS:2: ")) << each.line;
        EXPECT_THAT(said, HasSubstr(each.why)) << each.line;
    }
    for (const char* empty : {"", "\n\n", "# nothing\r\n"})
        EXPECT_THAT(refusal(empty), HasSubstr("no checksum in the list"));
    EXPECT_THAT(refusal(std::string(checksum_list::bytes_max + 1, '\n')), HasSubstr("64 MiB"));
}

TEST(ChecksumList, DoesNotShowPasswords) {
    try {
        static_cast<void>(checksum_list::parse("x", "http://me:secret@h/SUMS"));
        ADD_FAILURE();
    } catch (const failure& error) {
        EXPECT_THAT(error.what(), StartsWith("http://h/SUMS:1: "));
    }
}

}  // namespace
}  // namespace troika::fetch
