// SPDX-License-Identifier: MIT
#include <troika/proc/exception_codec.hpp>

#include "os/symbol.hpp"
#include "os/throw_stack.hpp"
#include "wire_harness.hpp"

#include <troika/core/cancelled.hpp>
#include <troika/core/errors.hpp>
#include <troika/sync/barrier.hpp>
#include <troika/sync/queue_core.hpp>

#include <any>
#include <array>
#include <expected>
#include <filesystem>
#include <functional>
#include <future>
#include <ios>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <variant>
#include <vector>

namespace troika {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using testing::bytes_of;

namespace {

struct stranger : std::runtime_error {
    using std::runtime_error::runtime_error;
};
struct registered_text : std::runtime_error {
    using std::runtime_error::runtime_error;
};
struct registered_value {
    int code = 0;
    std::string detail;
};
struct with_both_bases : std::runtime_error, std::nested_exception {
    using std::runtime_error::runtime_error;
    int extra = 5;
};
struct final_one final : std::runtime_error {
    using std::runtime_error::runtime_error;
};

std::exception_ptr thrown_by(auto&& function) {
    try {
        function();
    } catch (...) {
        return std::current_exception();
    }
    ADD_FAILURE() << "nothing was thrown";
    return nullptr;
}

std::exception_ptr cross(const std::exception_ptr& error,
                         std::span<const void* const> calls = {}) {
    wire_writer writer;
    impl::write_exception(writer, error, calls);
    const std::vector<std::byte> message = bytes_of(writer);
    testing::cut_source source(message, 5);
    wire_reader reader(source, message.size());
    const std::string origin = "worker 3, pid 1234";
    reader.set_origin(origin);
    std::exception_ptr read = impl::read_exception(reader);
    reader.finish();
    return read;
}

std::string text_of(const std::exception_ptr& error) { return describe(error); }

/// The same type and the same what().
void expect_same_error(const std::exception_ptr& error) {
    SCOPED_TRACE(error.__cxa_exception_type()->name());
    const std::exception_ptr read = cross(error);
    ASSERT_TRUE(read);
    EXPECT_TRUE(*read.__cxa_exception_type() == *error.__cxa_exception_type())
        << read.__cxa_exception_type()->name();
    EXPECT_EQ(text_of(read), text_of(error));
}
void expect_same_throw(auto&& function) { expect_same_error(thrown_by(function)); }

/// Returns: the error as an E, which it must be exactly.
template <class E>
E caught(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const E& known) {
        return known;
    }
}

}  // namespace

