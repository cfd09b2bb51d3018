// SPDX-License-Identifier: MIT
#include "support/machine.hpp"

#include <array>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sched.h>
#include <string>
#include <sys/utsname.h>
#include <unistd.h>

namespace bench {
namespace {

std::string processor() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    return "unknown processor";
}

std::string huge_pages() {
    std::ifstream setting("/sys/kernel/mm/transparent_hugepage/enabled");
    std::string line;
    std::getline(setting, line);
    const std::size_t begin = line.find('[');
    const std::size_t end = line.find(']');
    if (begin == std::string::npos || end == std::string::npos) return "none";
    return line.substr(begin + 1, end - begin - 1);
}

}  // namespace

std::string machine() {
    const long pages = ::sysconf(_SC_PHYS_PAGES);
    const long page = ::sysconf(_SC_PAGESIZE);
    return processor() + ", " + std::to_string(cores().size()) + " cores, " +
           std::to_string((pages * page) >> 30) + " GiB, huge pages: " + huge_pages();
}

std::string kernel() {
    utsname name{};
    if (::uname(&name) != 0) return "unknown";
    return std::string(name.sysname) + " " + name.release;
}

std::string compiler() {
#ifdef __clang__
    const std::string name = "clang " __clang_version__;
#else
    const std::string name = "g++ " __VERSION__;
#endif
    return name.substr(0, name.find(" (")) + " " BENCH_FLAGS;
}

std::string date() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &parts);
    return {text.data(), size};
}

double load() {
    double average = 0;
    return ::getloadavg(&average, 1) == 1 ? average : 0;
}

std::vector<int> cores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    std::vector<int> result;
    if (::sched_getaffinity(0, sizeof set, &set) != 0) return result;
    for (int core = 0; core < CPU_SETSIZE; ++core)
        if (CPU_ISSET(core, &set)) result.push_back(core);
    return result;
}

int driver_core() {
    const std::vector<int> all = cores();
    return all.size() < 2 ? -1 : all[1];
}

int measured_core() {
    const std::vector<int> all = cores();
    return all.size() < 2 ? -1 : all[0];
}

}  // namespace bench
