// SPDX-License-Identifier: MIT
#include <troika/fs/file.hpp>

#include <troika/base/check.hpp>
#include <troika/io/offload.hpp>

#include "fs/convert.hpp"
#include "fs/file_core.hpp"
#include "os/error.hpp"
#include "os/fd.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace troika::fs {

namespace {

constexpr std::size_t request_size_max = std::size_t{1} << 30;

io_request request_for(io_op op, const file_core& core, const void* bytes, std::size_t size,
                       std::uint64_t offset) noexcept {
    io_request request;
    request.op = op;
    request.descriptor = core.descriptor;
    request.source = bytes;
    request.size = static_cast<std::uint32_t>(std::min(size, request_size_max));
    request.offset = offset;
    return request;
}

}  // namespace

// ---- read_at

file_read::file_read(const file_core& core, std::span<std::byte> into,
                     std::uint64_t offset) noexcept
    : operation(core.loop, request_for(io_op::read, core, into.data(), into.size(), offset)),
      core_(&core), into_(into) {}

void file_read::complete(std::int32_t result) noexcept {
    if (result <= 0) return finish(result);
    count_ += static_cast<std::uint32_t>(result);
    if (count_ == into_.size()) return finish(0);
    const std::uint64_t offset = request.offset + static_cast<std::uint32_t>(result);
    const std::span<std::byte> rest = into_.subspan(count_);
    request = request_for(io_op::read, *core_, rest.data(), rest.size(), offset);
    go_on();
}

std::size_t file_read::await_resume() const {
    os::or_throw(result_unless_cancelled(), "read", core_->path);
    return count_;
}

std::string file_read::label() const { return "read " + core_->path; }

// ---- write_at

file_write::file_write(const file_core& core, std::span<const std::byte> from,
                       std::uint64_t offset) noexcept
    : operation(core.loop, request_for(io_op::write, core, from.data(), from.size(), offset)),
      core_(&core), from_(from) {}

void file_write::complete(std::int32_t result) noexcept {
    // A file system that takes nothing, and says so without an error, would be asked forever.
    if (result == 0) result = -EIO;
    if (result < 0) return finish(result);
    const auto written = static_cast<std::uint32_t>(result);
    from_ = from_.subspan(written);
    if (from_.empty()) return finish(0);
    const std::uint64_t offset = request.offset + written;
    request = request_for(io_op::write, *core_, from_.data(), from_.size(), offset);
    go_on();
}

void file_write::await_resume() const {
    os::or_throw(result_unless_cancelled(), "write", core_->path);
}

std::string file_write::label() const { return "write " + core_->path; }

// ---- sync

file_sync::file_sync(const file_core& core) noexcept
    : operation(core.loop, request_for(io_op::sync, core, nullptr, 0, 0)), core_(&core) {}

void file_sync::await_resume() const {
    os::or_throw(result_unless_cancelled(), "fsync", core_->path);
}

std::string file_sync::label() const { return "fsync " + core_->path; }

// ---- file

void file::core_delete::operator()(file_core* core) const noexcept { delete core; }

file::file(owner core) noexcept : core_(std::move(core)) {}

file_core& file::core() const noexcept {
    check(core_ != nullptr, "a file that was closed or moved away is used");
    return *core_;
}

task<file_status> file::status() const {
    file_core& core = this->core();
    auto look = [&] {
        os::file_status found;
        os::or_throw(os::status(core.descriptor, found), "stat", core.path);
        return convert(found);
    };
    co_return co_await io::offload("stat", look);
}

task<void> file::truncate(std::uint64_t size) {
    file_core& core = this->core();
    auto work = [&] { os::or_throw(os::truncate(core.descriptor, size), "truncate", core.path); };
    co_await io::offload("truncate", work);
}

task<bool> file::reserve(std::uint64_t size) {
    file_core& core = this->core();
    auto work = [&] {
        const int answer = os::reserve(core.descriptor, size);
        if (answer == -EOPNOTSUPP) return false;
        os::or_throw(answer, "reserve space for", core.path);
        return true;
    };
    co_return co_await io::offload("fallocate", work);
}

task<void> file::set_modified(file_time time) {
    file_core& core = this->core();
    auto work = [&] {
        os::or_throw(os::set_modified(core.descriptor, time), "set the time of", core.path);
    };
    co_await io::offload("utimens", work);
}

task<void> file::close() {
    const owner closing = std::move(core_);
    if (closing == nullptr) co_return;
    // The poller keeps nothing about a file on which nothing is in flight, so any thread may close
    // it.
    auto work = [&] { os::close_descriptor(std::exchange(closing->descriptor, -1)); };
    co_await io::offload("close", work);
}

task<file> open(std::filesystem::path path, open_options options) {
    co_await io::on_loop();
    event_loop& loop = event_loop::current();
    int descriptor = -1;
    auto work = [&] {
        const os::open_options how{.read = options.read,
                                   .write = options.write,
                                   .create = options.create,
                                   .exclusive = options.exclusive,
                                   .truncate = options.truncate,
                                   .directory = options.directory,
                                   .follow_links = options.follow_links,
                                   .mode = options.mode};
        descriptor = os::open_file(path.c_str(), how);
    };
    co_await io::offload("open", work);
    os::or_throw(descriptor, "open", path.native());
    file::owner core(new file_core(loop, descriptor, path.native()));
    co_return file(std::move(core));
}

}  // namespace troika::fs
