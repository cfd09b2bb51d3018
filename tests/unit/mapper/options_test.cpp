// SPDX-License-Identifier: MIT
#include "mapper/options.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>

namespace troika::mapper {
namespace {

map_options good() {
    map_options options;
    options.command = {"echo"};
    return options;
}

TEST(MapOptions, TakesWhatGoesTogether) {
    map_options options = good();
    EXPECT_NO_THROW(check_options(options));
    options.arguments.emplace();
    options.job_log = "log";
    options.resume = true;
    EXPECT_NO_THROW(check_options(options));
}

TEST(MapOptions, RefusesWhatDoesNot) {
    const auto refused = [](auto change) {
        map_options options = good();
        change(options);
        EXPECT_THROW(check_options(options), std::invalid_argument);
    };
    refused([](map_options& o) { o.command.clear(); });
    refused([](map_options& o) { o.command = {""}; });
    refused([](map_options& o) { o.arguments.emplace(), o.file = "x"; });
    refused([](map_options& o) { o.arguments.emplace(), o.null_separated = true; });
    refused([](map_options& o) { o.resume = true; });
    refused([](map_options& o) { o.resume_failed = true; });
    refused([](map_options& o) { o.jobs = 1'000'000; });
    refused([](map_options& o) { o.tries = 0; });
    refused([](map_options& o) { o.timeout = std::chrono::seconds(0); });
}

}  // namespace
}  // namespace troika::mapper
