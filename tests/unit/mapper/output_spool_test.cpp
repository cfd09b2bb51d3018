// SPDX-License-Identifier: MIT
#include "mapper/output_spool.hpp"

#include "os/fd.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <system_error>

namespace troika::mapper {
namespace {

std::string copied(std::string_view content, std::string_view prefix) {
    const output_spool spool(::testing::TempDir());
    write_all(spool.descriptor(), content);
    EXPECT_EQ(spool.size(), content.size());
    int ends[2];
    EXPECT_EQ(os::open_pipe(ends, true), 0);
    const os::fd out(ends[0]);
    {
        const os::fd in(ends[1]);
        spool.copy_to(in.get(), prefix);
    }
    std::string text;
    char bytes[1000];
    for (int n; (n = os::read_some(out.get(), bytes, sizeof bytes)) > 0;)
        text.append(bytes, static_cast<std::size_t>(n));
    return text;
}

TEST(OutputSpool, KeepsWhatIsWritten) {
    EXPECT_EQ(copied("", ""), "");
    EXPECT_EQ(copied("one\ntwo", ""), "one\ntwo");
}

TEST(OutputSpool, TagsLines) {
    EXPECT_EQ(copied("one\n\ntwo", "in\t"), "in\tone\nin\t\nin\ttwo\n");
    EXPECT_EQ(copied("one\n", "in\t"), "in\tone\n");
}

TEST(OutputSpool, SaysWhereItCannotBe) {
    EXPECT_THROW(output_spool("/troika-no-such"), std::system_error);
}

}  // namespace
}  // namespace troika::mapper
