// SPDX-License-Identifier: MIT
#include "mapper/job_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>

namespace troika::mapper {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class JobLog : public ::testing::Test {
protected:
    JobLog() {
        std::string name = ::testing::TempDir() + "troika-log-XXXXXX";
        folder = ::mkdtemp(name.data());
        path = folder + "/log";
    }
    ~JobLog() override { std::filesystem::remove_all(folder); }
    std::string content() const {
        std::ifstream in(path);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    std::string folder;
    std::string path;
};

constexpr const char* heading =
    "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n";

TEST_F(JobLog, HasALineForEachJob) {
    job_log log(path, false);
    job_record record{.number = 3,
                      .began = std::chrono::sys_time<std::chrono::nanoseconds>(1500ms),
                      .time = 250ms,
                      .output_bytes = 12,
                      .code = 4,
                      .signal = 0,
                      .command = "echo 'a\nb'"};
    log.add(record);
    EXPECT_EQ(content(), std::string(heading) + "3\t:\t1.500\t0.250\t0\t12\t4\t0\techo 'a b'\n");
}

TEST_F(JobLog, GoesOn) {
    std::ofstream(path) << heading << "1\t:\t1.5\t0.2\t0\t0\t0\t0\ttrue\n"
                        << "2\t:\t1.5\t0.2\t0\t0\t1\t0\tfalse\n"
                        << "5\t:\t1.5\t0.2\t0\t0\t0\t9\ta\tb\n"
                        << "6\t:\t1.5";
    const job_log log(path, true);
    EXPECT_TRUE(log.had(1) && log.had(2) && log.had(5));
    EXPECT_FALSE(log.had(3) || log.had(6));
    EXPECT_TRUE(log.had_success(1));
    EXPECT_FALSE(log.had_success(2) || log.had_success(5) || log.had_success(3));
}

TEST_F(JobLog, BeginsAnew) {
    std::ofstream(path) << heading << "1\t:\t1.5\t0.2\t0\t0\t0\t0\ttrue\n";
    const job_log log(path, false);
    EXPECT_FALSE(log.had(1));
    EXPECT_EQ(content(), heading);
    const job_log first(folder + "/other", true);   // goes on with nothing
    EXPECT_FALSE(first.had(1));
}

TEST_F(JobLog, RefusesOtherFiles) {
    std::ofstream(path) << "precious text\n";
    EXPECT_THROW(job_log(path, true), std::runtime_error);
    EXPECT_EQ(content(), "precious text\n");
    EXPECT_THROW(job_log(folder, false), std::system_error);
    job_log().add({});   // no log: nothing to do
}

}  // namespace
}  // namespace troika::mapper
