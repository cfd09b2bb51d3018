// SPDX-License-Identifier: MIT
#include <troika/fetch/checksum.hpp>

#include <troika/fetch/failure.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika::fetch {
namespace {

using testing::HasSubstr;

std::string digest(checksum_algorithm algorithm, std::string_view text) {
    hasher sum(algorithm);
    sum.update(std::as_bytes(std::span(text)));
    return sum.value().hex();
}

TEST(Hasher, GivesThePublishedDigests) {
    EXPECT_EQ(digest(checksum_algorithm::sha256, "abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(digest(checksum_algorithm::sha512, "abc"),
              "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
              "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
    EXPECT_EQ(digest(checksum_algorithm::sha1, "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(digest(checksum_algorithm::md5, "abc"), "900150983cd24fb0d6963f7d28e17f72");
    EXPECT_EQ(digest(checksum_algorithm::blake2b, "abc"),
              "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
              "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
    EXPECT_EQ(digest(checksum_algorithm::sha256, ""),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Hasher, MayBeAskedOnTheWay) {
    hasher sum(checksum_algorithm::sha256);
    const std::string_view text = "abc";
    for (std::size_t i = 0; i < text.size(); ++i) {
        EXPECT_EQ(sum.value().hex(), digest(checksum_algorithm::sha256, text.substr(0, i)));
        sum.update(std::as_bytes(std::span(text).subspan(i, 1)));
    }
    const hasher moved = std::move(sum);
    EXPECT_EQ(moved.value().hex(), digest(checksum_algorithm::sha256, text));
}

TEST(Checksum, ParsesWhatItPrints) {
    for (const auto algorithm :
         {checksum_algorithm::sha256, checksum_algorithm::sha512, checksum_algorithm::sha1,
          checksum_algorithm::md5, checksum_algorithm::blake2b}) {
        hasher sum(algorithm);
        const checksum value = sum.value();
        EXPECT_EQ(checksum::parse(value.to_string()), value);
        EXPECT_TRUE(value.to_string().starts_with(std::string(to_string(algorithm)) + ":"));
    }
}

TEST(Checksum, ParsesTheSpellingsInUse) {
    const std::string digits = digest(checksum_algorithm::sha256, "abc");
    std::string upper = digits;
    for (char& c : upper)
        if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
    for (const std::string& text : {digits, upper, "sha256:" + digits, "SHA-256:" + upper,
                                    "sha-256=" + digits, "Sha256=" + digits})
        EXPECT_EQ(checksum::parse(text).to_string(), "sha256:" + digits) << text;
    EXPECT_EQ(checksum::parse("blake2b-512:" + std::string(128, '0')).algorithm(),
              checksum_algorithm::blake2b);
    EXPECT_EQ(checksum::parse(std::string(128, '0')).algorithm(), checksum_algorithm::sha512);
    EXPECT_EQ(checksum::parse(std::string(40, '0')).algorithm(), checksum_algorithm::sha1);
    EXPECT_EQ(checksum::parse(std::string(32, '0')).algorithm(), checksum_algorithm::md5);
}

TEST(Checksum, RefusesAndSaysWhy) {
    struct row {
        std::string text, why;
    };
    const row rows[] = {
        {"", "write ALGORITHM:DIGITS"},
        {"abc", "write ALGORITHM:DIGITS"},
        {"crc32:00000000", "use one of sha256, sha512"},
        {":" + std::string(64, '0'), "not known"},
        {"sha256:" + std::string(63, '0'), "64 hexadecimal digits, not 63"},
        {"md5:" + std::string(64, '0'), "32 hexadecimal digits, not 64"},
        {"sha256:" + std::string(63, '0') + "g", "only the digits"},
        {std::string(63, '0') + "\x1b", "only the digits"},
    };
    for (const row& each : rows) {
        try {
            static_cast<void>(checksum::parse(each.text));
            ADD_FAILURE() << each.text;
        } catch (const failure& error) {
            EXPECT_EQ(error.why(), cause::usage);
            EXPECT_THAT(error.what(), HasSubstr(each.why));
        }
    }
}

TEST(Checksum, DiffersByOneBitOrTheAlgorithm) {
    const std::string zeros(128, '0');
    EXPECT_NE(checksum::parse("sha512:" + zeros), checksum::parse("blake2b:" + zeros));
    std::string one = zeros;
    one.back() = '1';
    EXPECT_NE(checksum::parse(zeros), checksum::parse(one));
}

}  // namespace
}  // namespace troika::fetch
