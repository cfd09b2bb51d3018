// SPDX-License-Identifier: MIT
#include "os/process.hpp"

#include "os/signal.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>

#include <dirent.h>
#include <fcntl.h>
#include <linux/prctl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// clone() under the name that ThreadSanitizer leaves alone: it takes each clone for a fork.
extern "C" int __clone(int (*run)(void*), void* stack_end, int flags, void* argument, ...) noexcept;

// Functions of the child are hidden from sanitizers: what these note of frames that are never left
// would stay in our memory, and ThreadSanitizer calls handlers of signals that came before.
#if defined(__clang__)
#define TROIKA_UNSEEN [[clang::disable_sanitizer_instrumentation]]
#else
#define TROIKA_UNSEEN __attribute__((no_sanitize("address", "thread", "undefined")))
#endif

namespace troika::os {

namespace {

// The kernel's numbers; not in the headers of older C libraries.
constexpr auto by_descriptor = static_cast<idtype_t>(3);
constexpr int clone_pidfd = 0x1000;
constexpr long close_range_number = 436;
constexpr int last_signal = 64;
constexpr unsigned kernel_set_size = sizeof(std::uint64_t);

constexpr std::size_t stack_size = 16 * 1024;

// What parent and child tell each other; the parent sleeps while the child writes.
struct shared_order {
    start_options options;
    std::array<given_descriptor, start_options::given_max> given = {};   // by number
    std::size_t given_count = 0;
    int parent = 0;
    start_step step = start_step::process;
    int error = 0;
};

// ---- in the child: system calls only, by functions that the parent has called before, so that
// nothing is left for the dynamic linker to do. Its errno is the sleeping parent's.

TROIKA_UNSEEN long call(long number, long a = 0, long b = 0, long c = 0, long d = 0) noexcept {
    return ::syscall(number, a, b, c, d);
}

TROIKA_UNSEEN long address(const void* of) noexcept { return reinterpret_cast<long>(of); }

TROIKA_UNSEEN int set_group(child_group wanted) noexcept {
    if (wanted == child_group::own && call(SYS_setpgid) < 0) return errno;
    if (wanted == child_group::own_session && call(SYS_setsid) < 0) return errno;
    return 0;
}

TROIKA_UNSEEN int set_death_signal(int signal, int parent) noexcept {
    if (signal == 0) return 0;
    if (call(SYS_prctl, PR_SET_PDEATHSIG, signal) < 0) return errno;
    // Whoever had ended before that would not be noticed.
    return call(SYS_getppid) == parent ? 0 : ESRCH;
}

TROIKA_UNSEEN int close_between(int first, unsigned last) noexcept {
    return call(close_range_number, first, static_cast<long>(last), 0) < 0 ? errno : 0;
}

// For kernels without close_range(). Its own descriptor goes last.
TROIKA_UNSEEN int close_listed(int first) noexcept {
    const long list =
        call(SYS_openat, AT_FDCWD, address("/proc/self/fd"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (list < 0) return -errno;
    alignas(std::uint64_t) char entries[2048];
    for (;;) {
        const long size = call(SYS_getdents64, list, address(entries), sizeof entries);
        if (size <= 0) break;
        bool closed = false;
        for (long at = 0; at < size;) {
            const auto* const entry = reinterpret_cast<const dirent64*>(entries + at);
            at += entry->d_reclen;
            if (entry->d_name[0] == '.') continue;
            int number = 0;
            for (const char* digit = entry->d_name; *digit; ++digit)
                number = number * 10 + (*digit - '0');
            if (number < first || number == list) continue;
            call(SYS_close, number);
            closed = true;
        }
        // What was closed may have moved the place in the list.
        if (closed) call(SYS_lseek, list, 0, SEEK_SET);
    }
    call(SYS_close, list);
    return 0;
}

TROIKA_UNSEEN int place_descriptors(shared_order& order) noexcept {
    given_descriptor* const begin = order.given.data();
    given_descriptor* const end = begin + order.given_count;
    const int free = begin == end ? 0 : end[-1].number + 1;
    // Those that would be overwritten before their turn step aside.
    for (given_descriptor* each = begin; each != end; ++each) {
        if (each->descriptor == each->number) continue;
        for (const given_descriptor* other = begin; other != end; ++other) {
            if (other->number != each->descriptor) continue;
            const long copy = call(SYS_fcntl, each->descriptor, F_DUPFD_CLOEXEC, free);
            if (copy < 0) return errno;
            each->descriptor = static_cast<int>(copy);
            break;
        }
    }
    for (const given_descriptor* each = begin; each != end; ++each) {
        const long done = each->descriptor == each->number
                              ? call(SYS_fcntl, each->number, F_SETFD, 0)
                              : call(SYS_dup3, each->descriptor, each->number, 0);
        if (done < 0) return errno;
    }
    int next = 0;
    for (const given_descriptor* each = begin; each != end; ++each) {
        const auto number = static_cast<unsigned>(each->number);
        if (next < each->number && close_between(next, number - 1) != 0)
            for (; next < each->number; ++next) call(SYS_close, next);
        next = each->number + 1;
    }
    return -close_from(next);
}

TROIKA_UNSEEN void restore_signals(bool ignores_interrupts) noexcept {
    // The kernel's sigaction: SIG_DFL, no flags, an empty mask; no larger anywhere.
    const std::uint64_t standard[4] = {};
    for (int signal = 1; signal <= last_signal; ++signal)
        if (signal != SIGKILL && signal != SIGSTOP)
            call(SYS_rt_sigaction, signal, address(standard), 0, kernel_set_size);
    const std::uint64_t ignored[4] = {1};   // SIG_IGN
    if (ignores_interrupts)
        call(SYS_rt_sigaction, SIGINT, address(ignored), 0, kernel_set_size);
    const std::uint64_t none = 0;
    call(SYS_rt_sigprocmask, SIG_SETMASK, address(&none), 0, kernel_set_size);
}

TROIKA_UNSEEN int execute(const start_options& wanted) noexcept {
    int error = ENOENT;
    for (const char* const* path = wanted.programs; *path; ++path) {
        call(SYS_execve, address(*path), address(wanted.arguments), address(wanted.environment));
        if (errno == EACCES)
            error = EACCES;   // there may be one that we are allowed to execute
        else if (errno != ENOENT && errno != ENOTDIR)
            return errno;
    }
    return error;
}

TROIKA_UNSEEN int child_main(void* argument) noexcept {
    auto& order = *static_cast<shared_order*>(argument);
    const start_options& wanted = order.options;
    order.step = start_step::group;
    order.error = set_group(wanted.group);
    if (order.error == 0) {
        order.step = start_step::death_signal;
        order.error = set_death_signal(wanted.death_signal, order.parent);
    }
    if (order.error == 0) {
        order.step = start_step::descriptors;
        order.error = place_descriptors(order);
    }
    if (order.error == 0 && wanted.directory) {
        order.step = start_step::directory;
        order.error = call(SYS_chdir, address(wanted.directory)) < 0 ? errno : 0;
    }
    if (order.error == 0) {
        order.step = start_step::program;
        restore_signals(wanted.ignores_interrupts);
        order.error = execute(wanted);
    }
    call(SYS_exit_group, 127);
    return 127;
}

// ---- in the parent

// Signal numbers of the C library's own are among them: their handlers must not run there either.
class all_blocked {
public:
    all_blocked() noexcept {
        const std::uint64_t all = ~std::uint64_t{0};
        call(SYS_rt_sigprocmask, SIG_SETMASK, address(&all), address(&before_), kernel_set_size);
    }
    all_blocked(const all_blocked&) = delete;
    all_blocked& operator=(const all_blocked&) = delete;
    ~all_blocked() { call(SYS_rt_sigprocmask, SIG_SETMASK, address(&before_), 0, kernel_set_size); }

private:
    std::uint64_t before_ = 0;
};

bool take_over(std::span<const given_descriptor> given, shared_order& order) noexcept {
    if (given.size() > order.given.size()) return false;
    std::ranges::copy(given, order.given.begin());
    order.given_count = given.size();
    const std::span ours = std::span(order.given).first(given.size());
    std::ranges::sort(ours, {}, &given_descriptor::number);
    const auto twice = std::ranges::adjacent_find(ours, {}, &given_descriptor::number);
    return twice == ours.end() && (ours.empty() || ours.front().number >= 0);
}

void reap_number(int process) noexcept {
    while (::waitpid(process, nullptr, __WALL) < 0 && errno == EINTR) {
    }
}

int reap_with(int handle, int flags, process_end& into) noexcept {
    siginfo_t info{};
    while (::waitid(by_descriptor, static_cast<id_t>(handle), &info, WEXITED | flags) < 0)
        if (errno != EINTR) return -errno;
    if (info.si_pid == 0) return -EAGAIN;
    const bool exited = info.si_code == CLD_EXITED;
    into.code = exited ? info.si_status : 0;
    into.signal = exited ? 0 : info.si_status;
    return 0;
}

}  // namespace

int start_process(const start_options& options, started_process& into) noexcept {
    into.failed = start_step::request;
    shared_order order{.options = options};
    if (!take_over(options.descriptors, order)) return -EINVAL;
    if (options.environment == nullptr) order.options.environment = environ;
    order.parent = ::getpid();

    alignas(16) std::byte stack[stack_size];
    int handle = -1;
    int process = -1;
    {
        const all_blocked quiet;
        errno = 0;
        process = __clone(child_main, stack + sizeof stack,
                          CLONE_VM | CLONE_VFORK | clone_pidfd | SIGCHLD, &order, &handle);
        if (process < 0) order.error = errno;
    }
    into.handle.reset(handle);
    into.failed = order.step;
    if (process > 0 && order.error == 0 && handle < 0) {
        ::kill(process, SIGKILL);
        into.failed = start_step::process;
        order.error = ENOSYS;
    }
    if (order.error != 0) {
        if (process > 0) reap_number(process);
        into.handle.reset();
        return -order.error;
    }
    into.failed = start_step::nothing;
    into.number = process;
    return 0;
}

int become(const char* program, const char* const* arguments) noexcept {
    ::execv(program, const_cast<char* const*>(arguments));
    return -errno;
}

TROIKA_UNSEEN int close_from(int first) noexcept {
    if (close_between(first, ~0U) == 0) return 0;
    if (close_listed(first) == 0) return 0;
    rlimit64 limit{};
    if (call(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, address(&limit)) < 0) return -errno;
    for (int number = first; static_cast<rlim64_t>(number) < limit.rlim_cur; ++number)
        call(SYS_close, number);
    return 0;
}

int signal_process(int handle, int signal) noexcept {
    return ::syscall(SYS_pidfd_send_signal, handle, signal, nullptr, 0) < 0 ? -errno : 0;
}

int signal_group(int group, int signal) noexcept { return ::kill(-group, signal) < 0 ? -errno : 0; }

int reap(int handle, process_end& into) noexcept { return reap_with(handle, WNOHANG, into); }

int wait_and_reap(int handle, process_end& into) noexcept { return reap_with(handle, 0, into); }

int copy_descriptor_of(int pid, int descriptor) noexcept {
    const fd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!handle) return -errno;
    const long copy = ::syscall(SYS_pidfd_getfd, handle.get(), descriptor, 0);
    return copy < 0 ? -errno : static_cast<int>(copy);
}

}  // namespace troika::os
