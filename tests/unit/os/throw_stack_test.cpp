// SPDX-License-Identifier: MIT
#include "os/throw_stack.hpp"

#include "os/symbol.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>

namespace troika::os {
namespace {

[[gnu::noinline]] int throw_it(int kind) {
    if (kind == 1) throw std::runtime_error("one");
    if (kind == 2) throw 2;
    return 1;
}
// A part of a function that surely throws may be moved out of it: this one cannot know.
[[gnu::noinline]] int thrower(int kind) {
    int (*volatile unknown)(int) = &throw_it;
    return unknown(kind) + 1;   // no call is the last act of its caller
}
[[gnu::noinline]] int middle(int kind) { return thrower(kind) + 1; }
[[gnu::noinline]] int deep(int levels) {
    if (levels == 0) throw std::runtime_error("deep");
    int (*volatile again)(int) = &deep;   // else it becomes a loop
    return again(levels - 1) + 1;
}

bool is_within(const void* call, auto* function) {
    const auto at = reinterpret_cast<std::uintptr_t>(call);
    const auto begin = reinterpret_cast<std::uintptr_t>(function);
    return at > begin && at - begin < 4096 &&
           function_start(call) == reinterpret_cast<const void*>(begin);
}

bool contains(const throw_stack& stack, auto* function) {
    for (const void* call : stack.calls())
        if (is_within(call, function)) return true;
    return false;
}

void outermost(void* argument) {
    int& kind = *static_cast<int*>(argument);
    kind = middle(kind);
}
void catches_inside(void* argument) {
    try {
        outermost(argument);
    } catch (const std::exception&) {
    }
}
void throws_again(void* argument) {
    try {
        outermost(argument);
    } catch (...) {
        throw;
    }
}
void goes_deep(void*) { (void)deep(200); }
void calls_another(void* argument) {
    throw_stack inner;
    try {
        call_recording_stack(&outermost, argument, inner);
    } catch (int) {
        *static_cast<int*>(argument) = 1;
    }
    EXPECT_TRUE(contains(inner, &thrower));
    EXPECT_FALSE(contains(inner, &calls_another));
    outermost(argument);
}

}  // namespace

TEST(throw_stack, holds_the_calls_up_to_the_function) {
    throw_stack stack;
    int kind = 1;
    EXPECT_THROW(call_recording_stack(&outermost, &kind, stack), std::runtime_error);
    EXPECT_TRUE(contains(stack, &thrower));
    EXPECT_TRUE(contains(stack, &middle));
    ASSERT_GE(stack.count, 4u);
    EXPECT_LE(stack.count, 13u);   // the sanitizers have some of their own
    EXPECT_TRUE(is_within(stack.calls().back(), &outermost));
    EXPECT_TRUE(is_within(stack.calls()[stack.count - 2], &middle));
    EXPECT_TRUE(is_within(stack.calls()[stack.count - 3], &thrower));
}

TEST(throw_stack, anything_that_is_thrown_counts) {
    throw_stack stack;
    int kind = 2;
    EXPECT_THROW(call_recording_stack(&outermost, &kind, stack), int);
    EXPECT_TRUE(contains(stack, &thrower));
}

TEST(throw_stack, is_left_alone_by_what_is_caught_inside_and_by_success) {
    throw_stack stack;
    int kind = 1;
    call_recording_stack(&catches_inside, &kind, stack);
    EXPECT_EQ(stack.count, 0u);
    kind = 0;
    call_recording_stack(&outermost, &kind, stack);
    EXPECT_EQ(kind, 3);
    EXPECT_EQ(stack.count, 0u);
}

TEST(throw_stack, what_is_thrown_again_begins_there) {
    throw_stack stack;
    int kind = 2;
    EXPECT_THROW(call_recording_stack(&throws_again, &kind, stack), int);
    EXPECT_GE(stack.count, 1u);
    EXPECT_FALSE(contains(stack, &thrower));
    stack.count = 0;
    const std::exception_ptr kept = std::make_exception_ptr(7);
    const auto rethrow = [](void* argument) {
        std::rethrow_exception(*static_cast<std::exception_ptr*>(argument));
    };
    EXPECT_THROW(call_recording_stack(rethrow, const_cast<std::exception_ptr*>(&kept), stack), int);
    EXPECT_GE(stack.count, 1u);
}

TEST(throw_stack, is_bounded_and_keeps_the_innermost) {
    throw_stack stack;
    EXPECT_THROW(call_recording_stack(&goes_deep, nullptr, stack), std::runtime_error);
    EXPECT_EQ(stack.count, throw_stack::frames_max);
    EXPECT_TRUE(contains(stack, &deep));
    EXPECT_FALSE(contains(stack, &goes_deep));
}

TEST(throw_stack, may_be_recorded_within_another) {
    throw_stack stack;
    int kind = 2;
    EXPECT_THROW(call_recording_stack(&calls_another, &kind, stack), std::runtime_error);
    EXPECT_TRUE(contains(stack, &thrower));
    EXPECT_TRUE(contains(stack, &calls_another));
}

TEST(throw_stack, each_thread_has_its_own) {
    const auto work = [] {
        for (int round = 0; round < 200; ++round) {
            throw_stack stack;
            int kind = 1 + round % 2;
            try {
                call_recording_stack(&outermost, &kind, stack);
            } catch (...) {
            }
            ASSERT_TRUE(contains(stack, &thrower));
        }
    };
    std::thread other(work);
    work();
    other.join();
}

}  // namespace troika::os
