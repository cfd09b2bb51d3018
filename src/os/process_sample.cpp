// SPDX-License-Identifier: MIT
#include "os/process_sample.hpp"

#include "os/fd.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>

#include <limits.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace troika::os {

namespace {

constexpr std::size_t content_max = std::size_t{64} << 10;
constexpr std::size_t descriptors_max = 4096;   // looked at, of one process
constexpr std::size_t threads_max = 4096;       // likewise
constexpr std::uint64_t nanosecond = 1'000'000'000;

// The content, or nothing when it cannot be read.
std::optional<std::string> content_of(const std::string& path) {
    const fd file(open_file(path.c_str(), {}));
    if (!file) return std::nullopt;
    std::string content;
    std::array<char, 4096> part;
    while (content.size() < content_max) {
        const int count = read_next(file.get(), part.data(), part.size());
        if (count < 0) return std::nullopt;
        if (count == 0) break;
        content.append(part.data(), static_cast<std::size_t>(count));
    }
    return content;
}

// Words with spaces between.
class fields {
public:
    explicit fields(std::string_view text) noexcept : rest_(text) {}

    std::string_view word() noexcept {
        const std::size_t begin = std::min(rest_.find_first_not_of(" \t\n"), rest_.size());
        rest_.remove_prefix(begin);
        const std::size_t end = std::min(rest_.find_first_of(" \t\n"), rest_.size());
        const std::string_view taken = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return taken;
    }
    fields& skip(int count) noexcept {
        for (int i = 0; i < count; ++i) static_cast<void>(word());
        return *this;
    }
    // 0 where there is no number.
    std::uint64_t number() noexcept { return number_in(word()); }

    static std::uint64_t number_in(std::string_view text) noexcept {
        int base = 10;
        if (text.starts_with("0x")) {
            text.remove_prefix(2);
            base = 16;
        }
        std::uint64_t value = 0;
        std::from_chars(text.data(), text.data() + text.size(), value, base);
        return value;
    }

private:
    std::string_view rest_;
};

// The value of a line `name: 12`.
std::optional<std::uint64_t> value_of(std::string_view text, std::string_view name) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        if (line.starts_with(name) && line.substr(name.size()).starts_with(':'))
            return fields(line.substr(name.size() + 1)).number();
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return std::nullopt;
}

// What stands behind the name in `stat`, from the state on: the name may have anything in it.
struct stat_line {
    std::string_view name;
    char state;
    fields rest;
};
std::optional<stat_line> parse_stat(std::string_view text) {
    const std::size_t open = text.find('(');
    const std::size_t close = text.rfind(')');
    if (open == text.npos || close == text.npos || close < open) return std::nullopt;
    fields rest(text.substr(close + 1));
    const std::string_view state = rest.word();
    if (state.empty()) return std::nullopt;
    return stat_line{text.substr(open + 1, close - open - 1), state.front(), rest};
}

bool is_any(std::string_view name, std::initializer_list<std::string_view> parts) {
    return std::ranges::any_of(
        parts, [&](std::string_view part) { return name.find(part) != name.npos; });
}

// For kernels that tell a place in themselves, but not to us which call it is part of.
thread_activity activity_at(std::string_view place) {
    if (is_any(place, {"futex"})) return thread_activity::lock;
    if (is_any(place, {"nanosleep"})) return thread_activity::timer;
    if (is_any(place, {"ep_poll", "epoll", "do_poll", "poll_schedule", "do_select", "io_cqring"}))
        return thread_activity::many;
    if (is_any(place, {"do_wait", "kernel_wait"})) return thread_activity::child;
    if (is_any(place, {"tcp_", "udp_", "inet_", "sk_wait", "sk_stream", "wait_woken"}))
        return thread_activity::network;
    if (is_any(place, {"pipe_", "unix_", "n_tty", "tty_"})) return thread_activity::peer;
    if (is_any(place, {"io_schedule", "folio_wait", "blk_", "jbd2", "rq_qos"}))
        return thread_activity::disk;
    return place.empty() || place == "0" ? thread_activity::unknown : thread_activity::other;
}

enum class call_kind : std::uint8_t { lock, timer, child, many, descriptor, other };

// Source: the tables of system calls, as the compiler's machine has them.
call_kind kind_of_call(long number) {
    switch (number) {
    case SYS_futex:
#if defined(SYS_futex_waitv)
    case SYS_futex_waitv:
#endif
        return call_kind::lock;
    case SYS_nanosleep:
    case SYS_clock_nanosleep:
        return call_kind::timer;
    case SYS_wait4:
    case SYS_waitid:
    case SYS_clone:
    case SYS_clone3:
#if defined(SYS_vfork)
    case SYS_vfork:
#endif
        return call_kind::child;
#if defined(SYS_poll)
    case SYS_poll:
    case SYS_select:
    case SYS_epoll_wait:
#endif
    case SYS_ppoll:
    case SYS_pselect6:
    case SYS_epoll_pwait:
#if defined(SYS_epoll_pwait2)
    case SYS_epoll_pwait2:
#endif
    case SYS_io_uring_enter:
    case SYS_io_getevents:
        return call_kind::many;
    case SYS_read:
    case SYS_write:
    case SYS_readv:
    case SYS_writev:
    case SYS_pread64:
    case SYS_pwrite64:
    case SYS_preadv:
    case SYS_pwritev:
    case SYS_recvfrom:
    case SYS_recvmsg:
    case SYS_recvmmsg:
    case SYS_sendto:
    case SYS_sendmsg:
    case SYS_sendmmsg:
    case SYS_sendfile:
    case SYS_splice:
    case SYS_connect:
    case SYS_accept4:
    case SYS_accept:
    case SYS_fsync:
    case SYS_fdatasync:
    case SYS_sync_file_range:
    case SYS_ioctl:
        return call_kind::descriptor;
    default:
        return call_kind::other;
    }
}

}  // namespace

