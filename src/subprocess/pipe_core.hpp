// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/recycler.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/subprocess/pipe_reader.hpp>

#include "io/read_ahead.hpp"
#include "os/fd.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace troika::subprocess {

/// Reads at least one byte more into what is read ahead of a pipe. Gives how many; 0 at the end.
class pipe_fill_operation final : public io::operation {
public:
    /// Throws: std::bad_alloc.
    pipe_fill_operation(pipe_core& core, std::size_t size_max);
    pipe_fill_operation(pipe_fill_operation&&) noexcept = default;
    std::size_t await_resume() const;
    [[nodiscard]] std::string label() const override;

private:
    pipe_core* core_;
};

/// The part of a pipe's end that stays put while the end moves and tasks wait.
class pipe_core : public troika::impl::recycled {
public:
    /// `name`: of the end, for messages: `standard output of gzip`.
    pipe_core(event_loop& loop, os::fd end, std::string name) noexcept
        : loop(loop), name(std::move(name)), end_(std::move(end)) {}
    pipe_core(const pipe_core&) = delete;
    pipe_core& operator=(const pipe_core&) = delete;
    ~pipe_core() { close(); }

    /// -1 once it is closed: then operations fail with EBADF.
    [[nodiscard]] int descriptor() const noexcept { return end_.get(); }
    void close() noexcept;

    [[nodiscard]] std::string describe_read() const { return "read " + name; }
    [[nodiscard]] pipe_fill_operation fill(std::size_t size_max) { return {*this, size_max}; }

    event_loop& loop;
    const std::string name;
    io::read_ahead ahead;

private:
    os::fd end_;
};

}  // namespace troika::subprocess
