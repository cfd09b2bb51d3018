// SPDX-License-Identifier: MIT
#include <troika/inspect/traceable.hpp>

#include <troika/inspect/trace_session.hpp>

#include "inspect/process_trace.hpp"
#include "unit/support/virtual_loop.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

namespace troika {
namespace {

using namespace testing_support;

TEST(Traceable, IsRecordedWhileAnybodyWantsThat) {
    virtual_loop here;
    EXPECT_EQ(here.loop().hooks(), nullptr);
    std::optional<trace_session> first(std::in_place);
    EXPECT_EQ(here.loop().hooks(), impl::process_trace::instance().hooks());
    EXPECT_NE(here.loop().hooks(), nullptr);
    std::optional<trace_session> second(std::in_place);
    first.reset();
    EXPECT_NE(here.loop().hooks(), nullptr);
    second.reset();
    EXPECT_EQ(here.loop().hooks(), nullptr);
}

TEST(Traceable, IsForgottenWhenItGoes) {
    auto gone = std::make_unique<virtual_loop>();
    gone.reset();
    const trace_session session;   // would touch it
    virtual_loop here;
    EXPECT_NE(here.loop().hooks(), nullptr);
}

TEST(ProcessTrace, TellsWorkersWhereThePartsAre) {
    impl::process_trace& here = impl::process_trace::instance();
    const int first = 0;
    const int second = 0;
    EXPECT_EQ(here.parts(), "");
    here.set_parts(&first, "a");
    here.set_parts(&second, "b");
    EXPECT_EQ(here.parts(), "a");
    here.clear_parts(&second);
    EXPECT_EQ(here.parts(), "a");
    here.clear_parts(&first);
    EXPECT_EQ(here.parts(), "");
}

}  // namespace
}  // namespace troika
