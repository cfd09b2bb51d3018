// SPDX-License-Identifier: MIT
#include "os/thread.hpp"

#include "os/signal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <future>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <pthread.h>
#include <unistd.h>

namespace troika::os {
namespace {

using ::testing::HasSubstr;

std::string name_of_this_thread() {
    std::array<char, 16> name{};
    ::pthread_getname_np(::pthread_self(), name.data(), name.size());
    return name.data();
}

// Gives new threads stacks that no machine has room for, as long as it lives.
class stacks_too_large {
public:
    stacks_too_large() {
        pthread_attr_t huge;
        ::pthread_getattr_default_np(&before_);
        ::pthread_getattr_default_np(&huge);
        ::pthread_attr_setstacksize(&huge, std::size_t{1} << 47);
        ::pthread_setattr_default_np(&huge);
        ::pthread_attr_destroy(&huge);
    }
    stacks_too_large(const stacks_too_large&) = delete;
    stacks_too_large& operator=(const stacks_too_large&) = delete;
    ~stacks_too_large() {
        ::pthread_setattr_default_np(&before_);
        ::pthread_attr_destroy(&before_);
    }

private:
    pthread_attr_t before_;
};

struct seen {
    signal_set blocked;
    std::string name;
};

void look(void* into) noexcept {
    const signal_block mask({});
    *static_cast<seen*>(into) = {mask.before(), name_of_this_thread()};
}

TEST(Thread, SaysItsNumberAndItsName) {
    std::string name;
    std::uint32_t id = 0;
    const std::uint32_t ours = thread_id();
    {
        std::thread other([&] {
            name_this_thread("a rather long name of one");
            name = this_thread_name();
            id = thread_id();
        });
        other.join();
    }
    EXPECT_EQ(name, "a rather long n");
    EXPECT_NE(id, ours);
    EXPECT_EQ(ours, static_cast<std::uint32_t>(::getpid()));   // the first thread's
}

TEST(ThisThread, KeepsWhatFitsOfItsName) {
    std::array<std::string, 3> names;
    std::thread([&] {
        name_this_thread("a-name-that-is-too-long");
        names[0] = name_of_this_thread();
        name_this_thread(std::string_view("worker-17-of-64").substr(0, 9));
        names[1] = name_of_this_thread();
        name_this_thread({});
        names[2] = name_of_this_thread();
    }).join();
    EXPECT_THAT(names, ::testing::ElementsAre("a-name-that-is-", "worker-17", ""));
}

TEST(Thread, RunsNamedWithAllSignalsBlockedUntilJoined) {
    thread worker;
    EXPECT_FALSE(worker);
    seen by_worker;
    ASSERT_EQ(worker.start(std::string("troika-worker-100"), look, &by_worker), 0);
    EXPECT_TRUE(worker);
    worker.join();
    EXPECT_FALSE(worker);
    EXPECT_EQ(by_worker.name, "troika-worker-1");
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGCHLD, SIGPIPE})
        EXPECT_TRUE(by_worker.blocked.contains(signal)) << signal;
    worker.join();   // of none: nothing
}

TEST(Thread, LeavesTheCallersMaskAlone) {
    signal_set before;
    {
        const signal_block mask({});
        before = mask.before();
    }
    seen by_worker;
    thread worker;
    ASSERT_EQ(worker.start("troika-test", look, &by_worker), 0);
    const signal_block mask({});
    EXPECT_EQ(mask.before(), before);
}

TEST(Thread, IsJoinedWhenItsOwnerGoesOrTakesAnother) {
    std::promise<void> go;
    struct shared {
        std::shared_future<void> go;
        std::atomic<int> ended{0};
    } both{go.get_future().share()};
    const auto main = [](void* argument) noexcept {
        auto& with = *static_cast<shared*>(argument);
        with.go.wait();
        with.ended.fetch_add(1);
    };
    {
        thread first;
        thread second;
        ASSERT_EQ(first.start("troika-test", main, &both), 0);
        ASSERT_EQ(second.start("troika-test", main, &both), 0);
        EXPECT_EQ(first.start("troika-test", main, &both), -EBUSY);
        go.set_value();
        first = std::move(second);
        EXPECT_GE(both.ended.load(), 1);
        EXPECT_TRUE(first);
    }
    EXPECT_EQ(both.ended.load(), 2);
}

TEST(Thread, ThatCannotBeStartedSaysWhy) {
    const stacks_too_large stacks;
    thread worker;
    seen nothing;
    EXPECT_EQ(worker.start("troika-test", look, &nothing), -EAGAIN);
    EXPECT_FALSE(worker);
    try {
        worker.start_or_throw("a worker thread", "troika-test", look, &nothing);
        FAIL() << "it was started";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::resource_unavailable_try_again);
        EXPECT_THAT(error.what(), HasSubstr("start a worker thread (use fewer threads"));
    }
    EXPECT_FALSE(worker);
}

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
