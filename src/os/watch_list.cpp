// SPDX-License-Identifier: MIT
#include "os/watch_list.hpp"

#include <algorithm>
#include <array>

namespace troika::os {

int watch_list::add(int descriptor, std::uint64_t name, report when) noexcept {
    const std::uint32_t edge = EPOLLET;
    return epoll_.add(descriptor, EPOLLIN | (when == report::each_time ? edge : 0), name);
}

void watch_list::remove(int descriptor) noexcept { epoll_.remove(descriptor); }

std::size_t watch_list::wait(std::span<std::uint64_t> names,
                             std::chrono::nanoseconds timeout) noexcept {
    std::array<epoll_report, 64> reports;
    const std::size_t most = std::min(names.size(), reports.size());
    const int count = epoll_.wait(std::span(reports).first(most), timeout);
    const auto filled = static_cast<std::size_t>(std::max(count, 0));
    for (std::size_t i = 0; i < filled; ++i) names[i] = reports[i].data.u64;
    return filled;
}

}  // namespace troika::os
