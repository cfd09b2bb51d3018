// SPDX-License-Identifier: MIT
#include <troika/proc/attachment.hpp>

#include <troika/proc/wire_error.hpp>

#include "os/descriptor_passing.hpp"
#include "os/fd.hpp"
#include "proc/attachment_exchange.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <utility>
#include <vector>

namespace troika {
namespace {

class attachment : public ::testing::Test {
protected:
    void SetUp() override {
        int sockets[2];
        ASSERT_EQ(os::open_packet_pair(sockets), 0);
        left.reset(sockets[0]);
        right.reset(sockets[1]);
    }
    void send(std::uint64_t number, std::vector<wire_attachment> of) {
        sender.begin(number, of);
        if (!sender.done()) {
            EXPECT_EQ(sender.send(left.get(), false), 0);
        }
    }

    os::fd left;
    os::fd right;
    impl::attachment_sender sender{true};
    impl::attachment_receiver receiver;
    std::shared_ptr<int> owner = std::make_shared<int>(1);
};

TEST_F(attachment, closes_its_descriptor_unless_it_was_released) {
    const int first = os::duplicate(left.get());
    {
        received_attachment one(1, first);
        received_attachment two(std::move(one));
        one = std::move(two);
        EXPECT_EQ(one.descriptor(), first);
        EXPECT_TRUE(os::is_open(first));
    }
    EXPECT_FALSE(os::is_open(first));
    const int second = os::duplicate(left.get());
    EXPECT_EQ(received_attachment(2, second).release(), second);
    EXPECT_TRUE(os::is_open(second));
    os::close_descriptor(second);
    EXPECT_NE(impl::next_attachment_id(), impl::next_attachment_id());
}

TEST_F(attachment, what_is_kept_is_sent_once_and_forgotten_with_its_owner) {
    send(1, {{10, left.get(), owner, true}, {11, left.get(), owner, false}});
    EXPECT_TRUE(receiver.receive_all(right.get()));
    EXPECT_NE(receiver.find(10), nullptr);
    EXPECT_NE(receiver.find(11), nullptr);
    receiver.end_of(1);
    EXPECT_NE(receiver.find(10), nullptr);
    EXPECT_EQ(receiver.find(11), nullptr);
    send(2, {{10, left.get(), owner, true}});
    EXPECT_FALSE(receiver.receive_all(right.get()));
    owner.reset();
    send(3, {});
    EXPECT_TRUE(receiver.receive_all(right.get()));
    EXPECT_EQ(receiver.find(10), nullptr);
    send(4, {});
    EXPECT_FALSE(receiver.receive_all(right.get()));
}

TEST_F(attachment, of_results_each_has_its_own) {
    impl::attachment_sender results(false);
    for (std::uint64_t number : {3U, 5U}) {
        const wire_attachment given[] = {{number * 10, left.get(), owner, true}};
        results.begin(number, given);
        EXPECT_EQ(results.send(left.get(), true), 0);
    }
    EXPECT_TRUE(receiver.receive_for(right.get(), 4, 2));   // 3 was lost with its call
    EXPECT_EQ(receiver.find(30), nullptr);
    EXPECT_TRUE(receiver.receive_for(right.get(), 5, 2));
    EXPECT_NE(receiver.find(50), nullptr);
    receiver.end_of(5);
    EXPECT_EQ(receiver.find(50), nullptr);
    EXPECT_FALSE(receiver.receive_for(right.get(), 6, 3));   // a packet that is not there
}

TEST_F(attachment, packets_that_make_no_sense_are_refused) {
    const std::vector<std::vector<std::uint64_t>> packets = {
        {1}, {1, 5}, {1, ~std::uint64_t{0}}, {1, 254}, {0, 0}, std::vector<std::uint64_t>(2000)};
    std::uint64_t sent = 0;
    for (const std::vector<std::uint64_t>& packet : packets) {
        impl::attachment_receiver fresh;
        const int given[] = {left.get()};
        ASSERT_GT(os::send_with_descriptors(left.get(), std::as_bytes(std::span(packet)), given,
                                            os::passing::wait), 0);
        EXPECT_FALSE(fresh.receive_for(right.get(), 7, ++sent));
    }
    impl::attachment_sender many(true);
    std::vector<wire_attachment> more;
    for (std::uint64_t i = 0; i <= os::passed_descriptors_max; ++i) more.push_back({i, 0});
    EXPECT_THROW(many.begin(1, more), wire_error);
    EXPECT_TRUE(many.done());
}

}  // namespace
}  // namespace troika
