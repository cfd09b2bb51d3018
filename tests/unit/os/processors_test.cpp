// SPDX-License-Identifier: MIT
#include "os/processors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <sched.h>
#include <stdlib.h>

namespace troika::os {
namespace {

using ::testing::HasSubstr;

// A tree of files in the place of / .
class processors : public ::testing::Test {
protected:
    processors() {
        std::string pattern = ::testing::TempDir() + "troika-processors-XXXXXX";
        if (!::mkdtemp(pattern.data())) std::abort();
        root = pattern;
    }
    ~processors() override { std::filesystem::remove_all(root); }

    void write(const std::string& path, const std::string& text) const {
        const std::filesystem::path file = root + path;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
    }

    void mount_v2(const std::string& group, const std::string& mounted = "/",
                  const std::string& point = "/sys/fs/cgroup") const {
        write("/proc/self/cgroup", "0::" + group + "\n");
        write("/proc/self/mountinfo",
              "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
              "31 22 0:26 " + mounted + " " + point +
                  " rw,nosuid shared:9 master:2 - cgroup2 cgroup2 rw,nsdelegate\n");
    }

    void mount_v1(const std::string& group, const std::string& mounted = "/") const {
        write("/proc/self/cgroup",
              "12:memory:/elsewhere\n4:cpu,cpuacct:" + group + "\n1:name=systemd:/init\n");
        write("/proc/self/mountinfo",
              "30 22 0:25 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
              "31 22 0:26 " + mounted + " /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n");
    }

    void limit_v1(const std::string& folder, const std::string& quota,
                  const std::string& period) const {
        write(folder + "/cpu.cfs_quota_us", quota + "\n");
        write(folder + "/cpu.cfs_period_us", period + "\n");
    }

    [[nodiscard]] unsigned count(unsigned allowed = 64) const {
        return count_processors(allowed, root).available;
    }
    [[nodiscard]] std::string explanation(unsigned allowed) const {
        std::string text = explain(count_processors(allowed, root));
        if (const std::size_t at = text.find(root); at != std::string::npos)
            text.erase(at, root.size());
        return text;
    }

