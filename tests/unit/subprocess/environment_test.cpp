// SPDX-License-Identifier: MIT
#include <troika/subprocess/environment.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace troika::subprocess {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const char* const ours[] = {"PATH=/bin", "A=1", "EMPTY=", "=odd=x", nullptr};

TEST(Environment, IsOursUnlessItIsChanged) {
    EXPECT_THAT(environment().entries(ours), ElementsAre("PATH=/bin", "A=1", "EMPTY=", "=odd=x"));
    environment changed;
    changed.set("A", "2=3").unset("PATH").set("NEW", "").unset("NOT_THERE").set("NEW", "n");
    EXPECT_THAT(changed.entries(ours), ElementsAre("EMPTY=", "=odd=x", "A=2=3", "NEW=n"));
}

TEST(Environment, CanBeASetOfItsOwn) {
    EXPECT_THAT(environment::empty().entries(ours), IsEmpty());
    EXPECT_THAT(environment::empty().set("A", "2").entries(ours), ElementsAre("A=2"));
}

TEST(Environment, TellsAValue) {
    environment changed;
    changed.set("A", "2").unset("EMPTY");
    EXPECT_EQ(changed.value("A", ours), "2");
    EXPECT_EQ(changed.value("PATH", ours), "/bin");
    EXPECT_EQ(changed.value("EMPTY", ours), std::nullopt);
    EXPECT_EQ(changed.value("PAT", ours), std::nullopt);
    EXPECT_EQ(environment().value("EMPTY", ours), "");
    EXPECT_EQ(environment::empty().value("PATH", ours), std::nullopt);
}

TEST(Environment, RefusesWhatCannotBe) {
    environment changed;
    EXPECT_THROW(changed.set("", "x"), std::invalid_argument);
    EXPECT_THROW(changed.set("A=B", "x"), std::invalid_argument);
    EXPECT_THROW(changed.set(std::string("A\0", 2), "x"), std::invalid_argument);
    EXPECT_THROW(changed.set("A", std::string("x\0y", 3)), std::invalid_argument);
    EXPECT_THROW(changed.unset("="), std::invalid_argument);
    EXPECT_THAT(changed.entries(ours), ElementsAre("PATH=/bin", "A=1", "EMPTY=", "=odd=x"));
}

}  // namespace
}  // namespace troika::subprocess
