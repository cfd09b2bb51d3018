// SPDX-License-Identifier: MIT
#include "net/connect_race.hpp"

#include <troika/core/cancel_scope.hpp>
#include <troika/core/errors.hpp>
#include <troika/core/task_owner.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/sync/event.hpp>

#include "net/socket_operation.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <optional>
#include <system_error>
#include <utility>

namespace troika::net {

namespace {

task<socket> connect_socket(event_loop& loop, address to) {
    const std::optional<address_family> family = to.family();
    if (!family) os::throw_error(EAFNOSUPPORT, "connect", to.to_string());
    poller& door = loop.door();
    socket made(door, os::or_throw(door.open_socket(*family), "connect", to.to_string()));
    co_await connect_operation(loop, made, to);
    co_return made;
}

/// The attempts of one race, and how it stands.
class attempts final : public task_owner {
public:
    explicit attempts(event_loop& loop) : loop_(loop) {}

    void begin(const address& to) { start_forgotten(attempt(*this, to), {.name = "connect"}); }

    std::optional<socket> winner;
    std::size_t failed = 0;
    std::error_code last_error;
    std::string story;   // what became of the attempts that failed
    std::exception_ptr failure;   // nothing about the network: memory ran out, say
    event progress;

private:
    static task<void> attempt(attempts& race, address to) {
        try {
            socket connected = co_await connect_socket(race.loop_, to);
            if (!race.winner) race.winner.emplace(std::move(connected));
        } catch (const std::system_error& e) {
            race.note_failure(to, e.code());
        }
        race.progress.set();
    }
    void note_failure(const address& to, std::error_code error) {
        ++failed;
        last_error = error;
        if (!story.empty()) story += "; ";
        story += to.to_string() + ": " + error.message();
    }
    void child_failed(task_node& child, const std::exception_ptr& error) noexcept override {
        child.mark_retrieved();
        failure = error;
        progress.set();
    }
    event_loop& loop_;
};

// Returns when there is a winner, or nothing more to try.
task<void> run_race(event_loop& loop, attempts& race, const std::vector<address>& to) {
    for (std::size_t begun = 0; !race.winner && race.failed < to.size();) {
        if (race.failure != nullptr) std::rethrow_exception(race.failure);
        if (begun < to.size()) race.begin(to[begun++]);
        race.progress.clear();
        cancel_scope pause({.deadline = begun < to.size()
                                            ? deadline_after(loop.now(), attempt_delay)
                                            : never});
        try {
            co_await race.progress.wait();
        } catch (const cancelled&) {
            pause.leave();
            if (!pause.caught()) throw;
        }
    }
}

}  // namespace

std::vector<address> interleave(const std::vector<address>& addresses) {
    std::vector<address> queues[2];   // of the first address's family; of the others
    for (const address& a : addresses)
        queues[a.family() == addresses.front().family() ? 0 : 1].push_back(a);
    std::vector<address> mixed;
    mixed.reserve(addresses.size());
    for (std::size_t i = 0; mixed.size() < addresses.size(); ++i)
        for (const std::vector<address>& queue : queues)
            if (i < queue.size()) mixed.push_back(queue[i]);
    return mixed;
}

task<socket> connect_to_first(event_loop& loop, std::string name, std::vector<address> to) {
    if (to.size() == 1) co_return co_await connect_socket(loop, to.front());
    const std::vector<address> order = interleave(to);
    attempts race(loop);
    std::exception_ptr error;
    try {
        co_await run_race(loop, race, order);
    } catch (...) {
        error = std::current_exception();
    }
    race.cancel();
    co_await race.join();
    race.leave();
    if (error != nullptr) std::rethrow_exception(error);
    if (race.winner) co_return std::move(*race.winner);
    throw std::system_error(race.last_error, "connect " + name + " (" + race.story + ")");
}

}  // namespace troika::net
