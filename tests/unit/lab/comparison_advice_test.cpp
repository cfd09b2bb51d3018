// SPDX-License-Identifier: MIT
#include "lab/comparison_advice.hpp"

#include "comparison_samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace troika::lab {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(comparison_advice, waiting_is_for_tasks) {
    const comparison sample = breakfast_sample();
    ASSERT_NE(best_of(sample), nullptr);
    EXPECT_EQ(best_of(sample)->model, work_model::async);
    const auto said = advise_on(sample);
    EXPECT_THAT(said.front(), AllOf(StartsWith("Choose async: 81.0 ms, 2.7 times"),
                                    HasSubstr("threads is as fast"), HasSubstr("no fewer")));
    EXPECT_THAT(said, Contains(AllOf(HasSubstr("longest"), HasSubstr("80.0 ms"))));
    EXPECT_THAT(said, Contains(HasSubstr("GIL would cost these threads little")));
    EXPECT_THAT(said, Contains(AllOf(HasSubstr("processes took 30.0 MB"), HasSubstr("5.0 times"))));
    EXPECT_THAT(said, Each(Not(HasSubstr("processors busy"))));   // nothing computes
}

// Where others have the processors, a GIL makes no difference, and nobody is told that it is free.
comparison slow_sample() {
    return comparison_of(built_in_workload("cpu"),
                         {result_of(work_model::sync, {1.6}, 0.8, 5 * megabyte),
                          result_of(work_model::threads, {1.5}, 0.8, 7 * megabyte, 2),
                          result_of(work_model::threads_gil, {1.6}, 0.8, 7 * megabyte, 2)});
}

TEST(comparison_advice, ranks_may_have_other_processors) {
    const auto said =
        advise_on(comparison_of(built_in_workload("cpu"),
                                {result_of(work_model::sync, {0.8}, 0.8, 5 * megabyte),
                                 result_of(work_model::threads, {0.41}, 0.8, 7 * megabyte, 2),
                                 result_of(work_model::ranks, {0.1}, 0.8, 90 * megabyte, 8)}));
    EXPECT_THAT(said.front(), StartsWith("Choose ranks: 100 ms, 8.0 times as fast"));
    EXPECT_THAT(said, Contains(HasSubstr("ranks kept 8.00 processors busy, those of other")));
    EXPECT_THAT(said, Contains(HasSubstr("threads kept 1.95 of 2 processors busy")));
}

TEST(comparison_advice, computing_is_for_threads_without_a_gil) {
    const auto said = advise_on(cpu_sample());
    EXPECT_THAT(said.front(), StartsWith("Choose threads: 410 ms, 2.0 times as fast"));
    EXPECT_THAT(said.front(), HasSubstr("processes is as fast"));
    EXPECT_THAT(advise_on(slow_sample()), Contains(HasSubstr("hardly a difference here")));
    EXPECT_THAT(said, Contains(AllOf(HasSubstr("async has one thread"), HasSubstr("810 ms"))));
    EXPECT_THAT(said, Contains(AllOf(HasSubstr("Under a GIL"), HasSubstr("830 ms instead of 410"),
                                     HasSubstr("1.00 processors"))));
    EXPECT_THAT(said, Contains(HasSubstr("threads kept 1.95 of 2 processors busy")));
    EXPECT_THAT(said, Each(Not(HasSubstr("longest"))));
}

TEST(comparison_advice, the_gil_is_never_chosen) {
    const comparison only = comparison_of(
        built_in_workload("cpu"),
        {result_of(work_model::threads_gil, {0.1}, 0.1, megabyte, 2),
         result_of(work_model::processes, {0.5}, 0.5, 9 * megabyte, 2)});
    EXPECT_EQ(best_of(only)->model, work_model::processes);
    const comparison alone = comparison_of(
        built_in_workload("cpu"), {result_of(work_model::threads_gil, {0.1}, 0.1, megabyte, 2)});
    EXPECT_EQ(best_of(alone), nullptr);
    EXPECT_TRUE(advise_on(alone).empty());
}

TEST(comparison_advice, where_nothing_is_gained_it_says_so) {
    const comparison flat = comparison_of(
        built_in_workload("files"), {result_of(work_model::sync, {0.10}, 0.1, 5 * megabyte),
                                     result_of(work_model::threads, {0.098}, 0.1, 9 * megabyte)});
    EXPECT_THAT(advise_on(flat).front(), HasSubstr("Nothing is gained"));
    comparison disturbed = slow_sample();
    EXPECT_THAT(advise_on(disturbed).front(), HasSubstr("Nothing is gained"));
    disturbed.machine.load_before = 3;
    EXPECT_THAT(advise_on(disturbed).front(), HasSubstr("others were at work"));
}

TEST(comparison_advice, a_pool_beside_the_loop) {
    const comparison mixed = comparison_of(
        built_in_workload("mixed"),
        {result_of(work_model::sync, {2.0}, 0.4, 5 * megabyte),
         result_of(work_model::async, {0.44}, 0.40, 6 * megabyte),
         result_of(work_model::async_pool, {0.24}, 0.41, 7 * megabyte, 2),
         result_of(work_model::threads, {0.24}, 0.41, 8 * megabyte, 40),
         result_of(work_model::threads_gil, {0.45}, 0.42, 8 * megabyte, 40)});
    const auto said = advise_on(mixed);
    EXPECT_THAT(said.front(), StartsWith("Choose async+pool: 240 ms, 8.3 times"));
    EXPECT_THAT(said, Contains(HasSubstr("a pool of 2 threads beside the loop it took 240 ms")));
    EXPECT_THAT(said, Contains(HasSubstr("gets the GIL after up to 5.00 ms")));
}

TEST(comparison_advice, doubts) {
    comparison noisy = comparison_of(
        built_in_workload("cpu"), {result_of(work_model::sync, {0.8, 1.6, 0.9}, 0.8, megabyte),
                                   result_of(work_model::threads, {0.4}, 0.5, megabyte, 2)});
    noisy.machine.load_before = 7.5;
    const auto said = advise_on(noisy);
    EXPECT_THAT(said, Contains(AllOf(HasSubstr("differed much"), HasSubstr("sync 44 %"))));
    EXPECT_THAT(said, Contains(HasSubstr("a load of 7.5 on 2 processors")));
    EXPECT_THAT(said, Each(Not(HasSubstr("once only"))));
    comparison once = cpu_sample();
    once.repeats = 1;
    EXPECT_THAT(advise_on(once), Contains(HasSubstr("once only")));
    EXPECT_THAT(advise_on(cpu_sample()), Each(Not(HasSubstr("differed"))));
}

TEST(comparison_advice, processors) {
    comparison lonely = cpu_sample();
    lonely.machine.processors = 1;
    EXPECT_THAT(advise_on(lonely), Contains(HasSubstr("one processor")));
    comparison wide = cpu_sample();
    wide.machine.processors = 16;
    EXPECT_THAT(advise_on(wide), Contains(HasSubstr("Of 16 processors at most 1.95 were busy")));
}

}  // namespace
}  // namespace troika::lab
