// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/http/content_decoder.hpp>
#include <troika/http/exchange.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace troika::http {

/// Reads the body of an exchange with its content codings undone; for requests that said so with
/// request_options::accept_codings. Lifetime: within that of the exchange.
class decoded_body {
public:
    /// Throws: protocol_error for a coding that is not known.
    explicit decoded_body(exchange& of, expansion_limits limits = {});

    /// Whether there was anything to undo.
    [[nodiscard]] bool coded() const noexcept { return decoder_.has_value(); }

    /// Reads at least one byte into `into`, which is not empty.
    ///
    /// Returns: how many; 0 at the end of the body. Throws: as exchange::read_some();
    /// protocol_error for what cannot be decoded, or expands beyond the limits. Cancel: loses
    /// nothing.
    task<std::size_t> read_some(std::span<std::byte> into);

    /// Reads the rest. Throws: body_too_large for more than `size_max` bytes; as read_some().
    task<std::string> read_all(std::size_t size_max);

private:
    content_decoder::progress decode(std::span<std::byte> into);
    void finish() const;

    exchange& exchange_;
    std::optional<content_decoder> decoder_;
    std::span<const std::byte> chunk_;   // received, and not yet decoded
    bool over_ = false;                  // all was received
};

}  // namespace troika::http
