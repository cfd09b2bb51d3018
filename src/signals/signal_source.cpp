// SPDX-License-Identifier: MIT
#include "signals/signal_source.hpp"

#include "os/error.hpp"

namespace troika::impl {

void signal_mask::add(os::signal_set signals) noexcept {
    os::signal_set fresh;
    for (int number = 1; number <= 64; ++number)
        if (signals.contains(number) && users_[static_cast<unsigned>(number)]++ == 0)
            fresh.add(number);
    const os::signal_set changed = os::set_blocked(fresh, true);
    for (int number = 1; number <= 64; ++number)
        if (changed.contains(number)) ours_.add(number);
}

void signal_mask::remove(os::signal_set signals) noexcept {
    os::signal_set unused;
    os::signal_set kept;
    for (int number = 1; number <= 64; ++number) {
        const bool last =
            signals.contains(number) && --users_[static_cast<unsigned>(number)] == 0;
        if (ours_.contains(number)) (last ? unused : kept).add(number);
    }
    ours_ = kept;
    os::set_blocked(unused, false);
}

signal_source::signal_source(event_loop& loop, os::signal_set which) : loop_(loop), which_(which) {
    signal_mask& mask = loop.service<signal_mask>();
    descriptor_ = os::or_throw(os::open_signal_fd(which), "signalfd");
    mask.add(which);
}

signal_source::~signal_source() {
    loop_.service<signal_mask>().remove(which_);
    loop_.door().close(descriptor_);
}

std::string signal_source::names() const {
    std::string text;
    for (int number = 1; number <= 64; ++number) {
        if (!which_.contains(number)) continue;
        if (!text.empty()) text += " or ";
        text += os::signal_name(number);
    }
    return text;
}

}  // namespace troika::impl
