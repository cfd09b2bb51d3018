// SPDX-License-Identifier: MIT
// Starts programs and waits for them: by vfork() and execve(), with nothing else that a careful
// parent does; by posix_spawn(); by fork() and execve().
// reference_start vfork|posix_spawn|fork N MEGABYTES [PROGRAM [ARGUMENT]]
#include "peers/start_work.hpp"

#include <cstdio>
#include <string_view>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

char* words[] = {const_cast<char*>(start_work::program), nullptr, nullptr};

bool wait_for(pid_t child) {
    int status = 0;
    return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
}

bool by_vfork() {
    const pid_t child = ::vfork();
    if (child == 0) {
        ::execve(words[0], words, environ);
        ::_exit(127);
    }
    return wait_for(child);
}

bool by_posix_spawn() {
    pid_t child = -1;
    return ::posix_spawn(&child, words[0], nullptr, nullptr, words, environ) == 0 &&
           wait_for(child);
}

bool by_fork() {
    const pid_t child = ::fork();
    if (child == 0) {
        ::execve(words[0], words, environ);
        ::_exit(127);
    }
    return wait_for(child);
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 4 || count > 6) {
        std::fputs("usage: vfork|posix_spawn|fork N MEGABYTES [PROGRAM [ARGUMENT]]\n", stderr);
        return 2;
    }
    for (int i = 4; i < count; ++i) words[i - 4] = arguments[i];
    const std::string_view way = arguments[1];
    const auto start = way == "vfork" ? by_vfork : way == "fork" ? by_fork : by_posix_spawn;
    return start_work::measure(arguments[2], arguments[3], start);
}