children_usage usage_of_children() noexcept {
    struct rusage raw {};
    static_cast<void>(::getrusage(RUSAGE_CHILDREN, &raw));
    const auto whole = [](long value) { return static_cast<std::uint64_t>(std::max(value, 0L)); };
    const auto ns = [&](const struct timeval& time) {
        return whole(time.tv_sec) * nanosecond + whole(time.tv_usec) * 1000;
    };
    children_usage used;
    used.user_ns = ns(raw.ru_utime);
    used.system_ns = ns(raw.ru_stime);
    used.resident_peak_bytes = whole(raw.ru_maxrss) * 1024;
    used.major_faults = whole(raw.ru_majflt);
    used.disk_read_bytes = whole(raw.ru_inblock) * 512;
    used.disk_write_bytes = whole(raw.ru_oublock) * 512;
    used.switches = {whole(raw.ru_nvcsw), whole(raw.ru_nivcsw)};
    return used;
}

process_sampler::process_sampler(std::string root)
    : root_(std::move(root) + "/proc/"),
      tick_ns_(nanosecond / static_cast<std::uint64_t>(std::max(::sysconf(_SC_CLK_TCK), 1L))),
      page_bytes_(static_cast<std::uint64_t>(std::max(::sysconf(_SC_PAGESIZE), 1L))) {}

std::optional<process_sample> process_sampler::sample(int process) const {
    const std::string folder = root_ + std::to_string(process) + "/";
    const std::optional<std::string> text = content_of(folder + "stat");
    std::optional<stat_line> line = text ? parse_stat(*text) : std::nullopt;
    if (!line || line->state == 'Z' || line->state == 'X') return std::nullopt;

    process_sample found;
    found.id = process;
    found.name = line->name;
    fields& rest = line->rest;
    found.parent = static_cast<int>(rest.number());
    found.major_faults = rest.skip(7).number();
    found.major_faults += rest.number();
    found.user_ns = rest.number() * tick_ns_;
    found.system_ns = rest.number() * tick_ns_;
    found.children_user_ns = rest.number() * tick_ns_;
    found.children_system_ns = rest.number() * tick_ns_;
    found.started = rest.skip(4).number();
    found.resident_bytes = rest.skip(1).number() * page_bytes_;

    std::vector<directory_entry> entries;
    static_cast<void>(read_directory((folder + "task").c_str(), entries, threads_max));
    bool polls = false;
    for (const directory_entry& entry : entries) {
        const std::string own = folder + "task/" + entry.name + "/";
        const std::optional<std::string> own_text = content_of(own + "stat");
        const std::optional<stat_line> own_line = own_text ? parse_stat(*own_text) : std::nullopt;
        if (!own_line) continue;
        const int id = static_cast<int>(fields::number_in(entry.name));
        found.threads.push_back(thread(own, process, id, own_line->state));
        polls = polls || found.threads.back().activity == thread_activity::many ||
                found.threads.back().activity == thread_activity::unknown;
    }
    if (polls) found.has_sockets = uses_network(process);

    if (const std::optional<std::string> io = content_of(folder + "io")) {
        found.io = process_io{value_of(*io, "rchar").value_or(0),
                              value_of(*io, "wchar").value_or(0),
                              value_of(*io, "read_bytes").value_or(0),
                              value_of(*io, "write_bytes").value_or(0)};
    }
    return found;
}

thread_sample process_sampler::thread(const std::string& folder, int process, int id,
                                      char state) const {
    thread_sample found;
    found.id = id;
    switch (state) {
    case 'R':
        found.activity = thread_activity::runs;
        break;
    case 'S':
    case 'I':
        found.activity = sleeping(folder, process, false);
        break;
    case 'D':
        found.activity = sleeping(folder, process, true);
        break;
    case 'T':
    case 't':
        found.activity = thread_activity::stopped;
        break;
    default:
        found.activity = thread_activity::gone;
        break;
    }
    if (const std::optional<std::string> text = content_of(folder + "schedstat")) {
        fields numbers(*text);
        found.run_ns = numbers.number();
        found.ready_ns = numbers.number();
        found.turns = numbers.number();
    }
    return found;
}

