// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/intrusive_list.hpp>

namespace troika {
class scheduler;
}

namespace troika::impl {

/// Has a scheduler recorded whenever this process is: by TROIKA_TRACE, trace_to() or a
/// trace_session, begun before or after it was made.
/// Thread: any. Lifetime: a member of the scheduler.
class traceable : public list_hook<> {
public:
    explicit traceable(scheduler& of) noexcept;
    traceable(const traceable&) = delete;
    traceable& operator=(const traceable&) = delete;
    ~traceable();

    [[nodiscard]] scheduler& of() const noexcept { return of_; }

private:
    scheduler& of_;
};

}  // namespace troika::impl
