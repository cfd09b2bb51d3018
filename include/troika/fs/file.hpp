// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/fs/status.hpp>
#include <troika/io/operation.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

namespace troika::fs {

class file_core;

/// How a file is opened.
struct open_options {
    bool read = true;
    bool write = false;
    bool create = false;
    bool exclusive = false;      ///< fail when it exists; with `create`
    bool truncate = false;
    bool directory = false;      ///< fail unless it is a directory
    bool follow_links = true;    ///< false: fail when the last component is a link
    std::uint32_t mode = 0666;   ///< permissions of a created file, before the umask
};

/// What file::read_at() gives.
class [[nodiscard("a read does nothing until it is awaited")]] file_read final
    : public io::operation {
public:
    file_read(const file_core& core, std::span<std::byte> into, std::uint64_t offset) noexcept;
    file_read(file_read&&) noexcept = default;
    [[nodiscard]] bool await_ready() const noexcept { return into_.empty(); }
    std::size_t await_resume() const;
    [[nodiscard]] std::string label() const override;

private:
    void complete(std::int32_t result) noexcept override;
    const file_core* core_;
    std::span<std::byte> into_;
    std::size_t count_ = 0;
};

/// What file::write_at() gives.
class [[nodiscard("a write does nothing until it is awaited")]] file_write final
    : public io::operation {
public:
    file_write(const file_core& core, std::span<const std::byte> from,
               std::uint64_t offset) noexcept;
    file_write(file_write&&) noexcept = default;
    [[nodiscard]] bool await_ready() const noexcept { return from_.empty(); }
    void await_resume() const;
    [[nodiscard]] std::string label() const override;

private:
    void complete(std::int32_t result) noexcept override;
    const file_core* core_;
    std::span<const std::byte> from_;
};

/// What file::sync() gives.
class [[nodiscard("a sync does nothing until it is awaited")]] file_sync final
    : public io::operation {
public:
    explicit file_sync(const file_core& core) noexcept;
    file_sync(file_sync&&) noexcept = default;
    void await_resume() const;
    [[nodiscard]] std::string label() const override;

private:
    const file_core* core_;
};

/// An open file. Reads and writes name their place, so several may be in flight.
///
/// No call sleeps in the loop's thread: the kernel does the work meanwhile, or helper threads do.
/// Lifetime: within that of its loop; buffers, until the await ends. Thread: the loop's.
class file {
public:
    file(file&&) noexcept = default;
    file& operator=(file&&) noexcept = default;
    /// Closes, which may sleep for a moment: see close(). Requires: nothing in flight.
    ~file() = default;

    /// Reads as much of `into` as the file has from `offset` on.
    ///
    /// Returns: how many bytes; fewer than `into.size()` only at the end of the file.
    /// Throws: std::system_error.
    file_read read_at(std::span<std::byte> into, std::uint64_t offset) const noexcept {
        return {core(), into, offset};
    }

    /// Writes all of `from` to `offset`. Throws: std::system_error.
    /// Cancel: an unknown part has been written.
    file_write write_at(std::span<const std::byte> from, std::uint64_t offset) noexcept {
        return {core(), from, offset};
    }
    file_write write_at(std::string_view from, std::uint64_t offset) noexcept {
        return {core(), {reinterpret_cast<const std::byte*>(from.data()), from.size()}, offset};
    }

    /// Waits until the content would outlive a power failure. Throws: std::system_error.
    file_sync sync() noexcept { return file_sync(core()); }

    /// Throws: std::system_error.
    [[nodiscard]] task<file_status> status() const;
    /// Cuts the file off, or fills it up with zeros, at `size`. Throws: std::system_error.
    task<void> truncate(std::uint64_t size);
    /// Reserves space for `size` bytes and leaves the size alone, so that a full disk is noticed
    /// now.
    /// Returns: false where the file system cannot. Throws: std::system_error.
    task<bool> reserve(std::uint64_t size);
    /// Throws: std::system_error.
    task<void> set_modified(file_time time);

    /// Closes, off the loop's thread. Throws: std::system_error, never for a file that was synced.
    task<void> close();
    [[nodiscard]] bool is_open() const noexcept { return core_ != nullptr; }

private:
    friend task<file> open(std::filesystem::path, open_options);
    struct core_delete {
        void operator()(file_core* core) const noexcept;
    };
    using owner = std::unique_ptr<file_core, core_delete>;

    explicit file(owner core) noexcept;
    [[nodiscard]] file_core& core() const noexcept;

    owner core_;
};

/// Opens a file. Throws: std::system_error "open /etc/shadow: Permission denied".
task<file> open(std::filesystem::path path, open_options options = {});

}  // namespace troika::fs
