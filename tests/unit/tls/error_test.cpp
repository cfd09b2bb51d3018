// SPDX-License-Identifier: MIT
#include <troika/tls/error.hpp>

#include <gtest/gtest.h>

#include <set>

namespace troika::tls {
namespace {

TEST(TlsError, SaysWhatItWasToldAndHasACode) {
    const error wrong(errc::host_mismatch, "example.org: its certificate is for another");
    EXPECT_STREQ(wrong.what(), "example.org: its certificate is for another");
    EXPECT_EQ(wrong.reason(), errc::host_mismatch);
    EXPECT_EQ(wrong.code(), errc::host_mismatch);
    EXPECT_STREQ(wrong.code().category().name(), "tls");
}

TEST(TlsError, HasWordsForEachCode) {
    std::set<std::string> texts;
    for (int code = 1; code <= static_cast<int>(errc::bad_configuration); ++code)
        texts.insert(make_error_code(static_cast<errc>(code)).message());
    EXPECT_EQ(texts.size(), static_cast<std::size_t>(errc::bad_configuration));
    EXPECT_EQ(std::error_code(99, category()).message(), "unknown error 99");
}

}  // namespace
}  // namespace troika::tls
