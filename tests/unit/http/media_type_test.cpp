// SPDX-License-Identifier: MIT
#include <troika/http/media_type.hpp>

#include <gtest/gtest.h>

namespace troika::http {
namespace {

TEST(MediaType, GoesByTheExtension) {
    EXPECT_EQ(media_type_of("index.html"), "text/html; charset=utf-8");
    EXPECT_EQ(media_type_of("/a/b/PHOTO.JPG"), "image/jpeg");
    EXPECT_EQ(media_type_of("x.tar.gz"), "application/gzip");
    EXPECT_EQ(media_type_of("data.json"), "application/json");
}

TEST(MediaType, DoesNotGuess) {
    for (const char* name :
         {"", "file", "file.", ".html", "/dir.html/file", "/dir/.html", "a.unknown"})
        EXPECT_EQ(media_type_of(name), "application/octet-stream") << name;
}

}  // namespace
}  // namespace troika::http
