// SPDX-License-Identifier: MIT
#include <troika/proc/crossing_function.hpp>

#include "wire_harness.hpp"

#include <memory>
#include <stop_token>
#include <string>
#include <tuple>
#include <vector>

namespace troika {

using testing::bytes_of;

namespace {

int add(int a, const int& b) { return a + b; }
std::string join(std::vector<std::string>&& words, std::string between) noexcept {
    std::string all;
    for (const std::string& each : std::move(words)) all += each + between;
    return all;
}
void nothing() {}
bool stopped(std::stop_token stop, const std::string& why) {
    return stop.stop_requested() && why == "why";
}
int owned(std::unique_ptr<int> value) { return *value; }

static_assert(std::is_same_v<call_arguments<decltype(&add)>, std::tuple<int, int>>);
static_assert(std::is_same_v<call_arguments<decltype(&join)>,
                             std::tuple<std::vector<std::string>, std::string>>);
static_assert(std::is_same_v<call_arguments<decltype(&stopped)>, std::tuple<std::string>>);
static_assert(impl::crossable_function<&add>() && impl::crossable_function<&join>() &&
              impl::crossable_function<&nothing>() && impl::crossable_function<&stopped>() &&
              impl::crossable_function<&owned>());

template <auto function, class... A>
auto call(A&&... arguments) {
    wire_writer writer;
    impl::write_arguments<function>(writer, std::forward<A>(arguments)...);
    const std::vector<std::byte> message = bytes_of(writer);
    memory_source source(message);
    wire_reader reader(source, message.size());
    auto read = impl::read_arguments<function>(reader);
    reader.finish();
    std::stop_source stop;
    stop.request_stop();
    return impl::call_with<function>(std::move(read), stop.get_token());
}

}  // namespace

TEST(crossing_function, calls_with_what_has_crossed) {
    EXPECT_EQ(call<&add>(1, 2), 3);
    EXPECT_EQ(call<&add>(short{1}, true), 2);
    EXPECT_EQ((call<&join>(std::vector<std::string>{"a", "b"}, "-")), "a-b-");
    EXPECT_TRUE(call<&stopped>("why"));
    EXPECT_EQ(call<&owned>(std::make_unique<int>(5)), 5);
    call<&nothing>();
}

TEST(crossing_function, what_is_converted_is_copied_and_what_is_not_is_referred_to) {
    const std::string text(10'000, 'x');
    const auto refers = [&](const auto& argument) {
        wire_writer writer;
        impl::write_arguments<&stopped>(writer, argument);
        for (std::span<const std::byte> each : writer.segments())
            if (static_cast<const void*>(each.data()) == text.data()) return true;
        return false;
    };
    EXPECT_TRUE(refers(text));
    EXPECT_FALSE(refers(text.c_str()));
}

}  // namespace troika
