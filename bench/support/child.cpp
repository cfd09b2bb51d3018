// SPDX-License-Identifier: MIT
#include "support/child.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <netinet/in.h>
#include <poll.h>
#include <spawn.h>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace bench {
namespace {

constexpr std::size_t output_max = 1 << 20;
constexpr std::size_t error_shown_max = 400;
constexpr auto ready_max = std::chrono::seconds(10);

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

struct pipe_ends {
    pipe_ends() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe");
        read = ends[0];
        write = ends[1];
    }
    pipe_ends(const pipe_ends&) = delete;
    pipe_ends& operator=(const pipe_ends&) = delete;
    ~pipe_ends() {
        close_write();
        ::close(read);
    }
    void close_write() {
        if (write >= 0) ::close(write);
        write = -1;
    }
    int read = -1;
    int write = -1;
};

std::vector<std::string> launch_line(const command& what, bool exec_only) {
    std::vector<std::string> line{find_program("bench_launch")};
    if (what.core >= 0) line.insert(line.end(), {"--core", std::to_string(what.core)});
    if (!what.huge_pages) line.emplace_back("--no-huge-pages");
    if (what.realtime) line.emplace_back("--realtime");
    if (exec_only)
        line.emplace_back("--exec");
    else
        line.insert(line.end(), {"--seconds", std::to_string(what.seconds_max)});
    line.push_back(find_program(what.arguments.at(0)));
    line.insert(line.end(), what.arguments.begin() + 1, what.arguments.end());
    return line;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> result;
    for (std::string& word : words) result.push_back(word.data());
    result.push_back(nullptr);
    return result;
}

std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& more) {
    std::vector<std::string> result;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        bool replaced = false;
        for (const auto& [name, value] : more) replaced |= text.starts_with(name + "=");
        if (!replaced) result.emplace_back(text);
    }
    for (const auto& [name, value] : more) result.push_back(name + "=" + value);
    return result;
}

pid_t spawn(const command& what, bool exec_only, int output, int error, int result) {
    std::vector<std::string> line = launch_line(what, exec_only);
    std::vector<std::string> environment = environment_with(what.environment);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, output, 1);
    if (error >= 0) ::posix_spawn_file_actions_adddup2(&actions, error, 2);
    if (result >= 0) ::posix_spawn_file_actions_adddup2(&actions, result, 3);
    pid_t pid = -1;
    const int code = ::posix_spawn(&pid, line[0].c_str(), &actions, nullptr, pointers(line).data(),
                                   pointers(environment).data());
    ::posix_spawn_file_actions_destroy(&actions);
    if (code != 0) {
        errno = code;
        fail("start " + line[0]);
    }
    return pid;
}

/// Appends what is there to `text`. Returns: whether there may be more.
bool read_into(int descriptor, std::string& text) {
    std::array<char, 4096> buffer;
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count <= 0) return count < 0 && errno == EINTR;
    if (text.size() < output_max) text.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
}

void read_all(const std::array<int, 3>& from, const std::array<std::string*, 3>& into) {
    std::array<pollfd, 3> waits{};
    for (std::size_t i = 0; i < 3; ++i) waits.at(i) = {from.at(i), POLLIN, 0};
    for (int open = 3; open > 0;) {
        if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) fail("poll");
        for (std::size_t i = 0; i < 3; ++i) {
            if (waits.at(i).fd < 0 || waits.at(i).revents == 0) continue;
            if (read_into(waits.at(i).fd, *into.at(i))) continue;
            waits.at(i).fd = -1;
            --open;
        }
    }
}

void reap(pid_t pid) {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
}

}  // namespace

sample parse(std::string_view text) {
    sample result;
    while (!text.empty()) {
        const std::size_t end = text.find_first_of(" \t\n");
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        const std::size_t equals = word.find('=');
        if (equals == std::string_view::npos || equals == 0) continue;
        const std::string_view number = word.substr(equals + 1);
        double value = 0;
        const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
        if (read.ec == std::errc{} && read.ptr == number.data() + number.size())
            result.insert_or_assign(std::string(word.substr(0, equals)), value);
    }
    return result;
}

