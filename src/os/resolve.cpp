// SPDX-License-Identifier: MIT
#include "os/resolve.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include <netdb.h>
#include <sys/socket.h>

namespace troika::os {

namespace {

class resolver_errors final : public std::error_category {
public:
    const char* name() const noexcept override { return "resolver"; }
    std::string message(int error) const override {
        switch (error) {
            case EAI_NONAME: return "no such host: check the spelling";
            case EAI_AGAIN: return "the name servers do not answer: check the network";
            default: return ::gai_strerror(error);   // constant strings, no buffer
        }
    }
    /// So that who must decide about another attempt need not know the resolver's numbers.
    std::error_condition default_error_condition(int error) const noexcept override {
        if (error == EAI_AGAIN)
            return std::make_error_condition(std::errc::resource_unavailable_try_again);
        return {error, *this};
    }
};

}  // namespace

const std::error_category& resolver_category() noexcept {
    static const resolver_errors category;
    return category;
}

resolution resolve(const std::string& host, std::uint16_t port) {
    resolution answer;
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    char service[8] = {};
    std::to_chars(service, service + sizeof service - 1, port);

    if (host.find('\0') != host.npos) {
        answer.error = {EAI_NONAME, resolver_category()};
        return answer;
    }
    addrinfo* list = nullptr;
    const int error = ::getaddrinfo(host.c_str(), service, &hints, &list);
    if (error != 0) {
        answer.error = error == EAI_SYSTEM ? std::error_code(errno, std::generic_category())
                                           : std::error_code(error, resolver_category());
        return answer;
    }
    const std::unique_ptr<addrinfo, decltype([](addrinfo* l) { ::freeaddrinfo(l); })> owner(list);
    for (const addrinfo* at = list; at && answer.addresses.size() < addresses_max;
         at = at->ai_next) {
        if (at->ai_addrlen > socket_address::size_max) continue;
        socket_address& address = answer.addresses.emplace_back();
        std::memcpy(address.bytes.data(), at->ai_addr, at->ai_addrlen);
        address.size = at->ai_addrlen;
    }
    if (answer.addresses.empty()) answer.error = {EAI_NONAME, resolver_category()};
    return answer;
}

}  // namespace troika::os
