// SPDX-License-Identifier: MIT
// Runs one command under set conditions, and says what it used.
//
//   bench_launch [--core N] [--no-huge-pages] [--realtime] [--seconds N] [--exec] COMMAND [ARG...]
//
// The kernel counts into a process's peak memory what its parent had when it was forked, and exec
// does not forget it. This program is so small that what it passes on does not matter: the command
// is its child, and its figures go to descriptor 3. With --exec it becomes the command (for
// servers).
//
//   bench_launch --remove FOLDER
//
// Removes the folder once standard input ends, which it does however the benchmark ends.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { result_fd = 3 };

static pid_t child = -1;
static volatile sig_atomic_t out_of_time = 0;

static void stop_child(int signal) {
    (void)signal;
    out_of_time = 1;
    if (child > 0) kill(child, SIGKILL);
}

static void die(const char* what) {
    fprintf(stderr, "bench_launch: %s: %s\n", what, strerror(errno));
    exit(127);
}

static void pin(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0) die("sched_setaffinity");
}

static void raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) die("getrlimit");
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) die("setrlimit");
}

static void become(char** command) {
    // Nothing outlives the benchmark, however that ends.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) die("prctl");
    execvp(command[0], command);
    die(command[0]);
}

static int remove_at_end(const char* folder) {
    setsid();   // Ctrl-C is not for us
    signal(SIGTERM, SIG_IGN);
    char buffer[16];
    ssize_t count;
    do count = read(STDIN_FILENO, buffer, sizeof buffer);
    while (count > 0 || (count < 0 && errno == EINTR));
    execlp("rm", "rm", "-rf", "--", folder, (char*)NULL);
    die("rm");
    return 127;
}

static double seconds(const struct timeval* time) {
    return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char** arguments) {
    if (count == 3 && strcmp(arguments[1], "--remove") == 0) return remove_at_end(arguments[2]);
    int exec_only = 0;
    unsigned time_max = 0;
    int at = 1;
    for (; at < count && strncmp(arguments[at], "--", 2) == 0; ++at) {
        const char* option = arguments[at];
        if (strcmp(option, "--core") == 0 && at + 1 < count) {
            pin(atoi(arguments[++at]));
        } else if (strcmp(option, "--seconds") == 0 && at + 1 < count) {
            time_max = (unsigned)atoi(arguments[++at]);
        } else if (strcmp(option, "--no-huge-pages") == 0) {
            if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) != 0) die("prctl");
        } else if (strcmp(option, "--realtime") == 0) {
            const struct sched_param priority = {.sched_priority = 1};
            if (sched_setscheduler(0, SCHED_RR, &priority) != 0) die("sched_setscheduler");
        } else if (strcmp(option, "--exec") == 0) {
            exec_only = 1;
        } else {
            fprintf(stderr, "bench_launch: unknown option %s\n", option);
            return 127;
        }
    }
    if (at == count) {
        fprintf(stderr, "usage: bench_launch [OPTION...] COMMAND [ARG...]\n");
        return 127;
    }
    raise_descriptor_limit();
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) die("prctl");
    if (exec_only) become(arguments + at);

    signal(SIGALRM, stop_child);
    const double begin = now();
    child = fork();
    if (child < 0) die("fork");
    if (child == 0) {
        close(result_fd);
        become(arguments + at);
    }
    alarm(time_max);
    int status = 0;
    struct rusage used;
    while (wait4(child, &status, 0, &used) < 0)
        if (errno != EINTR) die("wait4");
    const double end = now();
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    dprintf(result_fd, "wall_s=%.6f user_s=%.6f sys_s=%.6f rss_mib=%.3f exit=%d late=%d\n",
            end - begin, seconds(&used.ru_utime), seconds(&used.ru_stime),
            (double)used.ru_maxrss / 1024.0, code, (int)out_of_time);
    return 0;
}
