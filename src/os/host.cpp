// SPDX-License-Identifier: MIT
#include "os/host.hpp"

#include "os/socket.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>
#include <fstream>
#include <memory>

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

namespace troika::os {

std::string host_name() {
    std::array<char, HOST_NAME_MAX + 1> name{};
    if (::gethostname(name.data(), name.size()) != 0) return "";
    name.back() = '\0';
    return name.data();
}

std::vector<socket_address> own_addresses() {
    ifaddrs* all = nullptr;
    if (::getifaddrs(&all) != 0) return {};
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> freed(all, &::freeifaddrs);
    std::vector<socket_address> found;
    std::vector<socket_address> loopback;
    for (const ifaddrs* each = all; each != nullptr; each = each->ifa_next) {
        if (each->ifa_addr == nullptr || (each->ifa_flags & IFF_UP) == 0) continue;
        socket_address address{};
        if (each->ifa_addr->sa_family == AF_INET) {
            address.size = sizeof(sockaddr_in);
        } else if (each->ifa_addr->sa_family == AF_INET6) {
            const auto* const six = reinterpret_cast<const sockaddr_in6*>(each->ifa_addr);
            if (IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr)) continue;
            address.size = sizeof(sockaddr_in6);
        } else {
            continue;
        }
        std::memcpy(address.bytes.data(), each->ifa_addr, address.size);
        set_port(address, 0);
        ((each->ifa_flags & IFF_LOOPBACK) != 0 ? loopback : found).push_back(address);
    }
    found.insert(found.end(), loopback.begin(), loopback.end());
    return found;
}

std::string program_file() {
    std::array<char, PATH_MAX> path{};
    const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
    return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : std::string();
}

std::vector<std::string> command_line() {
    std::ifstream file("/proc/self/cmdline", std::ios::binary);
    std::vector<std::string> words;
    for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
    return words;
}

}  // namespace troika::os
