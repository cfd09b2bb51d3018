// SPDX-License-Identifier: MIT
#include "watch/live_trace.hpp"

#include "inspect/registry_format.hpp"
#include "os/environment.hpp"
#include "watch/program.hpp"

#include <troika/loop/event_loop.hpp>
#include <troika/pool/thread_pool.hpp>
#include <troika/sync/event.hpp>
#include <troika/tasks/yield_now.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>

#include <unistd.h>

namespace {

using namespace std::chrono_literals;
using namespace troika;
using ::testing::HasSubstr;

class live_trace : public ::testing::Test {
protected:
    void SetUp() override {
        place_ = std::filesystem::temp_directory_path() / "troika-live-XXXXXX";
        ASSERT_NE(::mkdtemp(place_.data()), nullptr);
    }
    void TearDown() override { std::filesystem::remove_all(place_); }
    [[nodiscard]] std::string file(const char* name) const { return place_ + "/" + name; }

    /// Calls `work` on another thread while a loop of this one has turns.
    template <class F>
    void beside_a_loop(F work) {
        std::atomic<bool> done{false};
        event_loop loop;
        std::thread other([&] {
            work();
            done = true;
        });
        auto turns = [&]() -> task<void> {
            while (!done) co_await yield_now();
        };
        loop.run(turns());
        other.join();
    }

private:
    std::string place_;
};

TEST_F(live_trace, records_a_program_that_runs) {
    const std::string path = file("trace.json");
    beside_a_loop([&] { watch::trace_program(os::process_id(), path, 10ms, 1min); });
    std::ifstream in(path);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    // Not by matchers, which would print all of it.
    EXPECT_TRUE(text.find("traceEvents") != std::string::npos);
    EXPECT_TRUE(text.find(R"("cat":"run")") != std::string::npos);
}

TEST_F(live_trace, wakes_a_loop_that_sleeps) {
    event_loop loop;
    event asleep;
    event end;
    auto wait_for_end = [&]() -> task<void> {
        asleep.set();
        co_await end.wait();
    };
    std::thread sleeper([&] { loop.run(wait_for_end()); });
    asleep.wait().block();
    watch::trace_program(os::process_id(), file("trace.json"), 1ms, 1min);
    end.set();
    sleeper.join();
    EXPECT_TRUE(std::filesystem::exists(file("trace.json")));
}

TEST_F(live_trace, of_a_program_that_has_a_pool_alone) {
    std::atomic<bool> done{false};
    thread_pool pool({.workers = 2});
    std::thread other([&] {
        watch::trace_program(os::process_id(), file("trace.json"), 1ms, 1min);
        done = true;
    });
    while (!done) pool.submit([] {}).get();
    other.join();
    EXPECT_TRUE(std::filesystem::exists(file("trace.json")));
}

TEST_F(live_trace, can_be_asked_for_again) {
    beside_a_loop([&] {
        watch::trace_program(os::process_id(), file("a.json"), 1ms, 1min);
        watch::trace_program(os::process_id(), file("b.json"), 1ms, 1min);
    });
    EXPECT_TRUE(std::filesystem::exists(file("a.json")));
    EXPECT_TRUE(std::filesystem::exists(file("b.json")));
}

TEST_F(live_trace, says_what_the_program_could_not_do) {
    std::string why;
    beside_a_loop([&] {
        try {
            watch::trace_program(os::process_id(), file("trace.what"), 1ms, 1min);
        } catch (const std::runtime_error& error) {
            why = error.what();
        }
    });
    EXPECT_THAT(why, HasSubstr(".html"));
}

TEST_F(live_trace, gives_up_on_a_program_that_does_nothing) {
    const event_loop idle;
    try {
        watch::trace_program(os::process_id(), file("trace.json"), 1ms, 1ms);
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("no loop or pool of it has had anything to do"));
    }
    EXPECT_FALSE(std::filesystem::exists(file("trace.json")));
}

TEST_F(live_trace, is_asked_for_by_one_at_a_time) {
    const event_loop idle;
    const watch::open_register first = watch::open_program_to_ask(os::process_id());
    try {
        watch::trace_program(os::process_id(), file("trace.json"), 1ms, 1ms);
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("somebody else"));
    }
}

TEST_F(live_trace, after_one_who_asked_and_was_killed) {
    beside_a_loop([&] {
        watch::open_program_to_ask(os::process_id()).head().trace = impl::trace_records;
        EXPECT_THROW(watch::trace_program(os::process_id(), file("a.json"), 1ms, 1ms),
                     std::runtime_error);
        watch::open_program_to_ask(os::process_id()).head().trace = impl::trace_done;
        watch::trace_program(os::process_id(), file("b.json"), 1ms, 1min);
    });
    EXPECT_TRUE(std::filesystem::exists(file("b.json")));
    const event_loop idle;
    watch::open_program_to_ask(os::process_id()).head().trace = impl::trace_asked;
    EXPECT_THROW(watch::trace_program(os::process_id(), file("c.json"), 1ms, 1ms),
                 std::runtime_error);
    EXPECT_EQ(watch::open_program_to_ask(os::process_id()).head().trace, impl::trace_idle);
}

TEST_F(live_trace, of_no_program) {
    EXPECT_THROW(watch::trace_program(std::numeric_limits<int>::max(), file("x.json"), 1ms, 1ms),
                 watch::not_visible);
    const event_loop loop;
    EXPECT_THROW(watch::trace_program(os::process_id(), std::string(500, 'x') + ".json", 1ms, 1ms),
                 std::runtime_error);
}

}  // namespace
