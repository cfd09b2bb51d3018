// SPDX-License-Identifier: MIT
#include "fetch/standard_output.hpp"

#include "fetch/descriptor_io.hpp"

namespace troika::fetch {

task<std::optional<checksum>> copy_to_standard_output(body_reader& body, buffer_pool& buffers,
                                                      std::optional<checksum_algorithm> wanted) {
    std::optional<hasher> digest;
    if (wanted) digest.emplace(*wanted);
    const buffer_pool::buffer memory = co_await buffers.take();
    for (;;) {
        const std::size_t size = co_await body.fill(memory.bytes());
        const std::span<const std::byte> piece = memory.bytes().first(size);
        if (digest) digest->update(piece);
        co_await write_to_standard_output(piece);
        if (size < memory.bytes().size()) break;
    }
    std::optional<checksum> sum;
    if (digest) sum = digest->value();
    co_return sum;
}

}  // namespace troika::fetch
