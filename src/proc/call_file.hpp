// SPDX-License-Identifier: MIT
#pragma once

#include <troika/proc/wire_writer.hpp>

#include "os/fd.hpp"
#include "os/memory_map.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace troika::impl {

/// One call in shared memory without a name: what a process is to do, and whether it shall stop.
class call_file {
public:
    struct words {
        std::uint64_t magic = 0;
        std::uint64_t bytes = 0;         // of the message
        std::uint64_t attachments = 0;   // whose ids stand before it
        std::atomic<std::uint32_t> stop{0};
    };

    /// The numbers of the attachments' descriptors in the new process begin here; it may have so
    /// many of them.
    static constexpr int first_attachment = 4;
    static constexpr std::size_t attachments_max = 60;

    call_file() noexcept = default;
    call_file(const call_file&) = delete;
    call_file& operator=(const call_file&) = delete;

    /// Throws: std::system_error; wire_error for too many attachments.
    void create(const wire_writer& message);
    /// Of the parent's descriptor, which is closed, and those of the attachments.
    /// Throws: std::runtime_error when it is none.
    void open(int descriptor);

    [[nodiscard]] int descriptor() const noexcept { return file_.get(); }
    [[nodiscard]] std::span<const wire_attachment> attachments() const noexcept {
        return attachments_;
    }
    /// Keeps what the stop word needs, and gives the rest back.
    void close_descriptors() noexcept {
        file_.reset();
        attachments_.clear();
    }

    [[nodiscard]] std::span<const std::byte> message() const noexcept;
    /// In the new process: what came with it.
    [[nodiscard]] std::vector<received_attachment>& received() noexcept { return received_; }
    void request_stop() const noexcept;
    [[nodiscard]] bool stop_requested() const noexcept;
    /// Sleeps until it is.
    void wait_for_stop() const noexcept;

private:
    [[nodiscard]] words& shared() const noexcept;

    os::fd file_;
    os::memory_map map_;
    std::vector<wire_attachment> attachments_;
    std::vector<received_attachment> received_;
};

}  // namespace troika::impl
