// SPDX-License-Identifier: MIT
#pragma once

#include <exception>

namespace troika {

/// What an await throws within a cancelled scope.
///
/// Not a std::exception, so that `catch (const std::exception&)` lets it pass: only the scope that
/// was cancelled ends its flight.
struct cancelled {};

namespace impl {
/// Whether `error` holds a `cancelled`; does not throw it to find out.
bool is_cancelled(const std::exception_ptr& error) noexcept;
std::exception_ptr make_cancelled() noexcept;
}  // namespace impl

}  // namespace troika
