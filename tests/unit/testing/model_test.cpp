// SPDX-License-Identifier: MIT
#include <troika/testing/model.hpp>
#include <troika/testing/model_atomics.hpp>

#include "unit/testing/lock_free_samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace troika::testing {
namespace {

using enum std::memory_order;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

template <class T>
using atomic = model_atomics::atomic<T>;
template <class T>
using plain = model_atomics::plain<T>;

/// Two threads that count under a lock.
template <class Lock>
auto count_under(unsigned threads, unsigned rounds = 1) {
    return [=](model_run& run) {
        auto& lock = run.make<Lock>();
        auto& count = run.make<plain<unsigned>>(0u);
        for (unsigned t = 0; t < threads; ++t)
            run.thread([&, rounds] {
                for (unsigned i = 0; i < rounds; ++i) {
                    lock.lock();
                    count.write(count.read() + 1);
                    lock.unlock();
                }
            });
        run.finally([&, threads, rounds] {
            run.expect(count.read() == threads * rounds, "each round counts");
        });
    };
}

/// Peterson's lock for two threads.
class peterson {
public:
    explicit peterson(std::memory_order order) : order_(order) {}

    void lock(unsigned me) {
        wants_[me].store(true, order_);
        turn_.store(1 - me, order_);
        while (wants_[1 - me].load(order_) && turn_.load(order_) == 1 - me) model_atomics::pause();
    }
    void unlock(unsigned me) { wants_[me].store(false, release); }

private:
    std::memory_order order_;
    atomic<bool> wants_[2];
    atomic<unsigned> turn_;
};

auto exclude_with_peterson(std::memory_order order) {
    return [=](model_run& run) {
        auto& lock = run.make<peterson>(order);
        auto& count = run.make<plain<int>>(0);
        for (unsigned me : {0u, 1u})
            run.thread([&, me] {
                lock.lock(me);
                count.change() += 1;
                lock.unlock(me);
            });
    };
}

struct node {
    atomic<node*> next{nullptr};
    int value = 0;
};

/// A stack whose pop() swaps without a tag: a node may have left and come back meanwhile.
struct naive_stack {
    atomic<node*> top{nullptr};

    void push(node* one) {
        node* seen = top.load(relaxed);
        do one->next.store(seen, relaxed);
        while (!top.compare_exchange_strong(seen, one, release, relaxed));
    }
    node* pop() {
        node* seen = top.load(acquire);
        while (seen != nullptr
               && !top.compare_exchange_strong(seen, seen->next.load(relaxed), acquire, acquire)) {}
        return seen;
    }
};

}  // namespace

TEST(model, runs_a_scenario_without_threads_once) {
    int finals = 0;
    const auto report = model([&](model_run& run) { run.finally([&] { ++finals; }); });
    EXPECT_TRUE(report.ok()) << report.failure;
    EXPECT_EQ(report.executions, 1u);
    EXPECT_EQ(finals, 1);
}

TEST(model, a_spin_lock_excludes) {
    using lock = samples::spin_lock<model_atomics>;
    EXPECT_EQ(model(count_under<lock>(2, 2)).failure, "");
    EXPECT_EQ(model(count_under<lock>(3)).failure, "");
}

TEST(model, a_spin_lock_that_does_not_acquire_is_caught) {
    using lock = samples::spin_lock<model_atomics, relaxed>;
    EXPECT_THAT(model(count_under<lock>(2)).failure, HasSubstr("data race on a2"));
}

TEST(model, a_spin_lock_that_does_not_release_is_caught) {
    using lock = samples::spin_lock<model_atomics, acquire, relaxed>;
    EXPECT_THAT(model(count_under<lock>(2)).failure, HasSubstr("data race on a2"));
}

TEST(model, peterson_needs_sequential_consistency) {
    EXPECT_EQ(model(exclude_with_peterson(seq_cst)).failure, "");
    EXPECT_THAT(model(exclude_with_peterson(acq_rel)).failure, HasSubstr("data race"));
}

