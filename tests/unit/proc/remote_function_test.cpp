// SPDX-License-Identifier: MIT
#include <troika/proc/remote_function.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace troika::impl {
namespace {

using ::testing::HasSubstr;

std::string joined(int a, const std::string& b) { return std::to_string(a) + b; }
int halved(int n) {
    if (n % 2 != 0) throw std::domain_error("odd");
    return n / 2;
}
bool was_given_a_token(std::stop_token stop, int) { return stop.stop_possible(); }

/// An answer that stays here.
class kept_answer final : public call_answer {
public:
    wire_writer& writer() noexcept override { return message; }
    void send() override {
        for (const std::span<const std::byte> piece : message.segments())
            bytes.insert(bytes.end(), piece.begin(), piece.end());
    }
    std::stop_token stop_token() override { return source.get_token(); }

    wire_writer message;
    std::vector<std::byte> bytes;
    std::stop_source source;
};

/// Has an entry called as a worker calls it.
template <class Entry, class... T>
std::vector<std::byte> entered(const T&... written) {
    wire_writer message;
    message.write(written...);
    std::vector<std::byte> bytes;
    for (const std::span<const std::byte> piece : message.segments())
        bytes.insert(bytes.end(), piece.begin(), piece.end());
    memory_source source(bytes);
    wire_reader from(source, bytes.size());
    kept_answer answer;
    Entry::enter(from, answer);
    return answer.bytes;
}

template <class T>
T only(const std::vector<std::byte>& bytes) {
    memory_source source(bytes);
    wire_reader from(source, bytes.size());
    T value = from.read<T>();
    from.finish();
    return value;
}

}  // namespace

TEST(remote_function, a_named_one_is_called_with_what_was_sent) {
    using entry = single_entry<named_callee<&joined>>;
    EXPECT_EQ(only<std::string>(
                  entered<entry>(std::tuple<>(), std::tuple(4, std::string(" legs")))),
              "4 legs");
}

TEST(remote_function, one_that_is_chosen_when_running_is_sent_by_its_place) {
    using entry = single_entry<pointed_callee<int, int>>;
    EXPECT_EQ(only<int>(entered<entry>(std::tuple(function_place<int(int)>{&halved}),
                                       std::tuple(8))),
              4);
    wire_writer to;
    EXPECT_THROW(write_function(to, nullptr), std::invalid_argument);
}

TEST(remote_function, a_lambda_that_captures_nothing_needs_no_place) {
    const auto add = [](int a, int b) { return a + b; };
    using entry = single_entry<stateless_callee<decltype(add), int, int>>;
    EXPECT_EQ(only<int>(entered<entry>(std::tuple<>(), std::tuple(3, 4))), 7);
}

TEST(remote_function, a_token_is_made_where_it_is_called) {
    using entry = single_entry<named_callee<&was_given_a_token>>;
    EXPECT_TRUE(only<bool>(entered<entry>(std::tuple<>(), std::tuple(1))));
}

TEST(remote_function, a_chunk_has_an_outcome_for_each) {
    using entry = chunk_entry<named_callee<&halved>>;
    const std::vector<std::byte> bytes = entered<entry>(
        std::tuple<>(), std::uint64_t{3}, std::tuple(8), std::tuple(7), std::tuple(6));
    memory_source source(bytes);
    wire_reader from(source, bytes.size());
    EXPECT_FALSE(from.read<bool>());
    EXPECT_EQ(from.read<int>(), 4);
    EXPECT_TRUE(from.read<bool>());
    EXPECT_THROW(std::rethrow_exception(read_exception(from)), std::domain_error);
    EXPECT_FALSE(from.read<bool>());
    EXPECT_EQ(from.read<int>(), 3);
    from.finish();
}

TEST(remote_function, a_function_that_is_not_here_is_an_error) {
    wire_writer message;
    function_identity nowhere;
    nowhere.module.fill(std::byte{1});
    message.put(nowhere);
    memory_source source(*message.segments().begin());
    wire_reader from(source, message.size());
    EXPECT_THROW(static_cast<void>(read_function(from)), wire_error);
}

}  // namespace troika::impl
