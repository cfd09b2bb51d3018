// SPDX-License-Identifier: MIT
// How fast does `troika get` fetch over https, and what does it spend on it?
#include "compare.hpp"
#include "support/get_clients.hpp"
#include "support/web.hpp"

#include <string>
#include <utility>
#include <vector>

namespace {

using words = std::vector<std::string>;

constexpr const char* reference_name = "bare OpenSSL client";
constexpr const char* ours = "troika get --no-fsync";
constexpr const char* ours_epoll = "troika get --no-fsync, epoll";
constexpr double cpu_ratio = 1.15;
constexpr double split_speed_min = 0.95;

// TROIKA_BINARY tells which troika is measured; see get_clients.

void compare(bench::benchmark& suite, const std::string& title, const bench::downloads& what,
             const std::string& target, int connections) {
    const bench::get_clients run(suite, what, target, connections);
    bench::table result(title,
                        {{"cpu_s", "client CPU s"}, {"wall_s", "s"}, {"rss_mib", "peak MiB"}});
    const words peers{"curl --parallel", "aria2c", "wget2", "Go, net/http"};
    result.reference(reference_name, run.reference())
        .row(ours, run.troika({"--no-fsync"}))
        .row(ours_epoll, run.troika({"--no-fsync"}, "epoll"))
        .row("troika get", run.troika({}))
        .row("libcurl multi", run.libcurl())
        .row(peers[0], run.curl())
        .row(peers[1], run.aria2())
        .row(peers[2], run.wget2())
        .row(peers[3], run.go())
        .warm_up();
    for (const char* each : {ours, ours_epoll}) {
        result.goal_ratio(each, cpu_ratio);
        for (const std::string& peer : peers) {
            result.goal_ratio(each, "wall_s", 1, peer);
            result.goal_ratio(each, "cpu_s", 1, peer);
        }
    }
    suite.run(std::move(result));
}

// A server that ends connections: all after the first ones can resume a session.
void compare_handshakes(bench::benchmark& suite, const std::string& title, const bench::web& web,
                        const bench::downloads& what, int connections) {
    const bench::get_clients run(suite, what, web.target(), connections);
    const auto counted = [&](bench::table::measurement fetch) -> bench::table::measurement {
        return [&web, count = what.count, fetch = std::move(fetch)] {
            static_cast<void>(web.handshakes(0));   // what a client that failed has left
            bench::sample result = fetch();
            result.merge(web.handshakes(count));
            return result;
        };
    };
    bench::table result(title, {{"cpu_s", "client CPU s"},
                                {"wall_s", "s"},
                                {"handshakes", "handshakes"},
                                {"full", "not resumed"}});
    result.reference(reference_name, counted(run.reference()))
        .row(ours, counted(run.troika({"--no-fsync"})))
        .row("curl --parallel", counted(run.curl()))
        .row("aria2c", counted(run.aria2()))
        .row("wget2", counted(run.wget2()))
        .row("Go, net/http", counted(run.go()));
    result.goal_ratio(ours, cpu_ratio);
    result.goal_value(ours, "full", connections);
    suite.run(std::move(result));
}

// One file from a server that limits each connection. The reference fetches as many files, each as
// large as a part, at once: what so many connections allow.
void compare_split(bench::benchmark& suite, const std::string& title, const bench::web& web,
                   std::size_t size, int parts) {
    const std::string whole_name = "whole" + std::to_string(parts);
    const std::string parts_name = "parts" + std::to_string(parts);
    const auto count = static_cast<std::size_t>(parts);
    const bench::downloads whole =
        web.again(web.serve(whole_name, 1, size), whole_name, bench::web_manner::limited);
    const bench::downloads pieces = web.again(web.serve(parts_name, parts, size / count),
                                              parts_name, bench::web_manner::limited);
    const auto of_limit = [=](bench::table::measurement fetch) -> bench::table::measurement {
        return [=, fetch = std::move(fetch)] {
            bench::sample result = fetch();
            const double limit = static_cast<double>(count * bench::web::bytes_per_second);
            result["of_limit"] = static_cast<double>(size) / result.at("wall_s") / limit;
            return result;
        };
    };
    const bench::get_clients run(suite, whole, web.target(), parts);
    const bench::get_clients bare(suite, pieces, web.target(), parts);
    const std::string split = std::to_string(parts);
    bench::table result(title, {{"wall_s", "s"},
                                {"of_limit", "of the limits' sum"},
                                {"cpu_s", "client CPU s"},
                                {"rss_mib", "peak MiB"}});
    const std::string mine = "troika get --no-fsync -s " + split;
    const std::string peer = "aria2c -x" + split + " -s" + split;
    result.reference("bare OpenSSL client, " + split + " files", of_limit(bare.reference()))
        .row(mine, of_limit(run.troika({"--no-fsync", "-s", split})))
        .row(mine + ", epoll", of_limit(run.troika({"--no-fsync", "-s", split}, "epoll")))
        .row(peer, of_limit(run.aria2(parts)))
        .warm_up();
    for (const std::string& each : {mine, mine + ", epoll"}) {
        result.goal_ratio(each, 1 / split_speed_min);
        result.goal_ratio(each, "wall_s", 1, peer);
    }
    result.rounds_at_most(3);   // they last as long as the server wants
    suite.run(std::move(result));
    web.forget(whole_name);
    web.forget(parts_name);
}

}  // namespace

int main(int count, char** arguments) {
    bench::benchmark suite(
        count, arguments, "get_tls: how fast does `troika get` fetch over https?",
        "nginx (one process, TLS 1.3, AES-128-GCM, records of 16 KiB) on one core serves from "
        "memory, the client on another checks the certificate and writes to memory; files are "
        "counted and their sizes checked after every run");
    suite.note("backend", "as `troika get` chooses, or epoll where it says so");

    const bench::web web(suite.measured({"nginx"}), bench::web_scheme::https);
    if (web.shrunk())
        suite.note("large files", "64 MiB instead of 256, 512 MiB instead of 2 GiB, there is not "
                                  "enough memory");
    const auto number = [&](int whole, int tiny) { return suite.size(whole, tiny); };

    const bench::downloads middle = web.serve("middle", number(1000, 40), 64 * 1024);
    const std::string many = "https: 1,000 files of 64 KiB, 16 connections";
    if (suite.wants(many)) compare(suite, many, middle, web.target(), 16);

    const std::string few_large = "https: 8 files of 256 MiB, 8 connections";
    if (suite.wants(few_large)) {
        const bench::downloads what =
            web.serve("large", number(8, 2), suite.size(web.large_file(), 1UL << 20));
        compare(suite, few_large, what, web.target(), 8);
        web.forget("large");
    }
    const std::string short_lived =
        "https: 1,000 files of 64 KiB, 16 connections that end after 10 files";
    if (suite.wants(short_lived)) {
        const bench::downloads what =
            web.again(middle, "middle", bench::web_manner::short_lived);
        compare_handshakes(suite, short_lived, web, what, number(16, 2));
    }
    for (const int parts : {2, 4, 8}) {
        const std::string split = "https: one file of 2 GiB, 100 MB/s a connection, " +
                                  std::to_string(parts) + " connections";
        if (suite.wants(split))
            compare_split(suite, split, web,
                          suite.size(8 * web.large_file(), std::size_t{64} << 20), parts);
    }
    return suite.finish();
}
