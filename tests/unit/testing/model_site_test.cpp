// SPDX-License-Identifier: MIT
#include <troika/testing/model_site.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika::testing {

using enum std::memory_order;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(model_site, is_written_with_the_name_of_its_file) {
    const model_site site{"include/troika/pool/deque.hpp", 57, 20, "load", acquire};
    EXPECT_EQ(site.text(), "deque.hpp:57:20: load acquire");
    EXPECT_EQ((model_weakening{site, relaxed}.text()), "deque.hpp:57:20: load acquire -> relaxed");
}

TEST(model_site, an_order_weakens_by_one_step) {
    const auto weaker = [](const char* operation, std::memory_order order) {
        return weaker_orders({"a.hpp", 1, 1, operation, order});
    };
    EXPECT_THAT(weaker("load", seq_cst), ElementsAre(acquire));
    EXPECT_THAT(weaker("load", acquire), ElementsAre(relaxed));
    EXPECT_THAT(weaker("load", consume), ElementsAre(relaxed));
    EXPECT_THAT(weaker("store", seq_cst), ElementsAre(release));
    EXPECT_THAT(weaker("store", release), ElementsAre(relaxed));
    EXPECT_THAT(weaker("exchange", seq_cst), ElementsAre(acq_rel));
    EXPECT_THAT(weaker("exchange", acq_rel), ElementsAre(acquire, release));
    EXPECT_THAT(weaker("compare_exchange", release), ElementsAre(relaxed));
    EXPECT_THAT(weaker("compare_exchange on failure", seq_cst), ElementsAre(acquire));
    EXPECT_THAT(weaker("fetch_add", relaxed), IsEmpty());
    // Without an order it is not there.
    EXPECT_THAT(weaker("light_barrier", seq_cst), ElementsAre(relaxed));
}

}  // namespace troika::testing
