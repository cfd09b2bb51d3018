// SPDX-License-Identifier: MIT
#include "fetch/metalink.hpp"

#include <troika/base/random.hpp>
#include <troika/fetch/failure.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace troika::fetch {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const std::string sha256(64, 'a'), sha512(128, 'b'), sha1(40, 'c'), md5(32, 'd');

std::string document(const std::string& content) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<metalink xmlns=\"urn:ietf:params:xml:ns:metalink\">\n" +
           content + "</metalink>\n";
}
std::string file(const std::string& content) {
    return document("<file name=\"f\">" + content + "</file>");
}

std::vector<metalink_file> read(std::string_view text, std::size_t piece = 1u << 20) {
    metalink_reader reader("a.meta4");
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
        reader.feed(text.substr(0, piece));
    return reader.finish();
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

const std::string example = document(
    "  <generator>somebody</generator>\n"
    "  <published>2010-05-01T12:15:02Z</published>\n"
    "  <file name=\"example.ext\">\n"
    "    <identity>Example</identity><version>1.0</version>\n"
    "    <size>14471447</size>\n"
    "    <hash type=\"sha-1\">" + sha1 + "</hash>\n"
    "    <hash type=\"sha-256\">\n      " + sha256 + "\n    </hash>\n"
    "    <hash type=\"unheard-of\">what</hash>\n"
    "    <pieces length=\"10000000\" type=\"sha-1\">\n"
    "      <hash>" + sha1 + "</hash>\n"
    "      <hash>" + std::string(40, '7') + "</hash>\n"
    "    </pieces>\n"
    "    <url>http://late.example/a?x=1&amp;y=2</url>\n"
    "    <url location=\"de\" priority=\"7\">ftp://ftp.example/a</url>\n"
    "    <url location=\"de\" priority=\"2\">HTTPS://second.example/a</url>\n"
    "    <url priority=\"1\"> http://first.example/a </url>\n"
    "    <url priority=\"2\">http://third.example/a</url>\n"
    "    <metaurl mediatype=\"torrent\">http://example/a.torrent</metaurl>\n"
    "  </file>\n"
    "  <file name=\"dir/&#xe4; &lt;2&gt;\">\n"
    "    <url><![CDATA[http://h/b?<>]]></url>\n"
    "  </file>\n");

TEST(Metalink, ReadsADocument) {
    const auto files = read(example);
    ASSERT_EQ(files.size(), 2u);
    const metalink_file& first = files[0];
    EXPECT_EQ(first.name, "example.ext");
    EXPECT_EQ(first.line, 5u);
    EXPECT_EQ(first.size, 14471447u);
    EXPECT_EQ(first.expected.value().to_string(), "sha256:" + sha256);
    ASSERT_TRUE(first.pieces);
    EXPECT_EQ(first.pieces->length, 10000000u);
    EXPECT_EQ(first.pieces->algorithm, checksum_algorithm::sha1);
    ASSERT_EQ(first.pieces->hashes.size(), 2u);
    EXPECT_EQ(first.pieces->hashes[1].hex(), std::string(40, '7'));
    EXPECT_THAT(first.urls,
                ElementsAre("http://first.example/a", "HTTPS://second.example/a",
                            "http://third.example/a", "http://late.example/a?x=1&y=2"));
    EXPECT_EQ(first.urls_skipped, 1u);
    const metalink_file& second = files[1];
    EXPECT_EQ(second.name, "dir/\xc3\xa4 <2>");
    EXPECT_FALSE(second.size);
    EXPECT_FALSE(second.expected);
    EXPECT_FALSE(second.pieces);
    EXPECT_THAT(second.urls, ElementsAre("http://h/b?<>"));
}

TEST(Metalink, IsTheSameHoweverItIsCut) {
    random source(5);
    for (int round = 0; round < 200; ++round) {
        const auto files = read(example, 1 + source() % 40);
        ASSERT_EQ(files.size(), 2u);
        ASSERT_EQ(files[0].urls.size(), 4u);
        ASSERT_EQ(files[0].expected.value().hex(), sha256);
        ASSERT_EQ(files[0].pieces.value().hashes.size(), 2u);
        ASSERT_EQ(files[1].urls.at(0), "http://h/b?<>");
    }
}

TEST(Metalink, TheStrongestChecksumCounts) {
    const std::string known = "<hash type=\"md5\">" + md5 + "</hash><hash type=\"sha-512\">" +
                              sha512 + "</hash><hash type=\"sha-256\">" + sha256 + "</hash>";
    EXPECT_EQ(read(file(known))[0].expected.value().hex(), sha512);
    const auto pieces = [](const std::string& type, const std::string& digits) {
        return "<pieces type=\"" + type + "\" length=\"5\"><hash>" + digits + "</hash></pieces>";
    };
    const auto read_pieces = read(file(pieces("sha-1", sha1) + pieces("sha-256", sha256) +
                                       pieces("md5", md5) + pieces("sha-3", "x")))[0];
    EXPECT_EQ(read_pieces.pieces.value().hashes[0].hex(), sha256);
    EXPECT_FALSE(read_pieces.expected);   // those of pieces are not the file's
}

TEST(Metalink, SkipsWhatItDoesNotKnow) {
    const auto files = read(document(
        "<x:file xmlns:x=\"urn:x\" name=\"no\"><url>http://h/no</url></x:file>"
        "<extension><file name=\"no\"><url>http://h/no</url></file></extension>"
        "<url>http://h/no</url>"
        "<file name=\"yes\"><url>http://h/<x:y xmlns:x=\"urn:x\">not this</x:y>yes</url>"
        "<signature><hash type=\"md5\">x</hash></signature>"
        "<size xmlns=\"urn:x\">many</size></file>"));
    ASSERT_EQ(files.size(), 1u);
    EXPECT_THAT(files[0].urls, ElementsAre("http://h/yes"));
    EXPECT_FALSE(files[0].size);
    EXPECT_FALSE(files[0].expected);
}

TEST(Metalink, AFileWithoutAUsableUrlIsStillThere) {
    const auto files = read(file("<url>ftp://h/a</url><url>magnet:?x</url><url>/a</url>"));
    EXPECT_THAT(files[0].urls, IsEmpty());
    EXPECT_EQ(files[0].urls_skipped, 3u);
}

TEST(Metalink, ReadsOtherEncodings) {
    std::string wide;
    for (const char c : "<?xml version=\"1.0\" encoding=\"UTF-16LE\"?>" +
                            file("<url>http://h/a</url>").substr(39)) {
        wide += c;
        wide += '\0';
    }
    EXPECT_THAT(read("\xff\xfe" + wide)[0].urls, ElementsAre("http://h/a"));
}

TEST(Metalink, SaysWhatIsWrongAndWhere) {
    struct row {
        std::string text, why;
    };
    const std::string space = "xmlns=\"urn:ietf:params:xml:ns:metalink\"";
    const row rows[] = {
        {"", "not well-formed XML"},
        {"{}", "not well-formed XML"},
        {"<html><body>Not found</body></html>", "the document is <html>, not <metalink>"},
        {"<metalink xmlns=\"http://www.metalinker.org/\" version=\"3.0\"/>", "Metalink 3"},
        {"<metalink/>", "not in the namespace urn:ietf"},
        {"<metalink xmlns=\"urn:other\"/>", "not in the namespace urn:ietf"},
        {"<file " + space + "/>", "<file>, not <metalink>"},
        {document(""), "no file in the document"},
        {document("<file/>"), "a file has no name"},
        {document("<file name=\" \"/>"), "a file has no name"},
        {document("<file name=\"f\"/><file name=\"f\"/>"), "two files are called 'f'"},
        {document("<file name=\"" + std::string(4097, 'x') + "\"/>"), "longer than 4096 bytes"},
        {file("<size>-1</size>"), "the size '-1' is not"},
        {file("<size>1 2</size>"), "the size '1 2' is not"},
        {file("<size>99999999999999999999</size>"), "is not a number"},
        {file("<size>1</size><size>2</size>"), "two sizes"},
        {file("<hash>" + sha256 + "</hash>"), "no type"},
        {file("<hash type=\"sha-256\">12</hash>"), "64 hexadecimal digits"},
        {file("<hash type=\"md5\">" + md5 + "</hash><hash type=\"md5\">" + std::string(32, '1') +
              "</hash>"),
         "two different checksums of type md5"},
        {file("<url/>"), "a URL is empty"},
        {file("<url priority=\"0\">http://h/</url>"), "the priority '0'"},
        {file("<url priority=\"first\">http://h/</url>"), "the priority 'first'"},
        {file("<url>http://h/<url>http://h/</url></url>"), "<url> stands where only text can"},
        {file("<pieces type=\"md5\"/>"), "pieces have no length"},
        {file("<pieces type=\"md5\" length=\"0\"/>"), "pieces have no length"},
        {file("<pieces length=\"5\"/>"), "no type"},
        {file("<pieces type=\"md5\" length=\"5\"/>"), "no checksums in <pieces>"},
        {file("<size>11</size><pieces type=\"md5\" length=\"5\"><hash>" + md5 +
              "</hash></pieces>"),
         "'f' has 3 pieces, and checksums of 1"},
        {file("<url>" + std::string(70'000, 'x') + "</url>"), "longer than 65536 bytes"},
        {file("<url>&nbsp;</url>"), "not well-formed XML"},
        {"<!DOCTYPE m [<!ENTITY a \"aaaa\">]>" + file("<url>&a;</url>").substr(39), "<!DOCTYPE"},
        {"<!DOCTYPE m SYSTEM \"http://h/m.dtd\">" + file("").substr(39), "<!DOCTYPE"},
        {document("<file name=\"f\">"), "not well-formed XML"},
        {file("\x1b"), "not well-formed XML"},
    };
    for (const row& each : rows) {
        const std::string said = refusal(each.text);
        EXPECT_THAT(said, StartsWith("a.meta4:"));
        EXPECT_THAT(said, HasSubstr(each.why));
    }
    EXPECT_THAT(refusal(file("\n\n<size>x</size>")), StartsWith("a.meta4:5: "));
}

TEST(Metalink, HasLimits) {
    std::string deep;
    for (std::size_t i = 0; i < metalink_reader::depth_max; ++i) deep += "<x>";
    EXPECT_THAT(refusal(document(deep)), HasSubstr("deeper than 64"));

    std::string urls;
    for (std::size_t i = 0; i < metalink_reader::urls_max; ++i) urls += "<url>http://h/</url>";
    EXPECT_EQ(read(file(urls))[0].urls.size(), metalink_reader::urls_max);
    EXPECT_THAT(refusal(file(urls + "<url>ftp://h/</url>")), HasSubstr("more than 1000 URLs"));

    std::string files;
    for (std::size_t i = 0; i < metalink_reader::files_max; ++i)
        files += "<file name=\"" + std::to_string(i) + "\"/>";
    EXPECT_EQ(read(document(files)).size(), metalink_reader::files_max);
    EXPECT_THAT(refusal(document(files + "<file name=\"x\"/>")), HasSubstr("100000 files"));

    metalink_reader endless("http://me:secret@h/a");
    endless.feed("<metalink xmlns=\"urn:ietf:params:xml:ns:metalink\">");
    const std::string blanks(1u << 20, ' ');
    try {
        for (int i = 0; i < 65; ++i) endless.feed(blanks);
        ADD_FAILURE() << "an endless document is read";
    } catch (const failure& error) {
        EXPECT_THAT(error.what(), StartsWith("http://h/a:1: "));
        EXPECT_THAT(error.what(), HasSubstr("more than 64 MiB"));
    }
}

}  // namespace
}  // namespace troika::fetch
