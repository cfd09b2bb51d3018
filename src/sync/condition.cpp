// SPDX-License-Identifier: MIT
#include <troika/sync/condition.hpp>

namespace troika {

namespace {

/// The waits that notify_all() took, on their way to the lines of their mutexes.
using notified_list = impl::wait_line<condition::wait_operation>;

}  // namespace

void condition::notify_one() noexcept {
    word_.lock();
    wait_operation* first = line_.take();
    if (first != nullptr) first->notified_ = true;
    word_.unlock(0);
    if (first != nullptr && !first->mutex_.line_up(*first)) first->tell();
}

void condition::notify_all() noexcept {
    notified_list notified;
    word_.lock();
    while (wait_operation* first = line_.take()) {
        first->notified_ = true;
        notified.join(*first);
    }
    word_.unlock(0);
    while (wait_operation* first = notified.take())
        if (!first->mutex_.line_up(*first)) first->tell();
}

std::string condition::wait_operation::label() const {
    return impl::sync_label("condition", of_.name_);
}

bool condition::wait_operation::line_up() noexcept {
    // Once in line, *this may be notified, told and gone.
    mutex& held = mutex_;
    of_.word_.lock();
    of_.line_.join(*this);
    of_.word_.unlock(0);
    held.release();
    return true;
}

abort_answer condition::wait_operation::abort() noexcept {
    of_.word_.lock();
    // notified_ first: after it, the place belongs to the line of the mutex.
    const bool left = !notified_ && of_.line_.leave(*this);
    of_.word_.unlock(0);
    if (!left) return abort_answer::pending;
    // Only with the mutex can it go on, and be told that it was cancelled.
    cancelled_ = true;
    return mutex_.line_up(*this) ? abort_answer::pending : abort_answer::woken;
}

}  // namespace troika
