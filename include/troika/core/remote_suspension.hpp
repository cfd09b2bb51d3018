// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/scheduler.hpp>
#include <troika/core/suspension.hpp>

namespace troika::impl {

/// A suspension that may be woken by any thread: by a mutex that another loop's task unlocks, by a
/// future that a pool completes.
class remote_suspension : public suspension, private posted {
protected:
    remote_suspension() noexcept = default;
    remote_suspension(remote_suspension&& other) noexcept
        : suspension(std::move(other)), posted(std::move(other)) {}
    ~remote_suspension() = default;

    /// Makes the parked task ready, through its home's inbox when that must be done by the home.
    /// Thread: any. Lifetime: nothing of *this may be touched afterwards.
    void wake_from_anywhere() noexcept {
        scheduler& home = waiter().home();
        if (home.is_shared() || home.is_current()) {
            wake();
            return;
        }
        if (home.hooks() != nullptr) [[unlikely]]
            waiter().tell_wake_posted();
        home.post(*this);
    }

private:
    void run() noexcept final;
};

}  // namespace troika::impl
