// SPDX-License-Identifier: MIT
#include "os/processors.hpp"

#include "os/fd.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>

#include <sched.h>

namespace troika::os {

namespace {

// A machine with ten thousand containers has a mountinfo of a few MiB.
constexpr std::size_t file_bytes_max = std::size_t{16} << 20;

// The content, or nothing when it cannot be read or is too long to be what it should be.
std::optional<std::string> content_of(const std::string& path) {
    const fd file(open_file(path.c_str(), {}));
    if (!file) return std::nullopt;
    std::string content;
    std::array<char, 4096> part;
    for (;;) {
        const int count = read_next(file.get(), part.data(), part.size());
        if (count == 0) return content;
        if (count < 0 || content.size() >= file_bytes_max) return std::nullopt;
        content.append(part.data(), static_cast<std::size_t>(count));
    }
}

// What comes before the first `separator`, which is taken away with it.
std::string_view take_until(std::string_view& rest, char separator) {
    const std::size_t end = std::min(rest.find(separator), rest.size());
    const std::string_view taken = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return taken;
}

bool lists(std::string_view names, std::string_view name) {
    while (!names.empty())
        if (take_until(names, ',') == name) return true;
    return false;
}

// Spaces and the like are written as \040 in mountinfo.
std::string unescaped(std::string_view field) {
    const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
    std::string plain;
    for (std::size_t i = 0; i < field.size(); ++i) {
        if (field[i] == '\\' && i + 3 < field.size() && is_octal(field[i + 1]) &&
            is_octal(field[i + 2]) && is_octal(field[i + 3])) {
            plain += static_cast<char>((field[i + 1] - '0') * 64 + (field[i + 2] - '0') * 8 +
                                       (field[i + 3] - '0'));
            i += 3;
        } else {
            plain += field[i];
        }
    }
    return plain;
}

struct memberships {
    std::optional<std::string> v2;
    std::optional<std::string> v1;   // in the hierarchy of the cpu controller
};

// Lines "0::/path" for v2, "4:cpu,cpuacct:/path" for v1.
memberships memberships_in(std::string_view lines) {
    memberships found;
    while (!lines.empty()) {
        std::string_view path = take_until(lines, '\n');
        const std::string_view hierarchy = take_until(path, ':');
        const std::string_view controllers = take_until(path, ':');
        if (path.empty() || path.front() != '/') continue;
        if (hierarchy == "0" && controllers.empty())
            found.v2 = path;
        else if (lists(controllers, "cpu"))
            found.v1 = path;
    }
    return found;
}

struct group_mount {
    bool is_v2 = false;
    std::string root;   // the group that is mounted
    std::string point;
};

// A line "36 35 98:0 /root /point options [optional fields] - type source options".
std::optional<group_mount> group_mount_in(std::string_view line) {
    for (int skipped = 0; skipped < 3; ++skipped) take_until(line, ' ');
    const std::string_view root = take_until(line, ' ');
    const std::string_view point = take_until(line, ' ');
    while (!line.empty() && take_until(line, ' ') != "-") {}
    const std::string_view type = take_until(line, ' ');
    take_until(line, ' ');
    const bool is_v2 = type == "cgroup2";
    if (!is_v2 && !(type == "cgroup" && lists(line, "cpu"))) return std::nullopt;
    return group_mount{is_v2, unescaped(root), unescaped(point)};
}

// Where `group` is below `mounted`, "" for the same; nothing when it is elsewhere: such a mount
// shows groups of others. Groups outside of the process's cgroup namespace begin with "/..".
std::optional<std::string> path_below(std::string_view mounted, std::string_view group) {
    if (mounted == "/") mounted = {};
    if (group == "/") group = {};
    if (!group.starts_with(mounted)) return std::nullopt;
    group.remove_prefix(mounted.size());
    if (!group.empty() && group.front() != '/') return std::nullopt;
    if (group == "/.." || group.starts_with("/../")) return std::nullopt;
    return std::string(group);
}

std::optional<std::uint64_t> positive_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value == 0) return std::nullopt;
    return value;
}

