// SPDX-License-Identifier: MIT
#include "net/resolver.hpp"

#include <troika/io/detour.hpp>
#include <troika/net/resolve.hpp>

#include "os/socket.hpp"

#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

namespace troika::net {

resolver::resolver(event_loop& loop, lookup_pool::source asked)
    : loop_(loop), pool_(std::make_shared<lookup_pool>(asked)) {}

resolver::~resolver() { pool_->close(); }

// Answers that are still good, and lookups on their way, are shared; failures are not remembered.
future<os::resolution> resolver::ask(const std::string& host) {
    const time_point now = loop_.now();
    if (const auto found = entries_.find(host); found != entries_.end()) {
        const future<os::resolution>& answer = found->second.answer;
        if (!answer.done()) return answer;
        const bool good = answer.exception() == nullptr && !answer.get().error;
        if (good && now < found->second.expires) return answer;
        entries_.erase(found);
    }
    make_room();
    future<os::resolution> answer = pool_->submit(host);
    // From the question on, so that no answer is older than that.
    entries_.emplace(host, entry{answer, deadline_after(now, memory_max)});
    return answer;
}

void resolver::make_room() {
    if (entries_.size() < names_max) return;
    const time_point now = loop_.now();
    std::erase_if(entries_, [now](const auto& item) {
        return item.second.answer.done() && item.second.expires <= now;
    });
    if (entries_.size() < names_max) return;
    std::erase_if(entries_, [](const auto& item) { return item.second.answer.done(); });
}

task<std::vector<address>> resolver::resolve(std::string host, std::uint16_t port) {
    const future<os::resolution> asked = ask(host);
    const os::resolution& answer = co_await asked;
    if (answer.error) throw std::system_error(answer.error, "resolve " + host);
    std::vector<address> addresses;
    addresses.reserve(answer.addresses.size());
    for (socket_address raw : answer.addresses) {
        os::set_port(raw, port);
        addresses.emplace_back(raw);
    }
    co_return addresses;
}

namespace {

task<std::vector<address>> resolve_in_loop(std::string host, std::uint16_t port) {
    const endpoint of{host, port};
    if (const std::optional<address> numeric = address::parse(of)) {
        std::vector<address> only(1, *numeric);
        co_return only;
    }
    if (host.empty())
        throw std::system_error(std::make_error_code(std::errc::invalid_argument),
                                "resolve: the host is empty");
    co_await io::on_loop();
    co_return co_await event_loop::current().service<resolver>().resolve(std::move(host), port);
}

}  // namespace

[[clang::coro_wrapper]]
task<std::vector<address>> resolve(endpoint of) {
    return resolve_in_loop(std::string(of.host), of.port);
}

}  // namespace troika::net
