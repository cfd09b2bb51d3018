// SPDX-License-Identifier: MIT
#include <troika/inspect/trace_to.hpp>

#include <troika/tasks/sleep.hpp>

#include "inspect/trace_variable.hpp"
#include "unit/fs/scratch_directory.hpp"
#include "unit/support/json_value.hpp"
#include "unit/support/virtual_loop.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;
using testing_fs::scratch_directory;
namespace files = std::filesystem;

std::string content(const std::string& path) {
    std::ifstream from(path, std::ios::binary);
    std::ostringstream all;
    all << from.rdbuf();
    return all.str();
}

task<void> doze() { co_await sleep(1s); }

TEST(TraceTo, WritesAFileWhenItsResultGoes) {
    const scratch_directory here;
    const std::string path = here.path().native() + "/a.json";
    virtual_loop loop;
    {
        trace_file file = trace_to(path);
        EXPECT_EQ(impl::trace_parts_setting(), "TROIKA_TRACE_PARTS=" + path + ".parts");
        loop.run(doze());
        file.mark("half of it");
        EXPECT_FALSE(files::exists(path));
    }
    loop.run(doze());
    const std::string text = content(path);
    EXPECT_NO_THROW(json_value::parse(text));
    EXPECT_NE(text.find("\"half of it\""), std::string::npos);
    EXPECT_NE(text.find("\"name\":\"sleep\""), std::string::npos);
    EXPECT_EQ(impl::trace_parts_setting(), "");
    EXPECT_EQ(std::distance(files::directory_iterator(here.path()), {}), 1);
}

TEST(TraceTo, WritesOnce) {
    const scratch_directory here;
    const std::string path = here.path().native() + "/a.pftrace";
    {
        trace_file file = trace_to(path);
        file.write();
        EXPECT_TRUE(files::exists(path));
        files::remove(path);
        file.write();
    }
    EXPECT_FALSE(files::exists(path));
}

TEST(TraceTo, SaysAtOnceWhatIsWrong) {
    const scratch_directory here;
    const std::string folder = here.path().native();
    EXPECT_THROW(static_cast<void>(trace_to(folder + "/a.png")), std::invalid_argument);
    EXPECT_THROW(static_cast<void>(trace_to(folder + "/missing/a.json")), std::system_error);
    const std::string path = folder + "/a.json";
    const trace_file first = trace_to(path);
    EXPECT_THROW(static_cast<void>(trace_to(path)), std::system_error);
    const trace_file other = trace_to(folder + "/b.json");
    EXPECT_EQ(impl::trace_parts_setting(), "TROIKA_TRACE_PARTS=" + path + ".parts");
}

TEST(TraceTo, ReportsAFileThatCannotBeWritten) {
    const scratch_directory here;
    const std::string folder = here.path().native() + "/folder";
    files::create_directory(folder);
    trace_file file = trace_to(folder + "/a.json");
    files::remove_all(folder);
    EXPECT_THROW(file.write(), std::system_error);
}

}  // namespace
}  // namespace troika
