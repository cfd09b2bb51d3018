// SPDX-License-Identifier: MIT
#include <troika/fs/status.hpp>

#include <troika/io/offload.hpp>

#include "fs/convert.hpp"
#include "os/error.hpp"

#include <cerrno>

namespace troika::fs {

task<std::optional<file_status>> status(std::filesystem::path of, links how) {
    auto look = [&]() -> std::optional<file_status> {
        os::file_status found;
        const int answer = os::status(of.c_str(), how == links::follow, found);
        if (answer == -ENOENT || answer == -ENOTDIR) return std::nullopt;
        os::or_throw(answer, "stat", of.native());
        return convert(found);
    };
    co_return co_await io::offload("stat", look);
}

task<space_info> space(std::filesystem::path of) {
    auto look = [&] {
        os::space found;
        os::or_throw(os::free_space(of.c_str(), found), "statvfs", of.native());
        return space_info{.capacity = found.capacity, .available = found.available};
    };
    co_return co_await io::offload("statvfs", look);
}

}  // namespace troika::fs
