// SPDX-License-Identifier: MIT
#include "fetch/descriptor_io.hpp"

#include <troika/fetch/failure.hpp>

#include <system_error>
#include <utility>

namespace troika::fetch {

namespace {

task<void> write_all(int file, std::span<const std::byte> content, std::uint64_t offset,
                     std::string_view subject) {
    while (!content.empty()) {
        descriptor_operation write(io_op::write, file, content, offset, subject);
        const std::size_t count = co_await std::move(write);
        content = content.subspan(count);
        if (offset != io_request::current_offset) offset += count;
    }
}

}  // namespace

task<void> write_to_file(int file, std::span<const std::byte> content, std::uint64_t offset,
                         std::string_view subject) {
    std::error_code failed;
    try {
        co_await write_all(file, content, offset, subject);
    } catch (const std::system_error& error) {
        failed = error.code();
    }
    if (failed) throw file_failure("write", subject, failed);
}

task<void> write_to_standard_output(std::span<const std::byte> content) {
    co_await write_to_file(1, content, io_request::current_offset, "standard output");
}

}  // namespace troika::fetch
