// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/io/operation.hpp>
#include <troika/loop/event_loop.hpp>

#include "os/error.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace troika::fetch {

/// Reads or writes a descriptor that others gave us (standard input and output) or a file at an
/// offset: an awaiter. Lifetime: descriptor, bytes and `subject` until the await ends.
class descriptor_operation final : public io::operation {
public:
    descriptor_operation(io_op op, int descriptor, std::span<const std::byte> bytes,
                         std::uint64_t offset, std::string_view subject)
        : operation(event_loop::current(), request_of(op, descriptor, bytes, offset)),
          subject_(subject) {}
    descriptor_operation(descriptor_operation&&) noexcept = default;

    /// Returns: how many bytes; 0 at the end of what is read. Throws: std::system_error.
    std::size_t await_resume() const {
        const std::int32_t count = result_unless_cancelled();
        if (count < 0) os::throw_error(-count, io::name_of(request.op), subject_);
        return static_cast<std::size_t>(count);
    }

private:
    static io_request request_of(io_op op, int descriptor, std::span<const std::byte> bytes,
                                 std::uint64_t offset) noexcept {
        io_request wanted;
        wanted.op = op;
        wanted.descriptor = descriptor;
        wanted.source = bytes.data();
        wanted.size = static_cast<std::uint32_t>(bytes.size());
        wanted.offset = offset;
        return wanted;
    }
    std::string_view subject_;
};

/// Reads at least one byte, from where the descriptor stands.
inline descriptor_operation read_descriptor(int descriptor, std::span<char> into,
                                            std::string_view subject) {
    return {io_op::read, descriptor, std::as_bytes(into), io_request::current_offset, subject};
}
/// Writes at least one byte, where the descriptor stands.
inline descriptor_operation write_descriptor(int descriptor, std::span<const std::byte> from,
                                             std::string_view subject) {
    return {io_op::write, descriptor, from, io_request::current_offset, subject};
}

/// Writes all of `content` at `offset` of a file, or where the descriptor stands.
/// Throws: failure (file). Lifetime: all of it, until the await ends.
task<void> write_to_file(int file, std::span<const std::byte> content, std::uint64_t offset,
                         std::string_view subject);
/// The same for standard output.
task<void> write_to_standard_output(std::span<const std::byte> content);

}  // namespace troika::fetch
