// SPDX-License-Identifier: MIT
// The inbox of a loop, with the bell of its poller, under every interleaving: each call is made
// once, in order and whole, no loop sleeps while there is one, none ends under a poster, and each
// memory order is needed.
#include <troika/loop/inbox.hpp>
#include <troika/testing/model.hpp>
#include <troika/testing/model_atomics.hpp>

#include "loop/poller_bell.hpp"
#include "model/unneeded.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <vector>

namespace troika::testing {
namespace {

using ::testing::ElementsAre;

struct request {
    explicit request(int number) : index(number) {}

    const int index;
    model_atomics::plain<request*> next{nullptr};
    model_atomics::plain<int> text{0};
};

struct request_links {
    static model_atomics::plain<request*>& next(request& of) noexcept { return of.next; }
};

/// An eventfd that is read blocking. It orders nothing here, so that the bell has to.
class event {
public:
    void signal() const noexcept {
        word_.exchange(1, std::memory_order_relaxed);
        model_atomics::wake(word_, 1);
    }
    void drain() noexcept {
        while (word_.exchange(0, std::memory_order_relaxed) == 0) model_atomics::wait(word_, 0);
    }

private:
    mutable model_atomics::atomic<std::uint32_t> word_{0};
};

/// As much of a loop as its inbox needs.
class loop {
public:
    explicit loop(model_run& run) : run_(&run) {}

    /// Any thread's.
    void post(int number) {
        auto& one = *requests_.at(static_cast<std::size_t>(number));
        one.text.write(1);
        if (!inbox_.push(one)) return;
        run_->expect(!gone_.read(), "the loop is there");
        bell_.ring();
        inbox_.woken();
    }
    /// The loop's thread: sleeps until `count` calls were made in all.
    void turn_until(std::size_t count) {
        for (;;) {
            if (!inbox_.empty()) take();
            if (made_.size() >= count) break;
            if (!bell_.take() && inbox_.empty()) sleep();
        }
        inbox_.wait_for_wakers();
        gone_.write(true);
    }
    void take() {
        for (request* next = inbox_.take(); next != nullptr;) {
            request& one = *next;
            next = inbox_.next(one);
            run_->expect(one.text.read() == 1, "a call is whole");
            one.text.write(0);
            one.next.write(nullptr);   // as if its storage were used for something else
            made_.push_back(one.index);
        }
    }

    void sleep() {
        if (!bell_.fall_asleep()) return;
        bell_.silence();
        bell_.wake_up();
    }

    [[nodiscard]] const std::vector<int>& made() const { return made_; }
    void prepare(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i)
            requests_.at(i) = &run_->make<request>(static_cast<int>(i));
    }

private:
    model_run* run_;
    std::array<request*, 3> requests_{};
    std::vector<int> made_;
    troika::impl::inbox<request, request_links, model_atomics> inbox_;
    basic_poller_bell<event, model_atomics> bell_;
    model_atomics::plain<bool> gone_{false};
};

/// One posts twice.
void one_poster(model_run& run) {
    auto& home = run.make<loop>(run);
    home.prepare(2);
    run.thread([&] {
        home.post(0);
        home.post(1);
    });
    run.thread([&] { home.turn_until(2); });
    run.finally([&] {
        run.expect(home.made() == std::vector<int>{0, 1}, "in the order in which they came");
    });
}

/// Two post one each.
void two_posters(model_run& run) {
    auto& home = run.make<loop>(run);
    home.prepare(2);
    for (int i = 0; i < 2; ++i) run.thread([&, i] { home.post(i); });
    run.thread([&] { home.turn_until(2); });
    run.finally([&] { run.expect(home.made().size() == 2, "each once"); });
}

/// A loop that is awake for something else looks now and then.
void a_loop_that_looks(model_run& run) {
    auto& home = run.make<loop>(run);
    home.prepare(3);
    run.thread([&] {
        home.post(0);
        home.post(1);
    });
    run.thread([&] { home.post(2); });
    run.thread([&] {
        home.take();
        home.take();
    });
    run.finally([&] {
        home.take();
        run.expect(home.made().size() == 3, "each once");
    });
}

/// With three threads, everything would be too much.
const model_options bounded{
    .preemptions_max = 2, .history_max = 3, .spurious_failures_max = 0, .weaken_in = "inbox.hpp"};

}  // namespace

TEST(inbox, one_poster) {
    EXPECT_EQ(model(one_poster).failure, "");
}

TEST(inbox, two_posters) {
    EXPECT_EQ(model(bounded, two_posters).failure, "");
}

TEST(inbox, a_loop_that_looks) {
    EXPECT_EQ(model(bounded, a_loop_that_looks).failure, "");
}

TEST(inbox, needs_every_order) {
    EXPECT_THAT(unneeded_orders(bounded, one_poster, two_posters, a_loop_that_looks),
                ElementsAre());
}

TEST(inbox, needs_every_order_of_the_bell) {
    model_options of_bell = bounded;
    of_bell.weaken_in = "poller_bell.hpp";
    EXPECT_THAT(unneeded_orders(of_bell, one_poster), ElementsAre());
}

}  // namespace troika::testing
