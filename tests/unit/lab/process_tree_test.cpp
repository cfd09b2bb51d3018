// SPDX-License-Identifier: MIT
#include "lab/process_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <stdlib.h>

namespace troika::lab {
namespace {

using testing::ElementsAre;

// A tree of files in the place of / .
class process_trees : public testing::Test {
protected:
    process_trees() {
        std::string pattern = testing::TempDir() + "troika-trees-XXXXXX";
        if (!::mkdtemp(pattern.data())) std::abort();
        root = pattern;
    }
    ~process_trees() override { std::filesystem::remove_all(root); }

    void runs(int id, int parent, int started) const {
        const std::string text =
            std::to_string(id) + " (x) S " + std::to_string(parent) +
            " 7 8 0 -1 4194304 139 11 5 6 120 30 40 10 20 0 3 0 " + std::to_string(started) +
            " 2990080 390 1844\n";
        const std::filesystem::path folder = root + "/proc/" + std::to_string(id);
        const std::filesystem::path task = folder / "task" / std::to_string(id);
        std::filesystem::create_directories(task);
        std::ofstream(folder / "stat") << text;
        std::ofstream(task / "stat") << text;
        std::ofstream(task / "status")
            << "voluntary_ctxt_switches:\t2\nnonvoluntary_ctxt_switches:\t1\n";
    }
    void ends(int id) const {
        std::filesystem::remove_all(root + "/proc/" + std::to_string(id));
    }
    static std::vector<int> look(process_tree& tree) {
        std::vector<int> numbers;
        for (const os::process_sample& each : tree.look()) numbers.push_back(each.id);
        return numbers;
    }

    std::string root;
};

TEST_F(process_trees, HaveWhatTheirMembersStart) {
    runs(1, 0, 1);
    runs(50, 1, 10);
    runs(90, 1, 10);
    const os::process_sampler sampler(root);
    process_tree tree(sampler, 50);
    EXPECT_THAT(look(tree), ElementsAre(50));
    runs(60, 50, 11);
    runs(55, 60, 12);   // a lower number than its parent's: they begin anew one day
    runs(91, 90, 12);
    EXPECT_THAT(look(tree), ElementsAre(50, 55, 60));
    EXPECT_EQ(tree.switches()->voluntary, 6u);
    EXPECT_EQ(tree.switches()->involuntary, 3u);
}

TEST_F(process_trees, KeepMembersWhoseParentsEnd) {
    runs(50, 1, 10);
    runs(60, 50, 11);
    const os::process_sampler sampler(root);
    process_tree tree(sampler, 50);
    EXPECT_THAT(look(tree), ElementsAre(50, 60));
    ends(50);
    runs(60, 1, 11);
    runs(61, 60, 12);
    EXPECT_THAT(look(tree), ElementsAre(60, 61));
    ends(60);
    ends(61);
    EXPECT_THAT(look(tree), ElementsAre());
    EXPECT_FALSE(tree.switches());
}

TEST_F(process_trees, DoNotTakeAnothersNumberForAMember) {
    runs(50, 1, 10);
    runs(60, 50, 11);
    const os::process_sampler sampler(root);
    process_tree tree(sampler, 50);
    EXPECT_THAT(look(tree), ElementsAre(50, 60));
    runs(60, 1, 99);
    EXPECT_THAT(look(tree), ElementsAre(50));
}

TEST_F(process_trees, AreEmptyWhereThereIsNoProcess) {
    const os::process_sampler sampler(root);
    process_tree tree(sampler, 50);
    runs(50, 1, 10);   // too late: it is another one
    EXPECT_THAT(look(tree), ElementsAre());
}

}  // namespace
}  // namespace troika::lab
