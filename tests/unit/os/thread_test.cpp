// SPDX-License-Identifier: MIT
#include "os/thread.hpp"

#include "os/signal.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <future>

namespace troika::os {
namespace {

TEST(AbandonableThread, RunsWithSignalsBlocked) {
    std::promise<bool> told;
    std::future<bool> blocked = told.get_future();
    const auto main = [](void* argument) noexcept {
        const signal_block look({});
        static_cast<std::promise<bool>*>(argument)->set_value(look.before().contains(SIGINT) &&
                                                              look.before().contains(SIGTERM));
    };
    ASSERT_EQ(start_abandonable_thread("troika-test", main, &told), 0);
    EXPECT_TRUE(blocked.get());
}

TEST(AbandonableThread, LeavesTheCallersMaskAlone) {
    std::promise<void> told;
    std::future<void> done = told.get_future();
    const auto main = [](void* argument) noexcept {
        static_cast<std::promise<void>*>(argument)->set_value();
    };
    signal_set before;
    {
        const signal_block look({});
        before = look.before();
    }
    ASSERT_EQ(start_abandonable_thread("troika-test", main, &told), 0);
    done.get();
    const signal_block look({});
    EXPECT_EQ(look.before(), before);
}

}  // namespace
}  // namespace troika::os
