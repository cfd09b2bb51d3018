// SPDX-License-Identifier: MIT
#include <troika/loop/poller.hpp>

#include "loop/epoll_poller.hpp"
#include "loop/uring_poller.hpp"
#include "os/environment.hpp"
#include "os/error.hpp"

#include <stdexcept>
#include <utility>

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
    if (wanted == poller_kind::epoll) return std::make_unique<epoll_poller>();

    auto ring = std::make_unique<os::uring>();
    const int error = ring->open();
    if (error == 0) return std::make_unique<uring_poller>(std::move(ring));
    // Whatever the reason, epoll does the same work; explain_poller() tells.
    if (wanted == poller_kind::automatic) return std::make_unique<epoll_poller>();
    os::throw_error(-error, "io_uring",
                    "(" + std::string(ring->missing()) + "; TROIKA_BACKEND=epoll works without)");
}

std::string explain_poller() {
    const poller_kind wanted = kind_from_environment();
    if (wanted == poller_kind::epoll) return "epoll: TROIKA_BACKEND says so";
    os::uring ring;
    const int error = ring.open();
    if (error == 0) {
        using namespace os::uring_abi;
        std::string answer = "uring: ";
        answer += wanted == poller_kind::uring ? "TROIKA_BACKEND says so" : "this kernel allows it";
        answer += ", deferred task work ";
        answer += ring.has(setup_defer_taskrun) ? "yes" : "no";
        answer += ", single issuer ";
        answer += ring.has(setup_single_issuer) ? "yes" : "no";
        return answer;
    }
    std::string reason = std::string(ring.missing()) + " (" + os::error_name(-error) + ")";
    if (wanted == poller_kind::uring) return "none: TROIKA_BACKEND=uring, but " + reason;
    return "epoll: " + reason;
}

}  // namespace troika
