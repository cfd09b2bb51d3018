// SPDX-License-Identifier: MIT
#include "net/stream_core.hpp"

#include <troika/base/check.hpp>
#include <troika/core/errors.hpp>
#include <troika/core/scheduler.hpp>

#include <cerrno>
#include <system_error>

namespace troika::net {

stream_core::~stream_core() {
    check(reader == nullptr, "a stream is destroyed while a task reads from it");
    check(writer == nullptr, "a stream is destroyed while a task writes to it");
    if (carrier != nullptr && !home->is_current()) let_go();
}

void stream_core::let_go() noexcept {
    // On its own loop, whose poller is nobody else's to touch.
    class farewell final : public posted, public troika::impl::recycled {
    public:
        explicit farewell(std::unique_ptr<transport> last) noexcept : last_(std::move(last)) {}
        void run() noexcept override { delete this; }

    private:
        std::unique_ptr<transport> last_;
    };
    if (home->is_current())
        carrier.reset();
    else
        home->post(*new farewell(std::move(carrier)));
}

std::string stream_core::describe(std::string_view what) const {
    const std::string peer = carrier ? carrier->peer_name() : closed_name;
    std::string text(what);
    if (!peer.empty()) text.append(" ").append(peer);
    return text;
}

std::exception_ptr stream_core::failure(std::string_view what, std::int32_t result) const {
    if (result == -ECANCELED) return troika::impl::make_cancelled();
    if (closed)
        return std::make_exception_ptr(std::system_error(
            std::make_error_code(std::errc::bad_file_descriptor),
            describe(what) + " (closed here)"));
    return std::make_exception_ptr(std::system_error(carrier->error_of(result), describe(what)));
}

void stream_core::close() noexcept {
    if (closed) return;
    try {
        closed_name = carrier->peer_name();
    } catch (const std::exception&) {
        closed_name.clear();   // a name for messages is not worth failing for
    }
    closed = true;
    // The kernel may still hold buffers: the transport is let go when the last operation has ended.
    if (reader != nullptr || writer != nullptr) carrier->shut_down(shutdown_how::both);
    close_if_idle();
}

}  // namespace troika::net
