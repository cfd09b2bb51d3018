// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace bench {

/// What one run gave: key to value.
using sample = std::map<std::string, double, std::less<>>;

/// Thrown where a peer is not installed: its row is left out, and nothing has failed.
struct left_out : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A program to run, and under what conditions.
struct command {
    std::vector<std::string> arguments;
    int core = -1;            ///< the processor it is bound to; -1: any
    bool huge_pages = true;   ///< false: as on a machine that gives none
    bool realtime = false;    ///< before everything that is not; needs the right to do so
    int seconds_max = 120;    ///< then it is killed, which is a failure
    std::vector<std::pair<std::string, std::string>> environment;   ///< set besides our own
};

/// Runs `what` to its end.
///
/// Returns: the words `key=number` of its standard output, and what the kernel accounted:
/// wall_s, user_s, sys_s, cpu_s, rss_mib (the peak).
/// Throws: left_out when there is no such program; std::runtime_error when it fails.
sample run(const command& what);

/// The words `key=number` of `text`.
sample parse(std::string_view text);

/// A program that runs beside the measurement; killed at the end of its scope.
class background {
public:
    /// Throws: as run().
    explicit background(const command& what);
    background(const background&) = delete;
    background& operator=(const background&) = delete;
    ~background();

    /// Waits for a line of standard output that says `key=number`. Throws: when it ends before.
    long wait_for(std::string_view key);
    /// Waits until it takes connections on `port` of this host. Throws: when it ends before.
    void wait_until_listening(int port);
    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

private:
    pid_t pid_ = -1;
    int output_ = -1;
    std::string seen_;
};

/// A folder of our own, removed with all that is in it, also when the benchmark is killed.
class scratch_folder {
public:
    explicit scratch_folder(const std::string& parent);
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    ~scratch_folder();

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
    pid_t remover_ = -1;
    int held_ = -1;   // its end is the remover's sign
};

/// The folder of the running benchmark, where its peers are too.
std::string own_folder();
/// Path of the program `name` beside this one, of TROIKA_PEERS, else of PATH. Throws: left_out.
std::string find_program(std::string_view name);
/// Path of the command troika: of TROIKA_BINARY, of this build, else of PATH. Throws: left_out.
std::string troika_binary();
/// A TCP port of this host that nobody had a moment ago.
int free_port();

}  // namespace bench
