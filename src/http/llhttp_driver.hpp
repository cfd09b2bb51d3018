// SPDX-License-Identifier: MIT
#pragma once

#include <troika/http/error.hpp>
#include <troika/http/headers.hpp>

#include "http/header_builder.hpp"

#include <llhttp.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string_view>

namespace troika::http {

/// One llhttp parser, seen as a machine that runs until something is there.
///
/// It reads heads and chunked bodies; what a body without chunks needs is one subtraction, and is
/// not its business. Every message begins with begin(), so that nothing of one reaches the next.
class llhttp_driver {
public:
    enum class stop : std::uint8_t {
        need_input,
        head_end,
        chunk_data,    // `data` holds some, at the end of what was consumed
        last_chunk,    // its line is consumed; trailers or the end follow
        message_end,
        failed,        // `consumed` is where; raise() throws it
    };
    struct outcome {
        stop why = stop::need_input;
        std::size_t consumed = 0;
        std::string_view data;
    };

    llhttp_driver() noexcept;
    llhttp_driver(const llhttp_driver&) = delete;
    llhttp_driver& operator=(const llhttp_driver&) = delete;

    void begin(llhttp_type_t type, headers& into, std::size_t count_max) noexcept;
    /// Fields go there from now on.
    void redirect_fields(headers& into, std::size_t count_max) noexcept {
        builder_.begin(into, count_max);
    }

    [[nodiscard]] outcome run(std::string_view input) noexcept;

    /// Throws: protocol_error that says why run() failed; or what a callback threw.
    [[noreturn]] void raise() const;

    /// Returns: whether llhttp takes the body that follows the head for chunked.
    [[nodiscard]] bool sees_chunks() const noexcept { return (parser_.flags & F_CHUNKED) != 0; }
    /// Returns: how much of the current chunk has not come yet.
    [[nodiscard]] std::uint64_t chunk_bytes_left() const noexcept { return chunk_left_; }

private:
    static const llhttp_settings_t settings;
    static llhttp_driver& of(llhttp_t* parser) noexcept {
        return *static_cast<llhttp_driver*>(parser->data);
    }
    template <class Build>
    static int build(llhttp_t* parser, Build&& step) noexcept;
    int pause(stop why) noexcept;

    llhttp_t parser_{};
    header_builder builder_;
    stop paused_for_ = stop::need_input;
    std::string_view data_;
    std::uint64_t chunk_left_ = 0;
    std::optional<errc> refused_;        // by the builder
    std::exception_ptr thrown_;          // in a callback; llhttp is C, so it waits here
};

}  // namespace troika::http
