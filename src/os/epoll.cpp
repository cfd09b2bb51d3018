// SPDX-License-Identifier: MIT
#include "os/epoll.hpp"

#include "os/error.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <ctime>

namespace troika::os {

namespace {

int control(int epoll, int what, int descriptor, std::uint32_t events,
            std::uint64_t data) noexcept {
    epoll_report wanted{};
    wanted.events = events;
    wanted.data.u64 = data;
    return ::epoll_ctl(epoll, what, descriptor, &wanted) < 0 ? -errno : 0;
}

}  // namespace

epoll::epoll() : fd_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!fd_) throw_errno("epoll_create1");
}

int epoll::add(int descriptor, std::uint32_t events, std::uint64_t data) const noexcept {
    return control(fd_.get(), EPOLL_CTL_ADD, descriptor, events, data);
}

int epoll::modify(int descriptor, std::uint32_t events, std::uint64_t data) const noexcept {
    return control(fd_.get(), EPOLL_CTL_MOD, descriptor, events, data);
}

int epoll::remove(int descriptor) const noexcept {
    return control(fd_.get(), EPOLL_CTL_DEL, descriptor, 0, 0);
}

int epoll::wait(std::span<epoll_report> reports, std::chrono::nanoseconds timeout) noexcept {
    using namespace std::chrono;
    const int room = static_cast<int>(reports.size());
    int count = -1;
    if (timeout == forever || timeout <= nanoseconds::zero()) {
        count = ::epoll_wait(fd_.get(), reports.data(), room, timeout == forever ? -1 : 0);
    } else {
        if (has_pwait2_) {
            timespec limit{};
            limit.tv_sec = duration_cast<seconds>(timeout).count();
            limit.tv_nsec = (timeout % seconds(1)).count();
            count = ::epoll_pwait2(fd_.get(), reports.data(), room, &limit, nullptr);
            if (count < 0 && (errno == ENOSYS || errno == EPERM)) has_pwait2_ = false;
        }
        if (!has_pwait2_) {
            const auto whole = std::min<long long>(ceil<milliseconds>(timeout).count(), INT_MAX);
            count = ::epoll_wait(fd_.get(), reports.data(), room, static_cast<int>(whole));
        }
    }
    return std::max(count, 0);   // EINTR is the only error left: nothing was reported
}

}  // namespace troika::os
