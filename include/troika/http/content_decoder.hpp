// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace troika::http {

/// Returns: the value of Accept-Encoding that names what content_decoder reads.
[[nodiscard]] std::string_view accepted_codings() noexcept;

/// How far a body may expand: to `ratio_max` times what came, and `bytes_free` more. A small body
/// of zeros expands a million times, and costs disk and time of whoever decodes it.
struct expansion_limits {
    std::uint64_t ratio_max = 1000;   // 0: no limit
    std::uint64_t bytes_free = 1024 * 1024;
};

/// Undoes the Content-Encoding of a body piece by piece, in memory that the pieces bound: the
/// windows of the decoders (32 KiB, 16 MiB for br, 8 MiB for zstd) and little else.
///
/// Reads gzip (several members, too), deflate (with the wrapper of zlib, and without as some
/// servers send it), br, zstd (several frames, too; windows of more than 8 MiB are refused), and up
/// to codings_max of them one in another. A body of no bytes at all is taken as empty.
/// Thread: none of its own.
/// Source: RFC 9110, section 8.4; RFC 1950, 1951, 1952, 7932, 8878, 9659.
class content_decoder {
public:
    static constexpr std::size_t codings_max = 3;

    struct progress {
        std::size_t consumed = 0;   // bytes of the input
        std::size_t produced = 0;   // bytes of the output
        bool ended = false;         // what was consumed so far is a whole body
    };

    /// `content_encoding`: the values of the header, joined with commas.
    /// Returns: nothing where there is nothing to undo: no coding, or only identity.
    /// Throws: protocol_error for a coding that is not known, and for more than codings_max.
    [[nodiscard]] static std::optional<content_decoder> make(std::string_view content_encoding,
                                                             expansion_limits limits = {});

    content_decoder(content_decoder&&) noexcept;
    content_decoder& operator=(content_decoder&&) noexcept;
    ~content_decoder();

    /// Decodes until the input is used up or the output is full. What is not consumed comes again
    /// with the next call; while the output is filled, there may be more, even without new input.
    ///
    /// Requires: `output` is not empty, and does not overlap `input`.
    /// Throws: protocol_error for bytes that are not of that coding, bytes behind the end, and more
    /// output than the limits allow; after that, nothing can be decoded.
    [[nodiscard]] progress decode(std::span<const std::byte> input, std::span<std::byte> output);

    /// Says that no more input comes; call it when all output is taken.
    /// Throws: protocol_error where the body is not whole.
    void finish() const;

private:
    struct state;
    explicit content_decoder(std::unique_ptr<state> made) noexcept;

    std::unique_ptr<state> state_;
};

}  // namespace troika::http