TEST(model, finds_a_data_race_on_plain_data) {
    const auto two_writers = model([](model_run& run) {
        auto& data = run.make<plain<int>>(0);
        run.name(data, "data");
        for (int t = 0; t < 2; ++t) run.thread([&, t] { data.write(t); });
    });
    EXPECT_THAT(two_writers.failure,
                AllOf(HasSubstr("data race on data: thread 2"), HasSubstr("thread 1")));
    const auto readers = model([](model_run& run) {
        auto& data = run.make<plain<int>>(7);
        for (int t = 0; t < 2; ++t)
            run.thread([&] { run.expect(data.read() == 7, "what the scenario wrote"); });
        run.finally([&] { data.write(8); });
    });
    EXPECT_EQ(readers.failure, "");
}

TEST(model, a_plain_write_after_the_release_is_not_published) {
    const auto report = model([](model_run& run) {
        auto& data = run.make<plain<int>>(0);
        auto& flag = run.make<atomic<int>>(0);
        run.thread([&] {
            flag.store(1, release);
            data.write(1);
        });
        run.thread([&] {
            if (flag.load(acquire) == 1) static_cast<void>(data.read());
        });
    });
    EXPECT_THAT(report.failure, HasSubstr("data race"));
}

TEST(model, a_lost_wake_up_is_a_deadlock) {
    EXPECT_EQ(model([](model_run& run) {
                  auto& done = run.make<samples::flag_event<model_atomics>>();
                  auto& data = run.make<plain<int>>(0);
                  for (int t = 0; t < 2; ++t)
                      run.thread([&] {
                          done.wait();
                          run.expect(data.read() == 1, "what came before the event");
                      });
                  run.thread([&] {
                      data.write(1);
                      done.set();
                  });
              }).failure,
              "");
    const auto naive = model([](model_run& run) {
        auto& word = run.make<atomic<std::uint32_t>>(0u);
        auto& sleepers = run.make<atomic<int>>(0);
        run.name(word, "word");
        run.thread([&] {
            if (word.load(acquire) == 1) return;
            sleepers.fetch_add(1, seq_cst);
            model_atomics::wait(word, 0);
        });
        run.thread([&] {
            // Looks for sleepers before it sets the word: one may come in between.
            const bool wakes = sleepers.load(seq_cst) != 0;
            word.store(1, release);
            if (wakes) model_atomics::wake(word, 1);
        });
    });
    EXPECT_THAT(naive.failure,
                AllOf(StartsWith("deadlock"), HasSubstr("thread 1 waits for word at model_test"),
                      HasSubstr("thread 2 has ended")));
}

TEST(model, wake_wakes_no_more_than_it_is_told) {
    const auto sleepers = [](int woken) {
        return model([=](model_run& run) {
            auto& word = run.make<atomic<std::uint32_t>>(0u);
            for (int t = 0; t < 2; ++t) run.thread([&] { model_atomics::wait(word, 0); });
            run.thread([&, woken] {
                word.store(1);
                model_atomics::wake(word, woken);
            });
        });
    };
    EXPECT_EQ(sleepers(2).failure, "");
    EXPECT_THAT(sleepers(1).failure, StartsWith("deadlock"));
}

TEST(model, a_stack_without_tags_is_caught_by_a_node_that_comes_back) {
    const auto report = model([](model_run& run) {
        auto& stack = run.make<naive_stack>();
        auto& a = run.make<node>();
        auto& b = run.make<node>();
        auto& taken = run.make<std::array<std::array<int, 2>, 2>>();
        stack.push(&b);
        stack.push(&a);
        const auto take = [&](std::size_t thread) {
            node* const one = stack.pop();
            if (one != nullptr) ++taken[thread][one == &a ? 0 : 1];
            return one;
        };
        run.thread([=] { take(0); });
        run.thread([&, take] {
            node* const first = take(1);
            take(1);
            if (first != nullptr) {
                --taken[1][first == &a ? 0 : 1];
                stack.push(first);
            }
        });
        run.finally([&] {
            node* left = stack.top.load();
            for (int i = 0; i < 2; ++i) {
                int owners = taken[0][static_cast<std::size_t>(i)]
                             + taken[1][static_cast<std::size_t>(i)];
                for (node* one = left; one != nullptr; one = one->next.load())
                    owners += one == (i == 0 ? &a : &b);
                run.expect(owners == 1, "each node has one owner");
            }
        });
    });
    EXPECT_THAT(report.failure, HasSubstr("each node has one owner"));
}

