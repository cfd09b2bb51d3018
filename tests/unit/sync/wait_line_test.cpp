// SPDX-License-Identifier: MIT
#include <troika/sync/wait_line.hpp>

#include "unit/sync/hand_turned.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace troika::impl {
namespace {

using namespace testing_support;

/// A place in a line that the test guards itself.
class place final : public wait_place {
public:
    explicit place(wait_line<place>& line, bool waits = true) : line_(line), waits_(waits) {}
    place(place&&) noexcept = default;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_resume() const { throw_if_aborted(); }
    void block() { block_thread(); }
    [[nodiscard]] std::string label() const override { return "place"; }

private:
    bool line_up() noexcept override {
        if (waits_) line_.join(*this);
        return waits_;
    }
    abort_answer abort() noexcept override {
        return line_.leave(*this) ? abort_answer::woken : abort_answer::pending;
    }
    wait_line<place>& line_;
    bool waits_;
};

TEST(WaitLine, IsFirstComeFirstServed) {
    wait_line<place> line;
    place a(line), b(line), c(line);
    EXPECT_EQ(line.take(), nullptr);
    line.join(a);
    line.join(b);
    line.join(c);
    EXPECT_EQ(line.size(), 3u);
    EXPECT_TRUE(line.leave(b));
    EXPECT_FALSE(line.leave(b));
    EXPECT_EQ(line.take(), &a);
    EXPECT_FALSE(line.leave(a));   // taken: it is too late to leave
    EXPECT_EQ(line.take(), &c);
    EXPECT_TRUE(line.empty());
}

task<void> stand(wait_line<place>& line, std::string& log, char mark) {
    co_await place(line);
    log += mark;
}

TEST(WaitLine, TellsTasksInTheOrderInWhichTheyWereTaken) {
    run_alone([]() -> task<void> {
        wait_line<place> line;
        std::string log;
        children group;
        for (char mark : {'a', 'b', 'c'}) group.start_forgotten(stand(line, log, mark));
        co_await settle();
        wake_list woken;
        while (place* first = line.take()) woken.add(*first);
        woken.wake_all();
        co_await group.join();
        EXPECT_EQ(log, "abc");
    }());
}

TEST(WaitLine, WhoNeedNotWaitIsNotParked) {
    run_alone([]() -> task<void> {
        wait_line<place> line;
        co_await place(line, false);
        EXPECT_EQ(current_task().waits_for(), nullptr);
        EXPECT_TRUE(line.empty());
    }());
}

TEST(WaitLine, ToldFromAnotherThreadItGoesThroughTheInbox) {
    run_alone([]() -> task<void> {
        wait_line<place> line;
        std::string log;
        children group;
        future<void> standing = group.start(stand(line, log, 'a'));
        co_await settle();
        place* first = line.take();
        on_another_thread([first] { first->tell(); });
        EXPECT_EQ(waits_for(standing), "place");   // until this loop looks
        co_await group.join();
        EXPECT_EQ(log, "a");
    }());
}

TEST(WaitLine, ABlockedThreadIsTold) {
    wait_line<place> line;
    std::atomic<bool> lined_up{false};
    // The line is handed to the other thread by what follows: joined, then published.
    class publishing final : public wait_place {
    public:
        publishing(wait_line<publishing>& l, std::atomic<bool>& flag) : line_(l), flag_(flag) {}
        void block() { block_thread(); }
        [[nodiscard]] std::string label() const override { return "publishing"; }

    private:
        bool line_up() noexcept override {
            line_.join(*this);
            flag_.store(true);
            flag_.notify_one();
            return true;
        }
        abort_answer abort() noexcept override { return abort_answer::pending; }
        wait_line<publishing>& line_;
        std::atomic<bool>& flag_;
    };
    wait_line<publishing> published;
    publishing waiting(published, lined_up);
    std::thread teller([&] {
        lined_up.wait(false);
        published.take()->tell();
    });
    waiting.block();
    teller.join();
    EXPECT_TRUE(published.empty());
    place(line, false).block();   // need not wait: returns at once
}

TEST(WaitLine, BlockingALoopIsRefused) {
    run_alone([]() -> task<void> {
        wait_line<place> line;
        EXPECT_THROW(place(line).block(), std::logic_error);
        EXPECT_TRUE(line.empty());
        co_return;
    }());
}

TEST(SyncLabel, QuotesTheNameIfThereIsOne) {
    EXPECT_EQ(sync_label("mutex", nullptr), "mutex");
    EXPECT_EQ(sync_label("queue", "jobs"), "queue 'jobs'");
}

}  // namespace
}  // namespace troika::impl