TEST(exception_codec, standard_exceptions_are_the_same_again) {
    expect_same_error(std::make_exception_ptr(std::logic_error("a")));
    expect_same_error(std::make_exception_ptr(std::domain_error("b")));
    expect_same_error(std::make_exception_ptr(std::invalid_argument("c")));
    expect_same_error(std::make_exception_ptr(std::length_error("d")));
    expect_same_error(std::make_exception_ptr(std::out_of_range("e")));
    expect_same_error(std::make_exception_ptr(std::runtime_error(std::string(10'000, 'f'))));
    expect_same_error(std::make_exception_ptr(std::range_error("g")));
    expect_same_error(std::make_exception_ptr(std::overflow_error("h")));
    expect_same_error(std::make_exception_ptr(std::underflow_error("")));
    expect_same_error(std::make_exception_ptr(std::exception()));
    expect_same_error(std::make_exception_ptr(std::bad_exception()));
    expect_same_error(std::make_exception_ptr(std::bad_alloc()));
    expect_same_error(std::make_exception_ptr(std::bad_array_new_length()));
    expect_same_error(std::make_exception_ptr(std::bad_weak_ptr()));
    expect_same_throw([] { (void)std::any_cast<int>(std::any("text")); });
    expect_same_throw([] { std::function<void()>()(); });
    expect_same_throw([] { (void)std::optional<int>().value(); });
    expect_same_throw([] { (void)std::string("x").at(7); });
    expect_same_throw([] { (void)std::stoi("no number"); });
    expect_same_throw([] {
        std::runtime_error error("");
        (void)dynamic_cast<std::system_error&>(static_cast<std::exception&>(error));
    });
}

TEST(exception_codec, codes_and_paths_cross_with_the_message) {
    const std::error_code code = std::make_error_code(std::errc::connection_refused);
    for (const std::exception_ptr& error :
         {std::make_exception_ptr(std::system_error(code, "connect 10.0.0.1:443")),
          std::make_exception_ptr(std::system_error(code, "")),
          std::make_exception_ptr(std::system_error(code))}) {
        expect_same_error(error);
        EXPECT_EQ(caught<std::system_error>(cross(error)).code(), code);
    }
    expect_same_error(std::make_exception_ptr(std::ios_base::failure("read")));
    expect_same_error(
        std::make_exception_ptr(std::future_error(std::future_errc::broken_promise)));
    using std::filesystem::filesystem_error;
    expect_same_error(std::make_exception_ptr(filesystem_error("x", code)));
    expect_same_error(std::make_exception_ptr(filesystem_error("x", "/a", code)));
    expect_same_error(std::make_exception_ptr(filesystem_error("x", "/a", "/b", code)));
    const auto read = caught<filesystem_error>(
        cross(thrown_by([] { (void)std::filesystem::file_size("/none"); })));
    EXPECT_EQ(read.path1(), "/none");
    EXPECT_EQ(read.code(), std::errc::no_such_file_or_directory);
}

TEST(exception_codec, what_variants_and_expected_throw) {
    using either = std::variant<int, std::string>;
    expect_same_throw([] { (void)std::get<1>(either(5)); });
    expect_same_error(std::make_exception_ptr(std::bad_variant_access()));
    const auto read = caught<std::bad_expected_access<std::string>>(cross(thrown_by([] {
        (void)std::expected<int, std::string>(std::unexpected("reason")).value();
    })));
    EXPECT_EQ(read.error(), "reason");
}

TEST(exception_codec, troikas_own_are_the_same_again) {
    expect_same_error(std::make_exception_ptr(timeout_error("wait_for 2 s")));
    expect_same_error(std::make_exception_ptr(broken_promise()));
    expect_same_error(std::make_exception_ptr(would_deadlock("a waits for b")));
    expect_same_error(std::make_exception_ptr(interrupted()));
    expect_same_error(std::make_exception_ptr(broken_barrier("reset")));
    expect_same_error(std::make_exception_ptr(queue_shut_down("q")));
    expect_same_error(std::make_exception_ptr(wire_error("w")));
    expect_same_error(std::make_exception_ptr(cancelled()));
    EXPECT_TRUE(impl::is_cancelled(cross(impl::make_cancelled())));
    EXPECT_EQ(cross(nullptr), nullptr);
}

TEST(exception_codec, a_group_crosses_with_all_that_is_in_it) {
    const exception_group inner("inner", {std::make_exception_ptr(std::out_of_range("deep"))});
    const exception_group outer(
        "outer (2 errors)", {std::make_exception_ptr(inner),
                             std::make_exception_ptr(stranger("odd")), std::make_exception_ptr(7)});
    expect_same_error(std::make_exception_ptr(outer));
    const auto read = caught<exception_group>(cross(std::make_exception_ptr(outer)));
    ASSERT_EQ(read.errors().size(), 3u);
    const auto group = caught<exception_group>(read.errors()[0]);
    EXPECT_EQ(caught<std::out_of_range>(group.errors().at(0)).what(), std::string("deep"));
    EXPECT_EQ(caught<remote_error>(read.errors()[1]).where(), "worker 3, pid 1234");
    EXPECT_EQ(caught<remote_error>(read.errors()[2]).type_name(), "int");
}

TEST(exception_codec, what_is_registered_arrives_as_what_it_is) {
    register_exception<registered_text>("registered_text");
    register_exception<registered_text>("registered_text");
    register_exception<registered_value>("registered_value");
    register_exception<short>("short");
    expect_same_error(std::make_exception_ptr(registered_text("x")));
    const auto value = caught<registered_value>(
        cross(std::make_exception_ptr(registered_value{5, std::string(9'000, 'd')})));
    EXPECT_EQ(value.code, 5);
    EXPECT_EQ(value.detail.size(), 9'000u);
    EXPECT_EQ(caught<short>(cross(std::make_exception_ptr(short{7}))), 7);
    EXPECT_THROW(register_exception<long>("short"), std::logic_error);
}

TEST(exception_codec, anything_else_is_a_remote_error) {
    const std::array<const void*, 2> calls{__builtin_return_address(0),
                                           __builtin_return_address(0)};
    const auto read = caught<remote_error>(cross(std::make_exception_ptr(stranger("odd")), calls));
    EXPECT_EQ(read.what(), std::string("odd"));
    EXPECT_THAT(read.type_name(), HasSubstr("stranger"));
    EXPECT_EQ(read.where(), "worker 3, pid 1234");
    EXPECT_THAT(read.stack(), MatchesRegex("(.+\\+0x[0-9a-f]+\n){2}"));
    // On its way through a third process it stays what it was.
    const auto again = caught<remote_error>(cross(std::make_exception_ptr(remote_error(
        {.type_name = "t", .message = "m", .stack = "s", .where = "worker 1"}))));
    EXPECT_EQ(again.type_name() + again.what() + again.stack() + again.where(), "tmsworker 1");
    const auto text = caught<remote_error>(cross(std::make_exception_ptr("a literal")));
    EXPECT_EQ(text.type_name(), "char const*");
    EXPECT_THAT(text.what(), HasSubstr("char const*"));
    // Derived from a known type is not that type.
    EXPECT_THAT(caught<remote_error>(cross(std::make_exception_ptr(final_one("f")))).type_name(),
                HasSubstr("final_one"));
}

TEST(exception_codec, the_stack_is_that_of_the_throw) {
    os::throw_stack stack;
    const std::exception_ptr error = thrown_by([&] {
        os::call_recording_stack([](void*) { throw stranger("odd"); }, nullptr, stack);
    });
    const auto read = caught<remote_error>(cross(error, stack.calls()));
    ASSERT_GE(stack.count, 1u);
    EXPECT_EQ(read.stack(), os::describe_calls(stack.calls()));
    EXPECT_THAT(read.stack(), HasSubstr("unit_proc"));
}

TEST(exception_codec, nested_exceptions_keep_their_chain) {
    const auto nest = [](auto inner, auto outer) {
        return thrown_by([&] {
            try {
                inner();
            } catch (...) {
                std::throw_with_nested(outer);
            }
        });
    };
    const std::exception_ptr error =
        nest([&] { std::rethrow_exception(nest([] { throw std::out_of_range("innermost"); },
                                               stranger("middle"))); },
             std::system_error(std::make_error_code(std::errc::io_error), "outer"));
    const std::exception_ptr read = cross(error);
    EXPECT_EQ(text_of(read), text_of(error));
    EXPECT_EQ(caught<std::system_error>(read).code(), std::errc::io_error);
    std::exception_ptr middle;
    try {
        std::rethrow_exception(read);
    } catch (const std::nested_exception& outer) {
        middle = outer.nested_ptr();
    }
    EXPECT_THAT(caught<remote_error>(middle).type_name(), MatchesRegex(".*stranger"));
    try {
        std::rethrow_exception(middle);
    } catch (const std::nested_exception& outer) {
        EXPECT_EQ(text_of(outer.nested_ptr()), "innermost");
        EXPECT_NO_THROW((void)caught<std::out_of_range>(outer.nested_ptr()));
    }
}

TEST(exception_codec, a_class_with_the_same_bases_is_not_mistaken_for_a_nested_one) {
    const std::exception_ptr read = cross(std::make_exception_ptr(with_both_bases("both")));
    EXPECT_THAT(caught<remote_error>(read).type_name(), HasSubstr("with_both_bases"));
}

TEST(exception_codec, exceptions_are_values_as_well) {
    using settled = std::expected<int, std::exception_ptr>;
    const std::vector<settled> results{
        1, std::unexpected(std::make_exception_ptr(std::out_of_range("x")))};
    testing::expect_crossing(results, [](const std::vector<settled>& read) {
        EXPECT_EQ(read.at(0).value(), 1);
        EXPECT_EQ(text_of(read.at(1).error()), "x");
    });
}

TEST(exception_codec, broken_messages_are_errors) {
    wire_writer writer;
    impl::write_exception(writer, std::make_exception_ptr(exception_group(
                                      "g", {std::make_exception_ptr(stranger("odd")),
                                            std::make_exception_ptr(timeout_error("t"))})));
    const std::vector<std::byte> whole = bytes_of(writer);
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_THROW((void)testing::read_cut<std::exception_ptr>(std::span(whole).first(size), 7),
                     wire_error);
    // 2: a stranger; a nested one in it, and so on.
    const std::vector<std::byte> endless(100'000, std::byte{2});
    EXPECT_THROW((void)testing::read_cut<std::exception_ptr>(endless, 7), wire_error);
    EXPECT_THROW((void)testing::read_cut<std::exception_ptr>(std::vector{std::byte{3}}, 7),
                 wire_error);
    wire_writer unknown;
    unknown.write(char{1}, char{0}, std::string("nobody"));
    EXPECT_THROW((void)testing::read_cut<std::exception_ptr>(bytes_of(unknown), 7), wire_error);
}

}  // namespace troika