TEST(model, an_endless_loop_is_a_livelock) {
    const auto spin = [](bool pauses) {
        return model({.steps_max = 200}, [=](model_run& run) {
            auto& flag = run.make<atomic<bool>>(false);
            run.thread([&, pauses] {
                while (!flag.load(acquire))
                    if (pauses) model_atomics::pause();
            });
        });
    };
    EXPECT_THAT(spin(true).failure, AllOf(StartsWith("livelock"), HasSubstr("200 steps")));
    EXPECT_THAT(spin(false).failure, StartsWith("livelock"));
}

TEST(model, a_spin_loop_ends_when_its_condition_comes) {
    EXPECT_EQ(model([](model_run& run) {
                  auto& flag = run.make<atomic<int>>(0);
                  for (int t = 0; t < 2; ++t)
                      run.thread([&] {
                          while (flag.load(acquire) != 2) model_atomics::pause();
                      });
                  run.thread([&] {
                      flag.store(1, release);
                      flag.store(2, release);
                  });
              }).failure,
              "");
}

TEST(model, reports_the_use_of_a_destroyed_object) {
    const auto report = model([](model_run& run) {
        auto& owner = run.make<std::unique_ptr<atomic<int>>>(std::make_unique<atomic<int>>(1));
        auto* const object = owner.get();
        run.thread([&] { owner.reset(); });
        run.thread([=] { static_cast<void>(object->load(acquire)); });
    });
    EXPECT_THAT(report.failure, HasSubstr("used after its destruction"));
}

TEST(model, the_last_owner_needs_an_order_to_destroy) {
    const auto last_owner = [](std::memory_order order) {
        return model([=](model_run& run) {
            struct shared {
                atomic<int> owners{2};
                plain<int> data{0};
            };
            auto* const object = new shared;
            for (int t = 0; t < 2; ++t)
                run.thread([=] {
                    static_cast<void>(object->data.read());
                    if (object->owners.fetch_sub(1, order) == 1) delete object;
                });
        });
    };
    EXPECT_EQ(last_owner(acq_rel).failure, "");
    EXPECT_THAT(last_owner(acquire).failure, HasSubstr("data race"));
    EXPECT_THAT(last_owner(release).failure, HasSubstr("data race"));
}

TEST(model, an_object_has_to_be_published) {
    const auto publish = [](std::memory_order order) {
        return model([=](model_run& run) {
            auto& slot = run.make<atomic<node*>>(nullptr);
            run.thread([&, order] { slot.store(&run.make<node>(), order); });
            run.thread([&] {
                node* const one = slot.load(acquire);
                if (one != nullptr) static_cast<void>(one->next.load(relaxed));
            });
        });
    };
    EXPECT_EQ(publish(release).failure, "");
    EXPECT_THAT(publish(relaxed).failure, HasSubstr("construction has not happened before"));
}

TEST(model, an_object_that_is_never_destroyed_has_leaked) {
    std::unique_ptr<atomic<int>> kept;
    const auto report = model([&](model_run&) { kept = std::make_unique<atomic<int>>(0); });
    EXPECT_THAT(report.failure, HasSubstr("a1 was never destroyed"));
}

TEST(model, an_exception_is_a_failure) {
    EXPECT_THAT(model([](model_run& run) {
                    run.thread([] { throw std::runtime_error("out of paper"); });
                }).failure,
                HasSubstr("thread 1 ended with an exception: out of paper"));
}