thread_activity process_sampler::sleeping(const std::string& folder, int process,
                                          bool uninterruptible) const {
    const std::optional<std::string> call = content_of(folder + "syscall");
    if (!call || call->empty()) {
        if (uninterruptible) return thread_activity::disk;
        return activity_at(content_of(folder + "wchan").value_or(""));
    }
    if (call->starts_with("running")) return thread_activity::runs;
    fields words(*call);
    const std::string_view number = words.word();
    const call_kind kind = number.starts_with('-')
                               ? call_kind::other   // in no call, but in a fault
                               : kind_of_call(static_cast<long>(fields::number_in(number)));
    // Who has called vfork() sleeps like that as well, until its child has another program.
    if (uninterruptible && kind != call_kind::child) return thread_activity::disk;
    switch (kind) {
    case call_kind::lock:
        return thread_activity::lock;
    case call_kind::timer:
        return thread_activity::timer;
    case call_kind::child:
        return thread_activity::child;
    case call_kind::many:
        return thread_activity::many;
    case call_kind::descriptor:
        return on_descriptor(process, words.number());
    case call_kind::other:
        break;
    }
    return thread_activity::other;
}

thread_activity process_sampler::on_descriptor(int process, std::uint64_t descriptor) const {
    const std::string path =
        root_ + std::to_string(process) + "/fd/" + std::to_string(descriptor);
    std::array<char, PATH_MAX> target;
    const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
    if (length < 0) return thread_activity::unknown;
    const std::string_view name(target.data(), static_cast<std::size_t>(length));
    if (name.starts_with("pipe:") || name.starts_with("/dev/pts/") || name.starts_with("/dev/tty"))
        return thread_activity::peer;
    if (name.starts_with("socket:")) {
        const std::string protocol = attribute(path.c_str(), "system.sockprotoname");
        return protocol.starts_with("UNIX") ? thread_activity::peer : thread_activity::network;
    }
    if (name.starts_with("anon_inode:[timerfd]")) return thread_activity::timer;
    if (name.starts_with("anon_inode:[eventfd]")) return thread_activity::lock;
    if (name.starts_with("anon_inode:")) return thread_activity::other;
    return thread_activity::disk;   // a file, which sleeps lightly in some file systems
}

bool process_sampler::uses_network(int process) const {
    const std::string folder = root_ + std::to_string(process) + "/fd";
    std::vector<directory_entry> entries;
    static_cast<void>(read_directory(folder.c_str(), entries, descriptors_max));
    return std::ranges::any_of(entries, [&](const directory_entry& entry) {
        const std::string protocol =
            attribute((folder + "/" + entry.name).c_str(), "system.sockprotoname");
        return protocol.starts_with("TCP") || protocol.starts_with("UDP") ||
               protocol.starts_with("MPTCP") || protocol.starts_with("SCTP");
    });
}

std::optional<process_sampler::origin> process_sampler::origin_of(int process) const {
    const std::optional<std::string> text = content_of(root_ + std::to_string(process) + "/stat");
    std::optional<stat_line> line = text ? parse_stat(*text) : std::nullopt;
    if (!line || line->state == 'Z' || line->state == 'X') return std::nullopt;
    origin found;
    found.parent = static_cast<int>(line->rest.number());
    found.started = line->rest.skip(17).number();
    return found;
}

std::vector<int> process_sampler::all() const {
    std::vector<directory_entry> entries;
    static_cast<void>(read_directory(root_.c_str(), entries));
    std::vector<int> found;
    for (const directory_entry& entry : entries) {
        int number = 0;
        const char* const end = entry.name.data() + entry.name.size();
        const auto [stopped, error] = std::from_chars(entry.name.data(), end, number);
        if (error == std::errc() && stopped == end && number > 0) found.push_back(number);
    }
    return found;
}

std::optional<switch_counts> process_sampler::switches_of(int process) const {
    const std::string folder = root_ + std::to_string(process) + "/task";
    std::vector<directory_entry> entries;
    static_cast<void>(read_directory(folder.c_str(), entries, threads_max));
    std::optional<switch_counts> sum;
    for (const directory_entry& entry : entries) {
        const std::optional<std::string> text = content_of(folder + "/" + entry.name + "/status");
        if (!text) continue;
        const auto voluntary = value_of(*text, "voluntary_ctxt_switches");
        const auto involuntary = value_of(*text, "nonvoluntary_ctxt_switches");
        if (!voluntary || !involuntary) continue;
        if (!sum) sum.emplace();
        sum->voluntary += *voluntary;
        sum->involuntary += *involuntary;
    }
    return sum;
}

std::string process_sampler::command_of(int process) const {
    std::string words =
        content_of(root_ + std::to_string(process) + "/cmdline").value_or(std::string());
    while (words.ends_with('\0')) words.pop_back();
    std::ranges::replace(words, '\0', ' ');
    return words;
}

bool process_sampler::may_look_into(int process) const {
    const std::string folder = root_ + std::to_string(process) + "/";
    return content_of(folder + "io").has_value() && content_of(folder + "syscall").has_value();
}

}  // namespace troika::os
