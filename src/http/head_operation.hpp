// SPDX-License-Identifier: MIT
#pragma once

#include <troika/http/exchange_operation.hpp>

namespace troika::http {

/// Sends what is unsent of a request, and waits for the head of the answer.
class [[nodiscard]] head_operation final : public exchange_operation {
public:
    explicit head_operation(exchange_core& core, bool stop_at_interim = false) noexcept
        : exchange_operation(core), stop_at_interim_(stop_at_interim) {}
    head_operation(head_operation&&) noexcept = default;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    /// Returns: false where an interim response has come.
    bool await_resume() const {
        throw_if_failed();
        return whole_;
    }

private:
    bool advance() override;
    std::span<std::byte> room() override;
    bool received(std::size_t count) override;
    bool stop_at_interim_;
    bool whole_ = false;
};

}  // namespace troika::http
