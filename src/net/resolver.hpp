// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>
#include <troika/core/future.hpp>
#include <troika/core/task.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/net/address.hpp>

#include "net/lookup_pool.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace troika::net {

/// A loop's resolver: one lookup for each name at a time, and a memory of the last answers.
class resolver final : public loop_service {
public:
    static constexpr std::size_t names_max = 1024;   // remembered, or being looked up
    static constexpr duration memory_max = std::chrono::seconds(30);

    explicit resolver(event_loop& loop) : resolver(loop, &lookup_pool::ask_system) {}
    /// For tests: who is asked instead of the system. Thread: any.
    resolver(event_loop& loop, lookup_pool::source asked);
    ~resolver() override;

    /// Returns: addresses with `port`. Throws: std::system_error.
    task<std::vector<address>> resolve(std::string host, std::uint16_t port);

private:
    struct entry {
        future<os::resolution> answer;   // in the making, or made
        time_point expires;
    };
    future<os::resolution> ask(const std::string& host);
    void make_room();

    event_loop& loop_;
    std::map<std::string, entry, std::less<>> entries_;
    std::shared_ptr<lookup_pool> pool_;
};

}  // namespace troika::net