    std::string root;
};

TEST_F(processors, without_any_file_only_affinity_counts) {
    EXPECT_FALSE(cgroup_cpu_quota(root));
    EXPECT_EQ(count(3), 3u);
    EXPECT_EQ(explanation(3), "3: affinity allows 3, no cgroup quota");
}

TEST_F(processors, a_quota_of_v2_limits) {
    mount_v2("/job");
    write("/sys/fs/cgroup/job/cpu.max", "200000 100000\n");
    EXPECT_EQ(count(4), 2u);
    const std::string quota = "cgroup quota 2.0 (/sys/fs/cgroup/job/cpu.max)";
    EXPECT_EQ(explanation(4), "2: affinity allows 4, " + quota);
    EXPECT_EQ(count(1), 1u);
    EXPECT_EQ(explanation(1), "1: affinity allows 1, " + quota);
}

TEST_F(processors, a_quota_is_rounded_up_and_never_leaves_none) {
    mount_v2("/");
    write("/sys/fs/cgroup/cpu.max", "250000 100000\n");
    EXPECT_EQ(count(), 3u);
    write("/sys/fs/cgroup/cpu.max", "200001 100000\n");
    EXPECT_EQ(count(), 3u);
    write("/sys/fs/cgroup/cpu.max", "50000 100000\n");
    EXPECT_EQ(count(), 1u);
    EXPECT_THAT(explanation(8), HasSubstr("quota 0.5 ("));
    write("/sys/fs/cgroup/cpu.max", "1000 1000000\n");
    EXPECT_EQ(count(), 1u);
    EXPECT_THAT(explanation(8), HasSubstr("quota 0.001 ("));
}

TEST_F(processors, the_smallest_quota_of_all_ancestors_counts) {
    mount_v2("/a/b/c");
    write("/sys/fs/cgroup/a/b/c/cpu.max", "600000 100000\n");
    EXPECT_EQ(count(), 6u);
    write("/sys/fs/cgroup/a/cpu.max", "50000 10000\n");
    EXPECT_EQ(count(), 5u);
    write("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
    EXPECT_EQ(count(), 5u);
    write("/sys/fs/cgroup/cpu.max", "3000000 1000000\n");
    EXPECT_EQ(count(), 3u);
    EXPECT_THAT(explanation(8), HasSubstr("(/sys/fs/cgroup/cpu.max)"));
    write("/sys/fs/cgroup/a/b/cpu.max", "1500 1000\n");
    EXPECT_EQ(count(), 2u);
    // That of a group beside ours does not.
    write("/sys/fs/cgroup/a/other/cpu.max", "1000 1000\n");
    EXPECT_EQ(count(), 2u);
}

TEST_F(processors, max_is_no_limit) {
    mount_v2("/job");
    write("/sys/fs/cgroup/job/cpu.max", "max 100000\n");
    EXPECT_FALSE(cgroup_cpu_quota(root));
    EXPECT_EQ(count(), 64u);
}

TEST_F(processors, what_is_not_understood_is_no_limit) {
    mount_v2("/job");
    for (const char* text : {"", "\n", "2", "200000", "200000 ", "200000 0", "0 100000",
                             "-5 100000", "2e5 1e5",
                             "200000 100000 7", "99999999999999999999999 1", "x y"}) {
        write("/sys/fs/cgroup/job/cpu.max", text);
        EXPECT_EQ(count(), 64u) << text;
    }
    write("/sys/fs/cgroup/job/cpu.max", "18446744073709551615 1");
    EXPECT_EQ(count(), 64u);
    for (const char* text : {"", "\n\n\n", "0::", "0::relative", "::::", "no colon"}) {
        write("/sys/fs/cgroup/job/cpu.max", "100000 100000");
        write("/proc/self/cgroup", text);
        EXPECT_EQ(count(), 64u) << text;
    }
    mount_v2("/job");
    for (const char* text : {"", "\n", "- - - -", "1 2 3 4 5 6 7 8 9",
                             "1 2 3 / /sys/fs/cgroup rw -",
                             "1 2 3 / /sys/fs/cgroup rw - cgroup2x a b"}) {
        write("/proc/self/mountinfo", text);
        EXPECT_EQ(count(), 64u) << text;
    }
}

TEST_F(processors, a_container_sees_its_group_as_the_root_of_the_mount) {
    // Without a cgroup namespace: the process knows the whole path, the mount begins at its group.
    mount_v2("/docker/1234", "/docker/1234");
    write("/sys/fs/cgroup/cpu.max", "100000 100000\n");
    EXPECT_EQ(count(), 1u);
    mount_v2("/docker/1234/init", "/docker/1234");
    write("/sys/fs/cgroup/cpu.max", "300000 100000\n");
    write("/sys/fs/cgroup/init/cpu.max", "200000 100000\n");
    EXPECT_EQ(count(), 2u);
    // A name that only begins alike is another group.
    mount_v2("/docker/12345", "/docker/1234");
    EXPECT_EQ(count(), 64u);
}

TEST_F(processors, a_group_outside_of_the_namespace_is_not_looked_for) {
    write("/sys/fs/other/cpu.max", "100000 100000\n");
    write("/sys/fs/cgroup/cpu.max", "100000 100000\n");
    mount_v2("/../other");
    EXPECT_EQ(count(), 64u);
    mount_v2("/..");
    EXPECT_EQ(count(), 64u);
    mount_v2("/../..", "/..");
    EXPECT_EQ(count(), 64u);
    // Unless the mount shows it: both paths begin at the namespace's root.
    write("/sys/fs/cgroup/other/cpu.max", "200000 100000\n");
    write("/sys/fs/cgroup/cpu.max", "max 100000\n");
    mount_v2("/../other", "/..");
    EXPECT_EQ(count(), 2u);
    // Two dots at the front of a name are only a name.
    write("/sys/fs/cgroup/..other/cpu.max", "300000 100000\n");
    mount_v2("/..other");
    EXPECT_EQ(count(), 3u);
}

TEST_F(processors, a_mount_point_may_have_spaces_and_a_group_colons) {
    mount_v2("/a:b/c", "/", R"(/my\040mounts/c\134g)");
    write("/my mounts/c\\g/a:b/c/cpu.max", "400000 100000\n");
    EXPECT_EQ(count(), 4u);
}

TEST_F(processors, v1_has_two_files_and_ancestors_too) {
    mount_v1("/a/b");
    EXPECT_EQ(count(), 64u);
    limit_v1("/sys/fs/cgroup/cpu/a/b", "-1", "100000");
    EXPECT_EQ(count(), 64u);
    limit_v1("/sys/fs/cgroup/cpu/a", "150000", "50000");
    EXPECT_EQ(count(), 3u);
    EXPECT_EQ(explanation(8),
              "3: affinity allows 8, cgroup quota 3.0 (/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us)");
    limit_v1("/sys/fs/cgroup/cpu/a/b", "50000", "100000");
    EXPECT_EQ(count(), 1u);
    std::filesystem::remove(root + "/sys/fs/cgroup/cpu/a/b/cpu.cfs_period_us");
    EXPECT_EQ(count(), 3u);
    // The other controllers' hierarchies have nothing to say.
    limit_v1("/sys/fs/cgroup/cpuset/elsewhere", "50000", "100000");
    limit_v1("/sys/fs/cgroup/cpuset", "50000", "100000");
    EXPECT_EQ(count(), 3u);
    mount_v1("/pod/1", "/pod/1");
    limit_v1("/sys/fs/cgroup/cpu", "200000", "100000");
    EXPECT_EQ(count(), 2u);
}

TEST_F(processors, both_versions_beside_each_other_are_read) {
    write("/proc/self/cgroup", "4:cpu,cpuacct:/one\n0::/two\n");
    write("/proc/self/mountinfo",
          "31 22 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
          "38 22 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
    limit_v1("/sys/fs/cgroup/cpu/one", "500000", "100000");
    EXPECT_EQ(count(), 5u);
    write("/sys/fs/cgroup/unified/two/cpu.max", "400000 100000\n");
    EXPECT_EQ(count(), 4u);
    limit_v1("/sys/fs/cgroup/cpu/one", "300000", "100000");
    EXPECT_EQ(count(), 3u);
}

TEST(affinity, counts_the_processors_of_the_mask) {
    cpu_set_t before;
    ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
    EXPECT_EQ(processors_allowed(), static_cast<unsigned>(CPU_COUNT(&before)));
    EXPECT_GE(processors_available(), 1u);
    EXPECT_LE(processors_available(), processors_allowed());
    int first = 0;
    while (!CPU_ISSET(first, &before)) ++first;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(first), &one);
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    EXPECT_EQ(processors_allowed(), 1u);
    EXPECT_EQ(processors_available(), 1u);
    ASSERT_EQ(::sched_setaffinity(0, sizeof before, &before), 0);
}

}  // namespace
}  // namespace troika::os
