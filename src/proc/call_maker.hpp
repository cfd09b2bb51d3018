// SPDX-License-Identifier: MIT
#pragma once

namespace troika::impl {

/// Who makes calls in this process, for those who ask something of the call that runs.
class call_maker {
public:
    call_maker(const call_maker&) = delete;
    call_maker& operator=(const call_maker&) = delete;

    /// Whether the call that runs was cancelled. Thread: that which runs it.
    [[nodiscard]] virtual bool stop_requested() noexcept = 0;

protected:
    call_maker() noexcept = default;
    ~call_maker() = default;
};

/// From now on this_call asks `who`; null: nobody.
void set_call_maker(call_maker* who) noexcept;

}  // namespace troika::impl
