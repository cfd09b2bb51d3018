// SPDX-License-Identifier: MIT
#include "mapper/input_source.hpp"

#include <troika/loop/event_loop.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace troika::mapper {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class InputSource : public ::testing::Test {
protected:
    InputSource() {
        std::string name = ::testing::TempDir() + "troika-inputs-XXXXXX";
        folder = ::mkdtemp(name.data());
        options.file = folder + "/inputs";
    }
    ~InputSource() override { std::filesystem::remove_all(folder); }

    std::vector<std::string> read(const std::string& content) {
        std::ofstream(options.file, std::ios::binary) << content;
        return all();
    }
    std::vector<std::string> all() {
        event_loop loop;
        input_source source(loop, options);
        return loop.run(take_all(source));
    }
    static task<std::vector<std::string>> take_all(input_source& source) {
        std::vector<std::string> inputs;
        for (;;) {
            std::optional<std::string> next = co_await source.next();
            if (!next) co_return inputs;
            inputs.push_back(std::move(*next));
        }
    }

    std::string folder;
    map_options options;
};

TEST_F(InputSource, GivesTheLinesOfAFile) {
    EXPECT_THAT(read("one\ntwo words\n\nlast"), ElementsAre("one", "two words", "", "last"));
    EXPECT_THAT(read("one\n"), ElementsAre("one"));
    EXPECT_THAT(read(""), IsEmpty());
}

TEST_F(InputSource, GivesWhatNulSeparates) {
    options.null_separated = true;
    EXPECT_THAT(read(std::string("a\nb\0c\0", 6)), ElementsAre("a\nb", "c"));
}

TEST_F(InputSource, GivesTheWordsOfTheCommandLine) {
    options.arguments = std::vector<std::string>{"a", "b"};
    EXPECT_THAT(all(), ElementsAre("a", "b"));
    event_loop loop;
    EXPECT_EQ(input_source(loop, options).count(), 2u);
}

TEST_F(InputSource, RefusesWhatNoProgramCanBeGiven) {
    EXPECT_THROW(read(std::string("a\0b\n", 4)), std::runtime_error);
    EXPECT_THROW(read(std::string(200'000, 'x')), std::runtime_error);
    EXPECT_EQ(read(std::string(input_source::input_bytes_max, 'x') + "\n").size(), 1u);
    options.file = folder + "/none";
    EXPECT_THROW(all(), std::system_error);
}

}  // namespace
}  // namespace troika::mapper