// "max" and -1 are no numbers here: no limit.
std::optional<cpu_quota> quota_of(std::string_view quota, std::string_view period,
                                  std::string file) {
    const std::optional<std::uint64_t> quota_us = positive_number(quota);
    const std::optional<std::uint64_t> period_us = positive_number(period);
    if (!quota_us || !period_us) return std::nullopt;
    return cpu_quota{*quota_us, *period_us, std::move(file)};
}

std::optional<cpu_quota> quota_of_group(const std::string& group, bool is_v2) {
    std::string file = group + (is_v2 ? "/cpu.max" : "/cpu.cfs_quota_us");
    const std::optional<std::string> content = content_of(file);
    if (!content) return std::nullopt;
    std::string_view text = *content;
    std::string_view line = take_until(text, '\n');
    if (is_v2) {
        const std::string_view quota = take_until(line, ' ');
        return quota_of(quota, line, std::move(file));
    }
    const std::optional<std::string> other = content_of(group + "/cpu.cfs_period_us");
    if (!other) return std::nullopt;
    text = *other;
    return quota_of(line, take_until(text, '\n'), std::move(file));
}

void keep_smaller(std::optional<cpu_quota>& least, std::optional<cpu_quota> other) {
    const auto share = [](const cpu_quota& quota) {
        return static_cast<double>(quota.quota_us) / static_cast<double>(quota.period_us);
    };
    if (other && (!least || share(*other) < share(*least))) least = std::move(other);
}

}  // namespace

std::optional<cpu_quota> cgroup_cpu_quota(const std::string& root) {
    const std::optional<std::string> groups = content_of(root + "/proc/self/cgroup");
    const std::optional<std::string> mounts = content_of(root + "/proc/self/mountinfo");
    if (!groups || !mounts) return std::nullopt;
    const memberships own = memberships_in(*groups);

    std::optional<cpu_quota> least;
    std::string_view lines = *mounts;
    while (!lines.empty()) {
        const std::optional<group_mount> mount = group_mount_in(take_until(lines, '\n'));
        if (!mount) continue;
        const std::optional<std::string>& group = mount->is_v2 ? own.v2 : own.v1;
        if (!group) continue;
        std::optional<std::string> below = path_below(mount->root, *group);
        if (!below) continue;
        for (;;) {
            keep_smaller(least, quota_of_group(root + mount->point + *below, mount->is_v2));
            if (below->empty()) break;
            below->resize(below->rfind('/'));
        }
    }
    return least;
}

unsigned processors_allowed() noexcept {
    // A machine may have more processors than cpu_set_t has bits; then the kernel says EINVAL.
    for (std::size_t bits = 1024; bits <= 65536; bits *= 4) {
        cpu_set_t* set = CPU_ALLOC(bits);
        if (!set) break;
        const std::unique_ptr<cpu_set_t, decltype([](cpu_set_t* s) { CPU_FREE(s); })> owner(set);
        const std::size_t size = CPU_ALLOC_SIZE(bits);
        if (::sched_getaffinity(0, size, set) == 0)
            return static_cast<unsigned>(std::max(1, CPU_COUNT_S(size, set)));
    }
    return std::max(1u, std::thread::hardware_concurrency());
}

processor_count count_processors(unsigned allowed, const std::string& root) {
    processor_count count{allowed, allowed, cgroup_cpu_quota(root)};
    if (count.quota)
        count.available = static_cast<unsigned>(
            std::min<std::uint64_t>(allowed, count.quota->processors()));
    return count;
}

unsigned processors_available() { return count_processors(processors_allowed()).available; }

std::string explain(const processor_count& count) {
    std::string text =
        std::to_string(count.available) + ": affinity allows " + std::to_string(count.allowed);
    if (!count.quota) return text + ", no cgroup quota";
    std::array<char, 32> share;
    const double value =
        static_cast<double>(count.quota->quota_us) / static_cast<double>(count.quota->period_us);
    std::snprintf(share.data(), share.size(), value < 0.05 ? "%.3f" : "%.1f", value);
    return text + ", cgroup quota " + share.data() + " (" + count.quota->file + ")";
}

}  // namespace troika::os