TEST(model, tells_the_interleaving_step_by_step) {
    const auto report = model([](model_run& run) {
        auto& x = run.make<atomic<int>>(-1);
        auto& y = run.make<atomic<node*>>(nullptr);
        run.name(y, "y");
        run.thread([&] {
            y.store(&run.make<node>(), release);
            x.store(5, relaxed);
        });
        run.thread([&] {
            if (x.fetch_add(1, relaxed) == 5)
                run.expect(y.load(acquire) != nullptr, "y comes with x");
        });
    });
    EXPECT_THAT(report.failure,
                AllOf(HasSubstr("expected: y comes with x"),
                      HasSubstr("the scenario  a1 construct: -1"),
                      HasSubstr("thread 1      y store release: object 3"),
                      HasSubstr("thread 2      a1 fetch_add relaxed: 5 -> 6"),
                      HasSubstr("thread 2      y load acquire: null (the newest is object 3)"),
                      HasSubstr("model_test.cpp:")));
}

TEST(model, repeats_itself_and_replays_a_failure) {
    const auto scenario = count_under<samples::spin_lock<model_atomics, relaxed>>(3);
    const auto first = model(scenario);
    const auto second = model(scenario);
    EXPECT_EQ(first.failure, second.failure);
    EXPECT_EQ(first.executions, second.executions);
    EXPECT_EQ(first.steps, second.steps);
    const auto again = model({.replay = first.replay}, scenario);
    EXPECT_EQ(again.executions, 1u);
    EXPECT_EQ(again.failure.substr(0, again.failure.find('\n')),
              first.failure.substr(0, first.failure.find('\n')));
    const auto sound = count_under<samples::spin_lock<model_atomics>>(2);
    EXPECT_EQ(model({.replay = ""}, sound).executions, 1u);
    EXPECT_THAT(model({.replay = "0:9"}, sound).failure, HasSubstr("does not fit"));
    for (const char* text : {"5:x", "5", ":", "5:1,", "5:1,4:1", "99999999999:1"})
        EXPECT_THROW(model({.replay = text}, sound), std::invalid_argument) << text;
}

TEST(model, notices_a_scenario_that_is_not_deterministic) {
    int calls = 0;
    const auto report = model([&](model_run& run) {
        auto& x = run.make<atomic<int>>(0);
        const int threads = ++calls > 1 ? 1 : 2;
        for (int t = 0; t < threads; ++t) run.thread([&] { x.fetch_add(1); });
    });
    EXPECT_THAT(report.failure, HasSubstr("not deterministic"));
}

TEST(model, a_bound_on_preemptions_leaves_executions_out) {
    const auto scenario = [](model_run& run) {
        auto& x = run.make<atomic<int>>(0);
        for (int t = 0; t < 2; ++t)
            run.thread([&] {
                for (int i = 0; i < 2; ++i) x.store(x.load(acquire) + 1, release);
            });
    };
    std::uint64_t before = 0;
    for (const unsigned bound : {0u, 1u, 2u}) {
        const auto report = model({.preemptions_max = bound}, scenario);
        EXPECT_TRUE(report.ok()) << report.failure;
        EXPECT_GT(report.executions, before);
        before = report.executions;
    }
    EXPECT_GT(model({.reduce = false}, scenario).executions, before);
    EXPECT_THAT(model({.executions_max = 5}, scenario).failure,
                HasSubstr("more than 5 executions"));
}

TEST(model, a_bug_that_needs_a_preemption_is_found_with_one) {
    const auto scenario = [](model_run& run) {
        auto& x = run.make<atomic<int>>(0);
        for (int t = 0; t < 2; ++t)
            run.thread([&] {
                const int before = x.fetch_add(1);
                run.expect(x.fetch_add(1) == before + 1, "nobody came in between");
            });
    };
    EXPECT_EQ(model({.preemptions_max = 0}, scenario).failure, "");
    EXPECT_THAT(model({.preemptions_max = 1}, scenario).failure, HasSubstr("in between"));
}

}  // namespace troika::testing
