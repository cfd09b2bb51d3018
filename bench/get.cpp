// SPDX-License-Identifier: MIT
// How fast does `troika get` fetch many files, and what does it spend on it?
#include "compare.hpp"
#include "support/get_clients.hpp"
#include "support/web.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace {

using words = std::vector<std::string>;

constexpr const char* reference_name = "bare epoll client";
constexpr double peak_mib_max = 32;

void compare(bench::benchmark& suite, const std::string& title, const bench::downloads& what,
             const std::string& target, int connections, double limit) {
    const bench::get_clients run(suite, what, target, connections);
    bench::table result(title,
                        {{"wall_s", "s"}, {"cpu_s", "client CPU s"}, {"rss_mib", "peak MiB"}});
    const std::string few =
        run.few() < connections ? ", " + std::to_string(run.few()) + " at once" : "";
    const words peers{"libcurl multi", "curl --parallel" + few, "aria2c", "wget2" + few};
    result.reference(reference_name, run.reference())
        .row("troika get --no-fsync", run.troika({"--no-fsync"}))
        .row("troika get --no-fsync, epoll", run.troika({"--no-fsync"}, "epoll"))
        .row("troika get", run.troika({}))
        .row(peers[0], run.libcurl())
        .row(peers[1], run.curl())
        .row(peers[2], run.aria2())
        .row(peers[3], run.wget2())
        .warm_up();
    for (const char* ours : {"troika get --no-fsync", "troika get --no-fsync, epoll"}) {
        result.goal_ratio(ours, limit);
        for (const std::string& peer : peers) result.goal_ratio(ours, "wall_s", 1, peer);
        result.goal_value(ours, "rss_mib", peak_mib_max);
    }
    suite.run(std::move(result));
}

}  // namespace

int main(int count, char** arguments) {
    bench::benchmark suite(
        count, arguments, "get: how fast does `troika get` fetch many files?",
        "nginx (one process, sendfile, open_file_cache) on one core serves from memory, the client "
        "on another writes to memory; files are counted and their sizes checked after every run");
    suite.note("backend", "as `troika get` chooses, or epoll where it says so");

    const bench::web web(suite.measured({"nginx"}));
    if (web.shrunk())
        suite.note("large files", "64 MiB instead of 256, there is not enough memory");
    const auto number = [&](int whole, int tiny) { return suite.size(whole, tiny); };

    const std::string many_small = "10,000 files of 4 KiB, 16 connections";
    if (suite.wants(many_small)) {
        const bench::downloads what = web.serve("small", number(10'000, 50), 4 * 1024);
        compare(suite, many_small, what, web.target(), 16, 1.25);
    }
    const std::string many = "1,000 files of 64 KiB, 16 connections";
    const std::string on_disk =
        "what durability costs: 1,000 files of 64 KiB to disk, 16 connections";
    const bench::downloads middle = web.serve("middle", number(1000, 20), 64 * 1024);
    if (suite.wants(many)) compare(suite, many, middle, web.target(), 16, 1.15);

    const std::string few_large = "8 files of 256 MiB, 8 connections";
    if (suite.wants(few_large)) {
        const bench::downloads what =
            web.serve("large", number(8, 2), suite.size(web.large_file(), 1UL << 20));
        compare(suite, few_large, what, web.target(), 8, 1.05);
        web.forget("large");
    }
    const std::string late = "1,000 files of 64 KiB, 50 ms of latency, 1,000 connections";
    if (suite.wants(late)) {
        const int files = number(1000, 20);
        bench::background server(suite.measured({"peer_delay_server", "50", "65536"}));
        const auto port = static_cast<int>(server.wait_for("port"));
        const bench::downloads what = web.list("late", port, files, 64 * 1024);
        compare(suite, late, what, web.target(), files, 1.15);
    }
    if (suite.wants(on_disk)) {
        const bench::scratch_folder disk(std::filesystem::temp_directory_path().string());
        const bench::get_clients run(suite, middle, disk.path() + "/out", 16);
        bench::table result(on_disk, {{"wall_s", "s"}, {"cpu_s", "client CPU s"}});
        result.reference(std::string(reference_name) + ", nothing synced", run.reference())
            .row("troika get --no-fsync", run.troika({"--no-fsync"}))
            .row("troika get", run.troika({}));
        suite.run(std::move(result));
    }
    return suite.finish();
}
