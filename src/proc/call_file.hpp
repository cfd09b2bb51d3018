// SPDX-License-Identifier: MIT
#pragma once

#include <troika/proc/wire_writer.hpp>

#include "os/fd.hpp"
#include "os/memory_map.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace troika::impl {

/// One call in shared memory without a name: what a process is to do, and whether it shall stop.
class call_file {
public:
    struct words {
        std::uint64_t magic = 0;
        std::uint64_t bytes = 0;
        std::atomic<std::uint32_t> stop{0};
    };

    call_file() noexcept = default;
    call_file(const call_file&) = delete;
    call_file& operator=(const call_file&) = delete;

    /// Throws: std::system_error.
    void create(const wire_writer& message);
    /// Of the parent's descriptor, which is closed. Throws: std::runtime_error when it is none.
    void open(int descriptor);

    [[nodiscard]] int descriptor() const noexcept { return file_.get(); }
    /// Keeps what the stop word needs, and gives the rest back.
    void close_descriptor() noexcept { file_.reset(); }

    [[nodiscard]] std::span<const std::byte> message() const noexcept;
    void request_stop() const noexcept;
    [[nodiscard]] bool stop_requested() const noexcept;
    /// Sleeps until it is.
    void wait_for_stop() const noexcept;

private:
    [[nodiscard]] words& shared() const noexcept;

    os::fd file_;
    os::memory_map map_;
};

}  // namespace troika::impl
