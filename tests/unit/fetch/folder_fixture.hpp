// SPDX-License-Identifier: MIT
#pragma once

#include "unit/fs/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

namespace troika::fetch::testing_fetch {

/// A folder of its own for each test.
class FolderFixture : public testing::Test {
private:
    const testing_fs::scratch_directory place_;

protected:
    [[nodiscard]] std::string at(const std::string& name) const { return folder + "/" + name; }
    void write(const std::string& name, std::string_view text) const {
        std::ofstream(at(name), std::ios::binary) << text;
    }
    [[nodiscard]] std::string text_of(const std::string& name) const {
        std::ifstream in(at(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    [[nodiscard]] std::set<std::string> names() const {
        std::set<std::string> all;
        for (const auto& each : std::filesystem::directory_iterator(folder))
            all.insert(each.path().filename().string());
        return all;
    }

    const std::string folder = place_.path().native();
};

}  // namespace troika::fetch::testing_fetch
