// SPDX-License-Identifier: MIT
#include "poller_fixture.hpp"

#include "os/error.hpp"
#include "os/event_fd.hpp"
#include "os/file.hpp"
#include "os/socket.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <thread>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

// What the pollers over the kernel do with descriptors that are the kernel's.

namespace troika::testing_pollers {

class kernel_poller_test : public poller_fixture {
protected:
    /// A new file without a name, deleted when it is closed.
    static os::fd scratch() {
        std::string path = ::testing::TempDir() + "troika-XXXXXX";
        os::fd file(::mkostemp(path.data(), O_CLOEXEC));
        ::unlink(path.c_str());
        return file;
    }
    struct pipe_ends {
        os::fd out;   // to read from
        os::fd in;
    };
    static pipe_ends open_pipe(bool nonblocking = false) {
        int ends[2] = {-1, -1};
        EXPECT_EQ(os::open_pipe(ends, nonblocking), 0);
        return {os::fd(ends[0]), os::fd(ends[1])};
    }
    /// Closes a descriptor that this poller has seen.
    void close_through_door(os::fd& descriptor) { door->close(descriptor.release()); }
};

INSTANTIATE_TEST_SUITE_P(kernel, kernel_poller_test, ::testing::Values("uring", "epoll"), name_of);

// ---- files

TEST_P(kernel_poller_test, files_are_written_read_and_synced) {
    os::fd file = scratch();
    EXPECT_EQ(run(write_of(file.get(), "hello, world", 0)), 12);
    EXPECT_EQ(run(write_of(file.get(), "W", 7)), 1);
    EXPECT_EQ(run(plain(io_op::sync, file.get())), 0);
    std::array<char, 64> buffer{};
    EXPECT_EQ(run(read_of(file.get(), buffer, 0)), 12);
    EXPECT_EQ(std::string_view(buffer.data(), 12), "hello, World");
    EXPECT_EQ(run(read_of(file.get(), buffer, 7)), 5);
    EXPECT_EQ(std::string_view(buffer.data(), 5), "World");
    EXPECT_EQ(run(read_of(file.get(), buffer, 12)), 0);
    EXPECT_EQ(run(read_of(file.get(), buffer, 1'000'000)), 0);
    close_through_door(file);
}

TEST_P(kernel_poller_test, the_current_offset_moves) {
    os::fd file = scratch();
    EXPECT_EQ(run(write_of(file.get(), "one")), 3);
    EXPECT_EQ(run(write_of(file.get(), "two")), 3);
    ASSERT_EQ(::lseek(file.get(), 1, SEEK_SET), 1);
    std::array<char, 4> buffer{};
    EXPECT_EQ(run(read_of(file.get(), buffer)), 4);
    EXPECT_EQ(std::string_view(buffer.data(), 4), "netw");
    EXPECT_EQ(run(read_of(file.get(), buffer)), 1);
    close_through_door(file);
}

TEST_P(kernel_poller_test, errors_of_files_are_reported) {
    std::array<char, 4> buffer{};
    os::fd read_only(os::or_throw(os::open_file("/dev/null", {}), "open"));
    EXPECT_EQ(run(write_of(read_only.get(), "x", 0)), -EBADF);
    os::fd directory(os::or_throw(os::open_file("/", {.directory = true}), "open"));
    EXPECT_EQ(run(read_of(directory.get(), buffer, 0)), -EISDIR);
    EXPECT_EQ(run(recv_of(directory.get(), buffer)), -ENOTSOCK);
    EXPECT_EQ(run(plain(io_op::accept, directory.get())), -ENOTSOCK);
    os::fd full(os::or_throw(os::open_file("/dev/full", {.write = true}), "open"));
    EXPECT_EQ(run(write_of(full.get(), "x")), -ENOSPC);
    close_through_door(read_only);
    close_through_door(directory);
    close_through_door(full);
}

TEST_P(kernel_poller_test, many_file_operations_at_once) {
    os::fd file = scratch();
    constexpr std::size_t blocks = 500;
    constexpr std::size_t block = 512;
    std::vector<std::string> contents;
    std::vector<std::unique_ptr<probe>> writes;
    for (std::size_t i = 0; i < blocks; ++i) contents.emplace_back(block, static_cast<char>(i));
    for (std::size_t i = 0; i < blocks; ++i) {
        writes.push_back(std::make_unique<probe>(write_of(file.get(), contents[i], i * block)));
        door->submit(*writes.back());
    }
    ASSERT_TRUE(wait_until([&] { return door->in_flight() == 0; }));
    for (const auto& each : writes) EXPECT_EQ(each->result, static_cast<int>(block));
    std::vector<char> all(blocks * block);
    EXPECT_EQ(run(read_of(file.get(), all, 0)), static_cast<int>(all.size()));
    for (std::size_t i = 0; i < blocks; ++i)
        EXPECT_EQ(std::string_view(all.data() + i * block, block), contents[i]);
    close_through_door(file);
}

TEST_P(kernel_poller_test, a_regular_file_is_always_ready) {
    os::fd file = scratch();
    EXPECT_EQ(run(plain(io_op::wait_readable, file.get())), 0);
    EXPECT_EQ(run(plain(io_op::wait_writable, file.get())), 0);
    close_through_door(file);
}

// ---- pipes

TEST_P(kernel_poller_test, pipes_are_waited_for_blocking_or_not) {
    for (const bool nonblocking : {false, true}) {
        pipe_ends pipe = open_pipe(nonblocking);
        std::array<char, 16> buffer{};
        for (int i = 0; i < 3; ++i) {
            probe reader(read_of(pipe.out.get(), buffer));
            door->submit(reader);
            settle();
            EXPECT_FALSE(reader.done());
            EXPECT_EQ(run(write_of(pipe.in.get(), "bytes")), 5);
            ASSERT_TRUE(wait_for(reader));
            EXPECT_EQ(reader.result, 5);
        }
        probe reader(read_of(pipe.out.get(), buffer));
        door->submit(reader);
        settle();
        close_through_door(pipe.in);
        ASSERT_TRUE(wait_for(reader));
        EXPECT_EQ(reader.result, 0);
        close_through_door(pipe.out);
    }
}

TEST_P(kernel_poller_test, a_full_pipe_is_waited_for) {
    for (const bool nonblocking : {false, true}) {
        pipe_ends pipe = open_pipe(nonblocking);
        const std::string block(1 << 20, 'x');   // more than a pipe holds
        std::size_t written = 0;
        probe writer(write_of(pipe.in.get(), block));
        writer.then = [&](std::int32_t n) {
            ASSERT_GT(n, 0);
            written += static_cast<std::size_t>(n);
            if (written == block.size()) return;
            writer.request = write_of(pipe.in.get(), std::string_view(block).substr(written));
            door->submit(writer);
        };
        door->submit(writer);
        settle();
        EXPECT_EQ(door->in_flight(), 1u);
        std::size_t received = 0;
        std::vector<char> buffer(1 << 16);
        while (received < block.size()) {
            const std::int32_t n = run(read_of(pipe.out.get(), buffer));
            ASSERT_GT(n, 0);
            received += static_cast<std::size_t>(n);
        }
        EXPECT_TRUE(wait_until([&] { return door->in_flight() == 0; }));
        EXPECT_EQ(written, block.size());
        close_through_door(pipe.in);
        close_through_door(pipe.out);
    }
}

TEST_P(kernel_poller_test, a_read_of_an_empty_pipe_can_be_cancelled) {
    for (const bool nonblocking : {false, true}) {
        pipe_ends pipe = open_pipe(nonblocking);
        std::array<char, 16> buffer{};
        probe reader(read_of(pipe.out.get(), buffer));
        door->submit(reader);
        settle();
        door->cancel(reader);
        ASSERT_TRUE(wait_for(reader));
        EXPECT_EQ(reader.result, -ECANCELED);
        EXPECT_EQ(run(write_of(pipe.in.get(), "x")), 1);
        EXPECT_EQ(run(read_of(pipe.out.get(), buffer)), 1);
        close_through_door(pipe.in);
        close_through_door(pipe.out);
    }
}

TEST_P(kernel_poller_test, a_pipe_without_readers_is_an_error_and_no_signal) {
    // SIGPIPE has its default disposition here: a signal would end the test.
    struct sigaction now;
    ASSERT_EQ(::sigaction(SIGPIPE, nullptr, &now), 0);
    ASSERT_EQ(now.sa_handler, SIG_DFL);
    for (const bool nonblocking : {false, true}) {
        pipe_ends pipe = open_pipe(nonblocking);
        pipe.out.reset();
        EXPECT_EQ(run(write_of(pipe.in.get(), "x")), -EPIPE);
        close_through_door(pipe.in);
    }
    sigset_t pending;
    ::sigpending(&pending);
    EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
}

// ---- descriptors that others use and close

TEST_P(kernel_poller_test, an_event_counter_is_readable_while_it_is_above_zero) {
    const os::event_fd event;
    for (int i = 0; i < 3; ++i) {
        probe readable(plain(io_op::wait_readable, event.descriptor()));
        door->submit(readable);
        settle();
        EXPECT_FALSE(readable.done());
        event.signal();
        ASSERT_TRUE(wait_for(readable));
        EXPECT_EQ(readable.result, 0);
        EXPECT_EQ(run(plain(io_op::wait_readable, event.descriptor())), 0);
        EXPECT_TRUE(event.drain());
    }
    EXPECT_EQ(run(plain(io_op::wait_writable, event.descriptor())), 0);
}

TEST_P(kernel_poller_test, what_is_only_waited_for_may_be_closed_behind_the_pollers_back) {
    int number = -1;
    for (int round = 0; round < 5; ++round) {
        const os::event_fd event;
        if (round > 0) {
            EXPECT_EQ(event.descriptor(), number);
        }
        number = event.descriptor();
        probe readable(plain(io_op::wait_readable, number));
        door->submit(readable);
        settle();
        EXPECT_FALSE(readable.done());
        event.signal();
        ASSERT_TRUE(wait_for(readable));
    }
}

TEST_P(kernel_poller_test, a_socket_may_be_waited_for_and_received_from) {
    const auto [a, b] = connection();
    std::array<char, 16> buffer{};
    probe reader(recv_of(b, buffer));
    door->submit(reader);
    settle();
    EXPECT_EQ(run(plain(io_op::wait_writable, b)), 0);
    EXPECT_EQ(run(send_of(a, "x")), 1);
    ASSERT_TRUE(wait_for(reader));
    probe readable(plain(io_op::wait_readable, b));
    door->submit(readable);
    settle();
    EXPECT_FALSE(readable.done());
    EXPECT_EQ(run(send_of(a, "x")), 1);
    ASSERT_TRUE(wait_for(readable));
    EXPECT_EQ(run(recv_of(b, buffer)), 1);
}

TEST_P(kernel_poller_test, non_blocking_sockets_of_others_are_waited_for_as_well) {
    int ends[2] = {-1, -1};
    ASSERT_EQ(os::open_stream_pair(ends, true), 0);
    std::array<char, 16> buffer{};
    for (int i = 0; i < 3; ++i) {
        probe reader(recv_of(ends[0], buffer));
        door->submit(reader);
        settle();
        EXPECT_FALSE(reader.done());
        EXPECT_EQ(run(send_of(ends[1], "x")), 1);
        ASSERT_TRUE(wait_for(reader));
        EXPECT_EQ(reader.result, 1);
    }
    probe reader(recv_of(ends[0], buffer));
    door->submit(reader);
    settle();
    door->cancel(reader);
    ASSERT_TRUE(wait_for(reader));
    EXPECT_EQ(reader.result, -ECANCELED);
    for (const int end : ends) door->close(end);
}

TEST_P(kernel_poller_test, blocking_sockets_of_others_never_block_the_thread) {
    int ends[2] = {-1, -1};
    ASSERT_EQ(os::open_stream_pair(ends, false), 0);
    std::array<char, 16> buffer{};
    probe reader(recv_of(ends[0], buffer));
    door->submit(reader);
    settle();
    EXPECT_FALSE(reader.done());
    EXPECT_EQ(run(send_of(ends[1], "x")), 1);
    ASSERT_TRUE(wait_for(reader));
    EXPECT_EQ(reader.result, 1);
    for (const int end : ends) door->close(end);
}

TEST_P(kernel_poller_test, urgent_bytes_do_not_hide_what_follows_them) {
    const auto [a, b] = connection();
    ASSERT_EQ(::send(a, "abc", 3, MSG_OOB), 3);   // c is urgent, and out of the stream
    ASSERT_EQ(::send(a, "def", 3, 0), 3);
    EXPECT_EQ(door->shutdown(a, shutdown_how::write), 0);
    EXPECT_EQ(receive_all(b), "abdef");
}

TEST_P(kernel_poller_test, a_reset_comes_as_an_error) {
    const auto [a, b] = connection();
    std::array<char, 16> buffer{};
    probe reader(recv_of(b, buffer));
    door->submit(reader);
    settle();
    ASSERT_EQ(os::set_reset_on_close(a), 0);
    close_now(a);
    ASSERT_TRUE(wait_for(reader));
    EXPECT_EQ(reader.result, -ECONNRESET);
}

TEST_P(kernel_poller_test, a_connect_that_hangs_can_be_cancelled) {
    // The queue of a listener with backlog 0 takes one; who comes later is not answered.
    const listener l = listen_somewhere({.backlog = 0});
    std::vector<std::unique_ptr<probe>> attempts;
    for (int i = 0; i < 4; ++i) {
        const int client = keep(door->open_socket(address_family::inet4));
        attempts.push_back(std::make_unique<probe>(connect_of(client, l.address)));
        door->submit(*attempts.back());
    }
    settle();
    EXPECT_GT(door->in_flight(), 0u);
    for (const auto& each : attempts)
        if (!each->done()) door->cancel(*each);
    ASSERT_TRUE(wait_until([&] { return door->in_flight() == 0; }));
    EXPECT_EQ(attempts.front()->result, 0);
    EXPECT_EQ(attempts.back()->result, -ECANCELED);
}

// ---- limits

TEST_P(kernel_poller_test, an_accept_without_descriptors_fails_and_loses_nothing) {
    const listener l = listen_somewhere();
    const int client = keep(door->open_socket(address_family::inet4));
    probe accepted(plain(io_op::accept, l.socket));
    EXPECT_EQ(run(connect_of(client, l.address)), 0);

    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const int next = os::duplicate(0);
    ASSERT_GE(next, 0);
    os::close_descriptor(next);
    const rlimit none{.rlim_cur = static_cast<rlim_t>(next), .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    const std::int32_t refused = run(accepted);
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);

    EXPECT_EQ(refused, -EMFILE);
    EXPECT_GE(keep(run(accepted)), 0);   // the connection was kept
}

TEST_P(kernel_poller_test, more_operations_than_the_ring_has_room_for) {
    const auto [a, b] = pair();
    std::vector<std::unique_ptr<probe>> many;
    for (int i = 0; i < 20'000; ++i) {
        many.push_back(std::make_unique<probe>(plain(io_op::wait_writable, i % 2 == 0 ? a : b)));
        door->submit(*many.back());
    }
    ASSERT_TRUE(wait_until([&] { return door->in_flight() == 0; }));
    for (const auto& each : many) {
        EXPECT_EQ(each->result, 0);
        EXPECT_EQ(each->completions, 1);
    }
}

// ---- helpers

struct gate {
    std::atomic<bool> entered{false};
    std::atomic<bool> open{false};
    static std::int32_t pass(void* self) noexcept {
        auto& g = *static_cast<gate*>(self);
        g.entered = true;
        g.open.wait(false);
        return 1;
    }
    void let_go() {
        open = true;
        open.notify_all();
    }
};

TEST_P(kernel_poller_test, a_call_that_waits_is_cancelled_and_one_that_runs_is_not) {
    std::array<gate, 4> gates;   // all helpers
    std::vector<std::unique_ptr<probe>> running;
    for (gate& g : gates) {
        running.push_back(std::make_unique<probe>(call_of(gate::pass, &g)));
        door->submit(*running.back());
    }
    door->wait({});   // hands them over
    for (gate& g : gates)
        while (!g.entered) std::this_thread::yield();

    int calls = 0;
    probe waiting(call_of([](void* c) noexcept { return ++*static_cast<int*>(c); }, &calls));
    door->submit(waiting);
    door->cancel(waiting);
    door->cancel(*running[0]);
    ASSERT_TRUE(wait_for(waiting));
    EXPECT_EQ(waiting.result, -ECANCELED);
    settle();
    EXPECT_FALSE(running[0]->done());
    for (gate& g : gates) g.let_go();
    ASSERT_TRUE(wait_until([&] { return door->in_flight() == 0; }));
    for (const auto& each : running) EXPECT_EQ(each->result, 1);
    EXPECT_EQ(calls, 0);
}

TEST_P(kernel_poller_test, a_helper_takes_no_signals) {
    sigset_t mask;
    sigemptyset(&mask);
    EXPECT_EQ(run(call_of(
                  [](void* into) noexcept {
                      return ::pthread_sigmask(SIG_BLOCK, nullptr, static_cast<sigset_t*>(into));
                  },
                  &mask)),
              0);
    for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGCHLD, SIGUSR1})
        EXPECT_EQ(sigismember(&mask, signal), 1) << signal;
}

TEST_P(kernel_poller_test, a_call_ends_a_sleep_without_limit) {
    for (int i = 0; i < 1000; ++i) {
        probe call(call_of([](void*) noexcept -> std::int32_t { return 3; }, nullptr));
        door->submit(call);
        while (!call.done()) door->wait(time_point::max());
        EXPECT_EQ(call.result, 3);
    }
}

TEST_P(kernel_poller_test, wake_works_in_a_signal_handler_and_keeps_errno) {
    static poller* woken = nullptr;
    woken = door.get();
    struct sigaction before;
    struct sigaction wake {};
    wake.sa_handler = [](int) { woken->wake(); };
    ASSERT_EQ(::sigaction(SIGUSR1, &wake, &before), 0);
    errno = 77;
    ::raise(SIGUSR1);
    EXPECT_EQ(errno, 77);
    EXPECT_EQ(door->wait(time_point::max()), 0u);   // would hang without the wake
    EXPECT_EQ(::sigaction(SIGUSR1, &before, nullptr), 0);
}

}  // namespace troika::testing_pollers
