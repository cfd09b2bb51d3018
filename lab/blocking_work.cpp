// SPDX-License-Identifier: MIT
#include "lab/blocking_work.hpp"

#include "lab/answering_server.hpp"
#include "lab/computing.hpp"
#include "os/clock.hpp"
#include "os/environment.hpp"
#include "os/error.hpp"
#include "os/fd.hpp"
#include "os/file.hpp"
#include "os/socket.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <span>
#include <system_error>
#include <thread>
#include <vector>

namespace troika::lab {

namespace {

// Sends the request and waits for the answer and the end. Returns: when the answer was sent.
time_point ask(std::uint16_t port, duration delay) {
    const std::optional<socket_address> where = os::parse_address("127.0.0.1", port);
    const os::fd socket(
        os::or_throw(os::open_stream_socket(address_family::inet4, false), "open a socket"));
    os::or_throw(os::connect_stream(socket.get(), *where), "connect to our server");
    const request_bytes request = request_after(delay);
    std::span<const std::byte> left(request);
    while (!left.empty()) {
        const int sent =
            os::send(socket.get(), left.data(), static_cast<std::uint32_t>(left.size()));
        if (sent == -EAGAIN)
            os::or_throw(os::wait_until_ready(socket.get(), true), "ask our server");
        else
            left = left.subspan(
                static_cast<std::size_t>(os::or_throw(sent, "ask our server")));
    }
    std::string answer;
    for (;;) {
        char bytes[64];
        const int got = os::receive(socket.get(), bytes, sizeof(bytes));
        if (got == -EAGAIN) {
            os::or_throw(os::wait_until_ready(socket.get(), false), "hear our server");
            continue;
        }
        if (os::or_throw(got, "hear our server") == 0) break;
        answer.append(bytes, static_cast<std::size_t>(got));
    }
    const time_point sent = time_of_answer(answer);
    if (sent == never) os::throw_error(ECONNRESET, "hear our server");
    return sent;
}

}  // namespace

std::string file_for_step(const work_place& place, std::uint64_t number) {
    return fmt::format("{}/troika-compare-{}-{}", place.folder, os::process_id(), number);
}

void blocking_worker::run(const work_task& task, std::uint32_t name, std::uint64_t number) {
    if (lock_.lock != nullptr) take(name);
    struct giver {   // whatever happens
        blocking_worker& of;
        bool has = true;
        ~giver() {
            if (has && of.lock_.lock != nullptr) of.let_go();
        }
    } holder{*this};
    // Blocking calls are made without the lock.
    const auto without_lock = [&](auto call) {
        if (lock_.lock != nullptr) let_go();
        holder.has = false;
        call();
        if (lock_.lock != nullptr) take(name);
        holder.has = true;
    };
    for (const work_step& step : task.steps) switch (step.kind) {
            case step_kind::wait: without_lock([&] { wait(step.time, name); }); break;
            case step_kind::request: without_lock([&] { request(step.time, name); }); break;
            case step_kind::compute: compute(step.time, name); break;
            case step_kind::file: without_lock([&] { file(step, name, number); }); break;
        }
}

void blocking_worker::take(std::uint32_t name) {
    const time_point asked = os::steady_time();
    const gil::taking seen = lock_.lock->take(lock_.thread);
    taken_ = os::steady_time();
    if (!seen.waited) return;
    lane_.add(span_state::locked, name, asked, taken_);
    if (seen.before != 0 && seen.before != lock_.thread)
        lock_.record->arrow(arrow_kind::handover, *(*lock_.lanes)[seen.before - 1], seen.let_go,
                            lane_, taken_);
}

void blocking_worker::let_go() {
    // Before the next one adds the span after it.
    lock_.strip->add(span_state::holds, lock_.name, taken_, os::steady_time(), lock_.thread);
    lock_.lock->let_go(lock_.thread);
}

void blocking_worker::wait(duration time, std::uint32_t name) {
    const time_point began = os::steady_time();
    std::this_thread::sleep_for(time);
    const time_point ended = os::steady_time();
    lane_.add(span_state::blocked, name, began, std::min(began + time, ended));
    lane_.add_ready(name, began + time, ended);
}

void blocking_worker::request(duration delay, std::uint32_t name) {
    const time_point began = os::steady_time();
    const time_point answered = ask(place_.port, delay);
    const time_point ended = os::steady_time();
    lane_.add(span_state::blocked, name, began, std::min(answered, ended));
    lane_.add_ready(name, answered, ended);
}

void blocking_worker::file(const work_step& step, std::uint32_t name, std::uint64_t number) {
    const time_point began = os::steady_time();
    const std::string path = file_for_step(place_, number);
    const os::fd file(os::or_throw(
        os::open_file(path.c_str(),
                      {.write = true, .create = true, .exclusive = true, .mode = 0600}),
        "create", path));
    os::or_throw(os::remove_file(path.c_str()), "remove", path);   // a crash leaves nothing
    std::vector<char> block(std::min<std::uint64_t>(file_block, step.bytes), 'x');
    const auto over_all = [&](auto transfer, const char* what) {
        for (std::uint64_t at = 0; at < step.bytes;) {
            const auto size = static_cast<std::uint32_t>(
                std::min<std::uint64_t>(block.size(), step.bytes - at));
            const int done = os::or_throw(transfer(size, at), what, path);
            if (done == 0) os::throw_error(EIO, what, path);
            at += static_cast<std::uint64_t>(done);
        }
    };
    over_all([&](std::uint32_t size, std::uint64_t at) {
        return os::write_at(file.get(), block.data(), size, at);
    }, "write");
    if (step.sync) os::or_throw(os::sync(file.get()), "sync", path);
    over_all([&](std::uint32_t size, std::uint64_t at) {
        return os::read_at(file.get(), block.data(), size, at);
    }, "read");
    lane_.add(span_state::blocked, name, began, os::steady_time());
}

void blocking_worker::compute(duration time, std::uint32_t name) {
    const auto rounds = static_cast<std::uint64_t>(
        static_cast<double>(place_.rounds_per_ms) * static_cast<double>(time.count()) / 1e6);
    const std::uint64_t at_once = std::max<std::uint64_t>(
        1, place_.rounds_per_ms * static_cast<std::uint64_t>(check_interval.count()) / 1'000'000);
    time_point began = os::steady_time();
    time_point last = began;
    for (std::uint64_t done = 0; done < rounds;) {
        const std::uint64_t now_done = std::min(at_once, rounds - done);
        result_.store(compute_rounds(now_done, done), std::memory_order_relaxed);
        done += now_done;
        const time_point now = os::steady_time();
        if (now - last >= check_interval + stolen_min) {
            lane_.add(span_state::runs, name, began, last + check_interval);
            lane_.add(span_state::ready, name, last + check_interval, now);
            began = now;
        }
        last = now;
        if (lock_.lock != nullptr && lock_.lock->must_let_go()) {
            lane_.add(span_state::runs, name, began, now);
            let_go();
            take(name);
            began = last = os::steady_time();
        }
    }
    lane_.add(span_state::runs, name, began, last);
}

}  // namespace troika::lab
