// SPDX-License-Identifier: MIT
#include <troika/fs/directory.hpp>

#include <troika/io/offload.hpp>

#include "fs/convert.hpp"
#include "os/error.hpp"
#include "os/fd.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace troika::fs {

namespace {

void create_with_parents(const std::filesystem::path& path) {
    const int answer = os::make_directory(path.c_str());
    if (answer == 0) return;
    if (answer == -ENOENT && path.has_parent_path() && path.parent_path() != path) {
        create_with_parents(path.parent_path());
        // It may have come into being meanwhile, by someone else's hand.
        const int again = os::make_directory(path.c_str());
        if (again == 0) return;
        if (again != -EEXIST) os::throw_error(-again, "mkdir", path.native());
    } else if (answer != -EEXIST) {
        os::throw_error(-answer, "mkdir", path.native());
    }
    os::file_status found;
    os::or_throw(os::status(path.c_str(), true, found), "mkdir", path.native());
    if (found.type != os::file_type::directory) os::throw_error(EEXIST, "mkdir", path.native());
}

}  // namespace

task<std::vector<directory_entry>> list_directory(std::filesystem::path of, std::size_t count_max) {
    auto list = [&] {
        std::vector<os::directory_entry> found;
        os::or_throw(os::read_directory(of.c_str(), found, count_max), "list", of.native());
        std::ranges::sort(found, {}, &os::directory_entry::name);
        std::vector<directory_entry> entries;
        entries.reserve(found.size());
        for (os::directory_entry& entry : found)
            entries.push_back({.name = std::move(entry.name), .type = convert(entry.type)});
        return entries;
    };
    co_return co_await io::offload("list directory", list);
}

task<void> create_directories(std::filesystem::path path) {
    auto create = [&] { create_with_parents(path.lexically_normal()); };
    co_await io::offload("mkdir", create);
}

task<bool> remove(std::filesystem::path path) {
    auto unlink = [&] {
        int answer = os::remove_file(path.c_str());
        if (answer == -EISDIR || answer == -EPERM) {
            const int directory = os::remove_directory(path.c_str());
            if (directory != -ENOTDIR) answer = directory;
        }
        if (answer == -ENOENT || answer == -ENOTDIR) return false;
        os::or_throw(answer, "remove", path.native());
        return true;
    };
    co_return co_await io::offload("remove", unlink);
}

task<void> rename(std::filesystem::path from, std::filesystem::path to) {
    auto work = [&] {
        os::or_throw(os::rename(from.c_str(), to.c_str()), "rename",
                     from.native() + " to " + to.native());
    };
    co_await io::offload("rename", work);
}

task<void> rename_no_replace(std::filesystem::path from, std::filesystem::path to) {
    auto work = [&] {
        os::or_throw(os::rename_no_replace(from.c_str(), to.c_str()), "rename",
                     from.native() + " to " + to.native());
    };
    co_await io::offload("rename", work);
}

task<void> sync_directory(std::filesystem::path path) {
    auto work = [&] {
        const os::open_options how{.directory = true};
        const int opened = os::open_file(path.c_str(), how);
        const os::fd directory(os::or_throw(opened, "open", path.native()));
        os::or_throw(os::sync(directory.get()), "fsync", path.native());
    };
    co_await io::offload("fsync", work);
}

}  // namespace troika::fs
