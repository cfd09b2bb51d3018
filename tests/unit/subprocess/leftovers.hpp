// SPDX-License-Identifier: MIT
#pragma once

#include <troika/loop/event_loop.hpp>

#include "inspect/registry.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

namespace troika::subprocess {

inline long open_descriptors() {
    troika::impl::registry::get();   // is opened once, and stays
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

/// Whether a process of this number is there, alive or not yet reaped.
inline bool is_process(int number) {
    return std::filesystem::exists("/proc/" + std::to_string(number));
}

/// A loop for tests that must leave no child and no descriptor.
class NothingLeft : public ::testing::Test {
protected:
    NothingLeft() : before_(open_descriptors()) { loop_.emplace(); }
    ~NothingLeft() override {
        // The tasks have ended: nobody is left to be reaped, though the loop is still there.
        EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
        EXPECT_EQ(errno, ECHILD);
        loop_.reset();
        EXPECT_EQ(open_descriptors(), before_);
    }

    template <class T>
    T run_here(task<T> work) {
        return loop_->run(std::move(work));
    }
    event_loop& loop() { return *loop_; }

private:
    long before_;
    std::optional<event_loop> loop_;
};

}  // namespace troika::subprocess
