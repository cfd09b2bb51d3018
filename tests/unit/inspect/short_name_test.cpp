// SPDX-License-Identifier: MIT
#include "inspect/short_name.hpp"

#include <gtest/gtest.h>

namespace troika::impl {
namespace {

TEST(ShortName, IsThatOfTheFunction) {
    EXPECT_EQ(short_function("fetch"), "fetch");
    EXPECT_EQ(short_function("task<int> fetch(std::string, int)"), "fetch");
    EXPECT_EQ(short_function("troika::task<void> {anonymous}::hold(int)"), "hold");
    EXPECT_EQ(short_function("task<void> (anonymous namespace)::hold(int)"), "hold");
    EXPECT_EQ(short_function("task<pair<int, long>> shop::cart::add(item<int (*)(int)>) const"),
              "add");
    EXPECT_EQ(short_function("auto shop::cart<int>::total(T) [T = double]"), "total");
    EXPECT_EQ(short_function("auto main()::(anonymous class)::operator()() const"),
              "lambda in main");
    EXPECT_EQ(short_function("main()::<lambda(int)>"), "lambda in main");
    EXPECT_EQ(short_function("task<void> f()::(lambda)::operator()()::(lambda)::operator()()"),
              "lambda in f");
    EXPECT_EQ(short_function("operator()"), "lambda");
    EXPECT_EQ(short_function(""), "");
    EXPECT_EQ(short_function("((("), "(((");
    EXPECT_EQ(short_function("f<<<<"), "f");
}

struct functor {
    void operator()() const {}
};
template <class T, class F>
struct pool_call {};
struct posted_job {};
struct other {};

TEST(ShortName, OfAJobIsWhatItCalls) {
    const auto lambda = [] {};
    EXPECT_EQ(short_job(typeid(pool_call<int, functor>).name()), "functor");
    EXPECT_EQ(short_job(typeid(pool_call<void, void (*)(int)>).name()), "job");
    EXPECT_EQ(short_job(typeid(pool_call<void, std::decay_t<decltype(lambda)>>).name()),
              "lambda in TestBody");
    EXPECT_EQ(short_job(typeid(posted_job).name()), "posted call");
    EXPECT_EQ(short_job(typeid(other).name()), "branch");
    EXPECT_EQ(short_job("no name at all"), "branch");
}

}  // namespace
}  // namespace troika::impl
