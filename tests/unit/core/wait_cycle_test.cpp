// SPDX-License-Identifier: MIT
#include <troika/core/wait_cycle.hpp>

#include <troika/core/errors.hpp>
#include <troika/core/future.hpp>

#include <gtest/gtest.h>

namespace troika::impl {
namespace {

TEST(WaitCycle, APlainThreadIsNobodysWork) {
    EXPECT_EQ(current_work(), nullptr);
    promise<int> owed;
    const future<int> answer = owed.get_future();
    const blocked_work here(future_access::core(answer));   // throws nothing
    owed.set_value(1);
}

TEST(WaitCycle, WorkThatWaitsForItselfIsToldSo) {
    promise<int> owed;
    const future<int> answer = owed.get_future();
    current_thread.job = &future_access::core(answer);
    EXPECT_THROW(static_cast<void>(blocked_work(future_access::core(answer))), would_deadlock);
    current_thread.job = nullptr;
    owed.set_value(1);
}

TEST(WaitCycle, AChainThatComesBackIsNamed) {
    promise<int> one;
    promise<int> two;
    const future<int> first = one.get_future();
    const future<int> second = two.get_future();
    current_thread.job = &future_access::core(first);
    {
        const blocked_work here(future_access::core(second));
        current_thread.job = &future_access::core(second);
        try {
            const blocked_work there(future_access::core(first));
            ADD_FAILURE() << "the cycle was not seen";
        } catch (const would_deadlock& error) {
            EXPECT_STREQ(error.what(),
                         "this wait would never end: a job waits for a job, which waits for a job");
        }
    }
    // The first waits no longer.
    const blocked_work there(future_access::core(first));
    current_thread.job = nullptr;
    one.set_value(1);
    two.set_value(2);
}

}  // namespace
}  // namespace troika::impl
