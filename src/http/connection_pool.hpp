// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/intrusive_list.hpp>
#include <troika/core/clock.hpp>
#include <troika/core/future.hpp>
#include <troika/core/promise_base.hpp>
#include <troika/core/suspension.hpp>
#include <troika/core/task.hpp>
#include <troika/core/timer.hpp>
#include <troika/http/proxy.hpp>
#include <troika/http/url.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/net/stream.hpp>

#include "http/connector.hpp"
#include "http/route.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace troika::http {

class connection_pool;
class slot_wait;

struct of_origin;
struct of_age;

/// A connection of a pool; in its idle lists, or leased.
class connection final : public list_hook<of_origin>, public list_hook<of_age> {
public:
    explicit connection(net::stream carrier) noexcept : stream(std::move(carrier)) {}
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection();

    net::stream stream;
    bool used = false;   // it has carried a request before
    // while it is idle
    connection_pool* pool = nullptr;
    struct origin_slots* origin = nullptr;
    std::uint64_t idle_since = 0;   // in ticks of the pool
    bool wanted = false;            // its watcher was asked to hand it over
    future<std::unique_ptr<connection>> watcher;
};

/// What a pool knows about one origin, by one route; there as long as anybody uses it or waits.
struct origin_slots final : list_hook<> {
    std::string key;
    route to;
    std::size_t in_use = 0;
    intrusive_list<connection, of_origin> idle;   // the one used last is the first
    intrusive_list<slot_wait> waiters;
};

/// The right to have one connection to an origin, and the connection once there is one. Gives the
/// right back at its end; the connection is closed unless it was given back before.
class connection_lease {
public:
    connection_lease() noexcept = default;
    connection_lease(connection_pool& pool, origin_slots& origin) noexcept
        : pool_(&pool), origin_(&origin) {}
    connection_lease(connection_lease&& other) noexcept
        : pool_(other.pool_),
          origin_(std::exchange(other.origin_, nullptr)),
          held_(std::move(other.held_)) {}
    connection_lease& operator=(connection_lease&& other) noexcept {
        if (this != &other) {
            close();
            pool_ = other.pool_;
            origin_ = std::exchange(other.origin_, nullptr);
            held_ = std::move(other.held_);
        }
        return *this;
    }
    ~connection_lease() { close(); }

    /// Whether there is a connection.
    explicit operator bool() const noexcept { return held_ != nullptr; }
    [[nodiscard]] connection& operator*() const noexcept { return *held_; }
    [[nodiscard]] connection* operator->() const noexcept { return held_.get(); }

    /// Keeps the connection for the next one. Requires: its last exchange is complete.
    void give_back() noexcept;
    /// Closes the connection.
    void close() noexcept;

private:
    friend class connection_pool;
    connection_pool* pool_ = nullptr;
    origin_slots* origin_ = nullptr;   // null: nothing is held
    std::unique_ptr<connection> held_;
};

/// Waits for a slot. Cancel: at once, and the others move up.
class [[nodiscard]] slot_wait final : public suspension, public list_hook<> {
public:
    slot_wait(connection_pool& pool, origin_slots& origin) noexcept
        : pool_(&pool), origin_(&origin) {}
    slot_wait(slot_wait&& other) noexcept
        : suspension(std::move(other)), pool_(other.pool_), origin_(other.origin_) {}
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <std::derived_from<troika::impl::promise_base> P>
    void await_suspend(std::coroutine_handle<P> frame) noexcept {
        start(frame.promise().node(), frame);
    }
    /// Returns: a lease without a connection. Throws: `cancelled`.
    connection_lease await_resume() const;
    [[nodiscard]] std::string label() const override;

private:
    friend class connection_pool;
    void start(task_node& node, std::coroutine_handle<> frame) noexcept;
    abort_answer abort() noexcept override;
    connection_pool* pool_;
    origin_slots* origin_;
};

struct pool_limits {
    std::size_t per_origin_max = 64;
    std::size_t total_max = 1024;
    duration keep_alive_max = duration::zero();
};

/// How a connection is to be had.
struct acquire_options {
    bool fresh = false;   // not one that was used before
    duration connect_timeout = duration::max();
    time_point deadline = never;   // for all of it
};

/// The connections of a client, by origin, and the queue of those who want one.
///
/// Within an origin who came first is served first; origins that wait for the common limit take
/// turns. An idle connection is watched after a while, and closed when the peer does anything: it
/// has either closed, or sends what nobody asked for. Thread: the loop's.
class connection_pool {
public:
    /// How long an idle connection is not watched: the next request probably comes sooner.
    static constexpr duration tick_max = std::chrono::seconds(1);

    connection_pool(event_loop& loop, const pool_limits& limits,
                    const client_options& options) noexcept;
    connection_pool(const connection_pool&) = delete;
    connection_pool& operator=(const connection_pool&) = delete;
    /// Closes the idle connections. Requires: none is leased, nobody waits.
    ~connection_pool();

    /// Returns: a lease with an idle connection, or an empty one where that is not to be had at
    /// once.
    [[nodiscard]] connection_lease try_acquire(const url& where, const std::optional<proxy>& via);
    /// Waits for a slot, then takes an idle connection or opens one.
    ///
    /// Throws: client_timeout; as connector::connect().
    task<connection_lease> acquire(url where, std::optional<proxy> via, acquire_options options);

    [[nodiscard]] std::size_t in_use() const noexcept { return in_use_; }
    [[nodiscard]] std::size_t idle() const noexcept { return idle_count_; }
    void close_idle() noexcept;

private:
    friend class connection;
    friend class connection_lease;
    friend class slot_wait;

    class sweeper final : public timer {
    public:
        explicit sweeper(connection_pool& pool) noexcept : timer(never), pool_(pool) {}
        [[nodiscard]] std::string label() const override { return "idle connections"; }
        void set(time_point deadline) noexcept { deadline_ = deadline; }

    private:
        abort_answer abort() noexcept override { return abort_answer::woken; }
        void expire() noexcept override { pool_.sweep(); }
        connection_pool& pool_;
    };

    origin_slots& origin_of(const url& where, const std::optional<proxy>& via);
    bool try_slot(origin_slots& origin) noexcept;
    void grant(origin_slots& origin) noexcept;
    void release_slot(origin_slots& origin) noexcept;
    void drop_if_unused(origin_slots& origin) noexcept;
    void keep(origin_slots& origin, std::unique_ptr<connection> given) noexcept;
    void unlink(connection& idle) noexcept;
    void close(connection& idle) noexcept;
    task<std::unique_ptr<connection>> take_idle(origin_slots& origin);
    task<connection_lease> acquire_in(const url& where, const std::optional<proxy>& via,
                                      const acquire_options& options);
    void make_room(origin_slots& origin) noexcept;
    void sweep() noexcept;
    void arm_sweeper() noexcept;
    static task<std::unique_ptr<connection>> watch(std::unique_ptr<connection> kept);

    event_loop& loop_;
    const pool_limits limits_;
    const duration tick_;
    connector connector_;
    std::unordered_map<std::string, std::unique_ptr<origin_slots>> origins_;
    std::string key_;                             // scratch
    intrusive_list<origin_slots> hungry_;         // with waiters, and below their own limit
    intrusive_list<connection, of_age> by_age_;   // idle ones, the oldest first
    std::size_t in_use_ = 0;
    std::size_t idle_count_ = 0;
    std::size_t waiting_ = 0;
    std::uint64_t ticks_ = 0;
    sweeper sweeper_;
};

}  // namespace troika::http
