// SPDX-License-Identifier: MIT
#include <troika/proc/error_category.hpp>

#include "wire_harness.hpp"

#include <future>
#include <ios>
#include <string>
#include <system_error>

namespace troika {

using testing::expect_crossing;
using testing::expect_same;

namespace {

class named final : public std::error_category {
public:
    explicit named(const char* name) : name_(name) {}
    [[nodiscard]] const char* name() const noexcept override { return name_; }
    [[nodiscard]] std::string message(int value) const override {
        return "number " + std::to_string(value);
    }

private:
    const char* name_;
};

}  // namespace

TEST(error_category, codes_of_the_standard_categories_are_the_same_again) {
    expect_same(std::error_code());
    expect_same(std::make_error_code(std::errc::timed_out));
    expect_same(std::error_code(13, std::system_category()));
    expect_same(std::make_error_code(std::io_errc::stream));
    expect_same(std::make_error_code(std::future_errc::no_state));
}

TEST(error_category, a_registered_one_is_found_by_its_name) {
    static const named mine("mine");
    register_error_category(mine);
    expect_same(std::error_code(4, mine));
    static const named imitation("mine");
    register_error_category(imitation);
    expect_crossing(std::error_code(4, imitation), [](const std::error_code& read) {
        EXPECT_EQ(read, std::error_code(4, mine));
    });
}

TEST(error_category, an_unknown_one_keeps_name_and_message) {
    const named stranger("stranger");
    expect_crossing(std::error_code(4, stranger), [&](const std::error_code& read) {
        EXPECT_STREQ(read.category().name(), "stranger");
        EXPECT_EQ(read.value(), 4);
        EXPECT_EQ(read.message(), "number 4");
        EXPECT_NE(read, std::error_code(4, stranger));
        EXPECT_EQ(read.category().message(17), "stranger error 17");
    });
}

}  // namespace troika
