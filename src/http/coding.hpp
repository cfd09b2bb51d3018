// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace troika::http {

/// One content coding, undone piece by piece; content_decoder makes chains of them.
class coding {
public:
    struct progress {
        std::size_t consumed = 0;
        std::size_t produced = 0;
    };

    coding() = default;
    coding(const coding&) = delete;
    coding& operator=(const coding&) = delete;
    virtual ~coding() = default;

    /// Decodes some of `input`; no progress means that it needs more input or more room.
    /// Throws: protocol_error, after which nothing can be decoded.
    [[nodiscard]] virtual progress step(std::span<const std::byte> input,
                                        std::span<std::byte> output) = 0;

    /// Returns: whether what was consumed so far may be the whole.
    [[nodiscard]] virtual bool is_whole() const noexcept = 0;

    [[nodiscard]] virtual std::string_view name() const noexcept = 0;

protected:
    /// Throws: protocol_error, `the body is not in the content coding NAME: WHY`.
    [[noreturn]] void refuse(std::string_view why) const;
};

[[nodiscard]] std::unique_ptr<coding> make_gzip_coding();
[[nodiscard]] std::unique_ptr<coding> make_deflate_coding();
[[nodiscard]] std::unique_ptr<coding> make_brotli_coding();
[[nodiscard]] std::unique_ptr<coding> make_zstd_coding();

}  // namespace troika::http
