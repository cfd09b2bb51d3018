// SPDX-License-Identifier: MIT
#pragma once

#include <troika/io/operation.hpp>
#include <troika/subprocess/pipe_reader.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace troika::subprocess {

/// What pipe_writer::write_all() gives: an awaiter.
class [[nodiscard("a write does nothing until it is awaited")]] pipe_write_operation final
    : public io::operation {
public:
    pipe_write_operation(pipe_core & core, std::span<const std::byte> from) noexcept;
    pipe_write_operation(pipe_write_operation &&) noexcept = default;
    [[nodiscard]] bool await_ready() const noexcept { return from_.empty(); }
    void await_resume() const;
    [[nodiscard]] std::string label() const override;

private:
    void complete(std::int32_t result) noexcept override;

    pipe_core* core_;
    std::span<const std::byte> from_;
};

/// What a child reads: our end of its standard input.
///
/// A write ends when the pipe has taken everything, so a child that does not read holds the writer
/// back. One task writes at a time. Movable, also while a task writes. Lifetime and thread: as
/// pipe_reader.
class pipe_writer {
public:
    explicit pipe_writer(pipe_core_owner core) noexcept;
    pipe_writer(pipe_writer&&) noexcept = default;
    pipe_writer& operator=(pipe_writer&&) noexcept = default;
    /// Closes. Requires: no task writes.
    ~pipe_writer() = default;

    /// Writes all of `from`. SIGPIPE is never raised.
    ///
    /// Throws: std::system_error, std::errc::broken_pipe when nobody reads any more.
    /// Cancel: an unknown part has been written.
    pipe_write_operation write_all(std::span<const std::byte> from) noexcept {
        return {core(), from};
    }
    pipe_write_operation write_all(std::string_view from) noexcept {
        return {core(), {reinterpret_cast<const std::byte*>(from.data()), from.size()}};
    }

    /// Closes, and so tells the child that nothing more will come; again, it does nothing.
    /// Requires: no task writes.
    void close() noexcept;
    [[nodiscard]] bool is_open() const noexcept;

private:
    [[nodiscard]] pipe_core& core() const noexcept;

    pipe_core_owner core_;
};

}  // namespace troika::subprocess
