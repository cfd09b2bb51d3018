// SPDX-License-Identifier: MIT
#include "watch/wait_label.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>
#include <utility>

namespace troika::watch {

namespace {

using std::string_view;

constexpr std::pair<string_view, string_view> labels[] = {
    {"troika::sleep_operation", "sleep"},
    {"troika::task_owner::join_operation", "its tasks"},
    {"troika::impl::completion_queue::next_operation", "the next to complete"},
    {"troika::impl::fork_join_wait", "a fork"},
};

/// Words that say what the type itself is, not what is waited for.
constexpr string_view endings[] = {"_operation", "_place", "_wait", "_awaiter", "_suspension"};


/// "0100007F:1F90" of /proc/net/tcp, in the byte order of the machine; or of tcp6, where only the
/// end of the address counts if it is an IPv4 one.
std::string address_of(const std::string& text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos || colon % 8 != 0) return text;
    unsigned port = 0;
    std::from_chars(text.data() + colon + 1, text.data() + text.size(), port, 16);
    const auto word = [&](std::size_t i) {
        std::uint32_t value = 0;
        std::from_chars(text.data() + 8 * i, text.data() + 8 * i + 8, value, 16);
        return value;
    };
    const auto dotted = [](std::uint32_t value) {
        return std::to_string(value & 255) + "." + std::to_string(value >> 8 & 255) + "." +
               std::to_string(value >> 16 & 255) + "." + std::to_string(value >> 24);
    };
    if (colon == 8) return dotted(word(0)) + ":" + std::to_string(port);
    if (colon != 32) return text;
    if (word(0) == 0 && word(1) == 0 && word(2) == 0xffff0000)
        return dotted(word(3)) + ":" + std::to_string(port);
    std::string plain;
    for (std::size_t i = 0; i < 4; ++i) {
        const std::uint32_t value = word(i);
        char digits[12];
        for (const std::uint32_t half : {(value & 255) << 8 | (value >> 8 & 255),
                                         (value >> 16 & 255) << 8 | value >> 24}) {
            const auto end = std::to_chars(digits, digits + sizeof digits, half, 16).ptr;
            plain += (plain.empty() ? "" : ":") + std::string(digits, end);
        }
    }
    return "[" + plain + "]:" + std::to_string(port);
}

}  // namespace

std::string wait_label(string_view type) {
    for (const auto& [name, label] : labels)
        if (type == name) return std::string(label);
    // "troika::semaphore::acquire_operation" is "semaphore acquire".
    if (const auto arguments = type.find('<'); arguments != string_view::npos)
        type = type.substr(0, arguments);
    std::string text;
    while (!type.empty()) {
        const std::size_t end = std::min(type.find("::"), type.size());
        string_view part = type.substr(0, end);
        type.remove_prefix(std::min(end + 2, type.size()));
        if (part == "troika" || part == "impl" || part.starts_with("(anonymous")) continue;
        for (const string_view ending : {string_view("_core")})
            if (part.ends_with(ending)) part.remove_suffix(ending.size());
        for (const string_view ending : endings)
            if (part.ends_with(ending)) part.remove_suffix(ending.size());
        if (!text.empty()) text += ' ';
        text += part;
    }
    std::ranges::replace(text, '_', ' ');
    return text.empty() ? "waits" : text;
}

std::string socket_label(int pid, const std::string& link) {
    constexpr string_view begin = "socket:[";
    if (!link.starts_with(begin)) return link;
    const std::string inode = link.substr(begin.size(), link.size() - begin.size() - 1);
    if (inode == "0") return "a socket";   // it has none
    // Columns of proc(5): sl local remote state queues timer retransmit uid timeout inode
    for (const char* const table : {"tcp", "tcp6", "udp", "udp6"}) {
        std::ifstream file("/proc/" + std::to_string(pid) + "/net/" + table);
        std::string line;
        for (std::getline(file, line); std::getline(file, line);) {
            std::istringstream words(line);
            std::array<std::string, 10> column;
            for (std::string& each : column) words >> each;
            if (column[9] != inode) continue;
            constexpr string_view listening = "0A";
            const bool connected = column[3] != listening && !column[2].ends_with(":0000");
            return address_of(column[connected ? 2 : 1]);
        }
    }
    return "a socket";
}

}  // namespace troika::watch
