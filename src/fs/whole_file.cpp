// SPDX-License-Identifier: MIT
#include <troika/fs/whole_file.hpp>

#include <troika/io/offload.hpp>

#include "os/error.hpp"
#include "os/fd.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>

namespace troika::fs {

namespace {

namespace files = std::filesystem;

constexpr std::size_t request_size_max = std::size_t{1} << 30;
constexpr int temporary_names_max = 1000;
constexpr std::size_t name_bytes_max = 255;

std::uint32_t request_size(std::size_t size) noexcept {
    return static_cast<std::uint32_t>(std::min(size, request_size_max));
}

/// Opens what can be opened without waiting for somebody else.
os::fd open_now(const files::path& path, const os::open_options& how) {
    os::file_status found;
    if (os::status(path.c_str(), true, found) == 0 && found.type == os::file_type::pipe)
        os::throw_error(ESPIPE, "open", path.native() + " (a pipe has no content of its own)");
    return os::fd(os::or_throw(os::open_file(path.c_str(), how), "open", path.native()));
}

std::string read_whole(const files::path& from, std::size_t size_max) {
    const os::fd file = open_now(from, {});
    os::file_status found;
    os::or_throw(os::status(file.get(), found), "stat", from.native());
    std::string content;
    // The size is a hint: what lies in /proc says 0, and others may write meanwhile. One byte more,
    // so that the end is seen without growing.
    std::size_t room = std::min<std::uint64_t>(found.size, size_max) + 1;
    for (;;) {
        const std::size_t before = content.size();
        int got = 0;
        content.resize_and_overwrite(before + room, [&](char* bytes, std::size_t) {
            got = os::read_some(file.get(), bytes + before, request_size(room));
            return before + static_cast<std::size_t>(std::max(got, 0));
        });
        os::or_throw(got, "read", from.native());
        if (got == 0) return content;
        if (content.size() > size_max) os::throw_error(EFBIG, "read", from.native());
        room = std::max<std::size_t>(room - static_cast<std::size_t>(got), 4096);
        room = std::max(room, std::min(content.size(), size_max - content.size() + 1));
    }
}

void write_whole(int file, std::string_view content, const files::path& to) {
    while (!content.empty()) {
        const int n = os::write_some(file, content.data(), request_size(content.size()));
        content.remove_prefix(static_cast<std::size_t>(os::or_throw(n, "write", to.native())));
    }
}

/// A new file beside the one that it is to become; removed unless it did.
class temporary_file {
public:
    temporary_file(const files::path& beside, std::uint32_t mode) {
        // Room for the decoration in a name that is as long as names may be.
        std::string stem = beside.filename().native();
        stem.resize(std::min(stem.size(), name_bytes_max - 16));
        const os::open_options how{
            .read = false, .write = true, .create = true, .exclusive = true, .mode = mode};
        for (int i = 0; i < temporary_names_max; ++i) {
            path_ = beside.parent_path() / ("." + stem + "." + std::to_string(i) + ".tmp");
            const int opened = os::open_file(path_.c_str(), how);
            if (opened == -EEXIST) continue;   // somebody else's, or left by a crash
            file_.reset(os::or_throw(opened, "create", path_.native()));
            return;
        }
        os::throw_error(EEXIST, "create", path_.native() + " (remove what crashes left there)");
    }
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    ~temporary_file() {
        if (!path_.empty()) os::remove_file(path_.c_str());
    }

    [[nodiscard]] int descriptor() const noexcept { return file_.get(); }
    void become(const files::path& to) {
        os::or_throw(os::rename(path_.c_str(), to.c_str()), "rename",
                     path_.native() + " to " + to.native());
        path_.clear();
    }

private:
    files::path path_;
    os::fd file_;
};

void sync_name(const files::path& of) {
    const files::path parent = of.has_parent_path() ? of.parent_path() : files::path(".");
    const os::open_options how{.directory = true};
    const os::fd directory(
        os::or_throw(os::open_file(parent.c_str(), how), "open", parent.native()));
    os::or_throw(os::sync(directory.get()), "fsync", parent.native());
}

void replace(const files::path& to, std::string_view content, const write_options& options) {
    os::file_status old;
    const bool there = os::status(to.c_str(), true, old) == 0;
    if (there && old.type == os::file_type::directory)
        os::throw_error(EISDIR, "write", to.native());
    if (there && old.type != os::file_type::regular) {
        const os::fd file = open_now(to, {.read = false, .write = true});
        return write_whole(file.get(), content, to);
    }
    temporary_file fresh(to, there ? 0600 : options.mode);
    if (there) os::or_throw(os::set_mode(fresh.descriptor(), old.mode), "chmod", to.native());
    write_whole(fresh.descriptor(), content, to);
    if (options.sync) os::or_throw(os::sync(fresh.descriptor()), "fsync", to.native());
    fresh.become(to);
    if (options.sync) sync_name(to);
}

}  // namespace

task<std::string> read_file(std::filesystem::path from, std::size_t size_max) {
    auto read = [&] { return read_whole(from, size_max); };
    co_return co_await io::offload("read file", read);
}

task<void> write_file(std::filesystem::path to, std::string_view content, write_options options) {
    auto write = [&] { replace(to, content, options); };
    co_await io::offload("write file", write);
}

}  // namespace troika::fs