sample run(const command& what) {
    pipe_ends output, error, result;
    const pid_t pid = spawn(what, false, output.write, error.write, result.write);
    output.close_write();
    error.close_write();
    result.close_write();
    std::string said, complained, accounted;
    read_all({output.read, error.read, result.read}, {&said, &complained, &accounted});
    reap(pid);

    sample figures = parse(said);
    const sample used = parse(accounted);
    const auto code = used.find("exit");
    if (code == used.end() || code->second != 0) {
        std::string message = what.arguments.at(0);
        if (code == used.end())
            message += " could not be started";
        else if (used.at("late") != 0)
            message += " took longer than " + std::to_string(what.seconds_max) + " s";
        else
            message += " ended with " + std::to_string(static_cast<int>(code->second));
        if (complained.size() > error_shown_max)
            complained.erase(0, complained.size() - error_shown_max);
        throw std::runtime_error(message + ": " + complained);
    }
    for (const auto& [key, value] : used) figures.insert_or_assign(key, value);
    figures["cpu_s"] = used.at("user_s") + used.at("sys_s");
    return figures;
}

background::background(const command& what) {
    pipe_ends output;
    pid_ = spawn(what, true, output.write, -1, -1);
    output_ = ::fcntl(output.read, F_DUPFD_CLOEXEC, 0);
}

background::~background() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        reap(pid_);
    }
    if (output_ >= 0) ::close(output_);
}

long background::wait_for(std::string_view key) {
    const auto deadline = std::chrono::steady_clock::now() + ready_max;
    for (;;) {
        const std::size_t end = seen_.rfind('\n');
        if (end != std::string::npos) {
            const sample said = parse(std::string_view(seen_).substr(0, end));
            const auto found = said.find(key);
            if (found != said.end()) return static_cast<long>(found->second);
        }
        pollfd wait{output_, POLLIN, 0};
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0 || ::poll(&wait, 1, static_cast<int>(left.count())) == 0)
            throw std::runtime_error("a server did not say its " + std::string(key) + " in time");
        if (wait.revents != 0 && !read_into(output_, seen_))
            throw std::runtime_error("a server ended before it said its " + std::string(key));
    }
}

void background::wait_until_listening(int port) {
    const auto deadline = std::chrono::steady_clock::now() + ready_max;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (;;) {
        const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (probe < 0) fail("socket");
        const bool connected =
            ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        ::close(probe);
        if (connected) return;
        if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
            pid_ = -1;
            throw std::runtime_error("a server ended before it took connections");
        }
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("a server does not take connections");
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

scratch_folder::scratch_folder(const std::string& parent) : path_(parent + "/troika-bench-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) fail("make a folder in " + parent);
    const pipe_ends sign;
    std::vector<std::string> line{find_program("bench_launch"), "--remove", path_};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, sign.read, 0);
    ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    const int code = ::posix_spawn(&remover_, line[0].c_str(), &actions, nullptr,
                                   pointers(line).data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    held_ = ::fcntl(sign.write, F_DUPFD_CLOEXEC, 0);
    if (code == 0 && held_ >= 0) return;
    std::filesystem::remove_all(path_);
    throw std::runtime_error("cannot watch over the folder " + path_);
}

scratch_folder::~scratch_folder() {
    ::close(held_);
    reap(remover_);
}

std::string own_folder() {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
}

std::string find_program(std::string_view name) {
    const auto usable = [](const std::string& path) { return ::access(path.c_str(), X_OK) == 0; };
    if (name.find('/') != std::string_view::npos) {
        if (usable(std::string(name))) return std::string(name);
        throw left_out("there is no program " + std::string(name));
    }
    std::vector<std::string> folders{own_folder()};
    if (const char* peers = std::getenv("TROIKA_PEERS")) folders.emplace_back(peers);
    const char* search = std::getenv("PATH");
    std::string_view path = search != nullptr ? search : "/usr/bin:/bin";
    while (!path.empty()) {
        const std::size_t end = path.find(':');
        folders.emplace_back(path.substr(0, end));
        path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
    }
    folders.emplace_back("/usr/sbin");
    for (const std::string& folder : folders) {
        std::string candidate = folder + "/" + std::string(name);
        if (usable(candidate)) return candidate;
    }
    throw left_out("there is no program " + std::string(name));
}

std::string troika_binary() {
    if (const char* told = std::getenv("TROIKA_BINARY"); told != nullptr && *told != '\0')
        return told;
    const std::string built = own_folder() + "/../apps/troika/troika";
    return std::filesystem::exists(built) ? built : find_program("troika");
}

int free_port() {
    const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0) fail("socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    const bool named =
        ::bind(probe, generic, size) == 0 && ::getsockname(probe, generic, &size) == 0;
    ::close(probe);
    if (!named) fail("bind");
    return ntohs(address.sin_port);
}

}  // namespace bench
