// SPDX-License-Identifier: MIT
#include <troika/loop/poller.hpp>

#include "loop/epoll_poller.hpp"
#include "os/environment.hpp"

#include <stdexcept>

namespace troika {

namespace {

// TROIKA_BACKEND, which only the automatic choice obeys.
poller_kind kind_from_environment() {
    const std::optional<std::string> wanted = os::environment("TROIKA_BACKEND");
    if (!wanted || wanted->empty() || *wanted == "auto") return poller_kind::automatic;
    if (*wanted == "uring") return poller_kind::uring;
    if (*wanted == "epoll") return poller_kind::epoll;
    throw std::invalid_argument("TROIKA_BACKEND is \"" + *wanted +
                                "\": set it to uring, epoll or auto, or leave it unset");
}

}  // namespace

std::unique_ptr<poller> make_poller(poller_kind wanted) {
    if (wanted == poller_kind::automatic) wanted = kind_from_environment();
    return std::make_unique<epoll_poller>();
}

std::string explain_poller() { return "epoll"; }

}  // namespace troika
