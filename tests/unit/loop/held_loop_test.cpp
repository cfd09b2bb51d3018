// SPDX-License-Identifier: MIT
#include <troika/loop/event_loop.hpp>
#include <troika/tasks/yield_now.hpp>

#include "core/report.hpp"
#include "loop/sim_poller.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace troika {
namespace {

using namespace std::chrono_literals;

/// A poller whose clock the test puts forward, as if a task had computed for so long.
class hand_clock final : public poller {
public:
    void put_forward(duration by) noexcept { ahead_ += by; }

    void submit(io_operation& operation) noexcept override { below_.submit(operation); }
    void cancel(io_operation& operation) noexcept override { below_.cancel(operation); }
    std::size_t wait(time_point deadline) noexcept override { return below_.wait(deadline); }
    void wake() const noexcept override { below_.wake(); }
    time_point now() const noexcept override { return below_.now() + ahead_; }
    std::size_t in_flight() const noexcept override { return below_.in_flight(); }
    std::string_view name() const noexcept override { return "hand"; }
    int open_socket(address_family family) noexcept override { return below_.open_socket(family); }
    int listen(const socket_address& address, const listen_options& options) noexcept override {
        return below_.listen(address, options);
    }
    int open_pair(int (&sockets)[2]) noexcept override { return below_.open_pair(sockets); }
    int local_address(int socket, socket_address& into) noexcept override {
        return below_.local_address(socket, into);
    }
    int remote_address(int socket, socket_address& into) noexcept override {
        return below_.remote_address(socket, into);
    }
    int shutdown(int socket, shutdown_how how) noexcept override {
        return below_.shutdown(socket, how);
    }
    int set_no_delay(int socket, bool on) noexcept override {
        return below_.set_no_delay(socket, on);
    }
    void close(int descriptor) noexcept override { below_.close(descriptor); }

private:
    sim_poller below_{1};
    duration ahead_{0};
};

task<void> hold(hand_clock& clock, duration length) {
    clock.put_forward(length);
    co_await yield_now();
}

std::string report_of(duration length) {
    auto door = std::make_unique<hand_clock>();
    hand_clock& clock = *door;
    event_loop loop(std::move(door));
    testing::internal::CaptureStderr();
    future<void> answer = loop.submit(hold(clock, length), {.name = "busy"});
    loop.run_until_done(impl::future_access::core(answer));
    return testing::internal::GetCapturedStderr();
}

TEST(HeldLoop, IsReportedWithTheNameTheLineAndTheStack) {
    const std::string text = report_of(250ms);
    if (!impl::reporting) {
        EXPECT_EQ(text, "");
        return;
    }
    EXPECT_THAT(text, testing::HasSubstr("task busy held the loop for 250 ms"));
    EXPECT_THAT(text, testing::HasSubstr("hold"));
    EXPECT_THAT(text, testing::HasSubstr("held_loop_test.cpp:"));
}

TEST(HeldLoop, AtTheLimitIsNotReported) { EXPECT_EQ(report_of(100ms), ""); }

}  // namespace
}  // namespace troika
