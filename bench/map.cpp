// SPDX-License-Identifier: MIT
// What does it cost to run one command over many inputs? TROIKA_BINARY is the command.
#include "compare.hpp"

#include <string>
#include <utility>
#include <vector>

int main(int count, char** arguments) {
    bench::benchmark suite(count, arguments,
                           "map: what does it cost to run one command over many inputs?",
                           "a fresh process a sample, two commands at a time, output kept");
    const auto run = [&](std::vector<std::string> words) {
        bench::command what = suite.measured(std::move(words));
        what.core = -1;
        return what;
    };
    const std::string inputs = suite.size("2000", "20");
    // The inputs on standard input, as `seq` writes them.
    const auto piped = [&](const std::string& what) {
        return run({"sh", "-c", "seq " + inputs + " | " + what});
    };
    bench::table many("run `true` " + inputs + " times, two at a time",
                      {{"wall_s", "s"}, {"cpu_s", "CPU s"}, {"rss_mib", "peak MiB"}});
    const std::string ours = "troika map -j 2";
    many.reference("xargs -P 2 -n 1", piped("xargs -P 2 -n 1 true"))
        .row(ours, piped("'" + bench::troika_binary() + "' map -j 2 -- true {}"))
        .row("GNU parallel -j 2", piped("parallel -j 2 true {}"))
        .goal_ratio(ours, 1)
        .goal_ratio(ours, "wall_s", 0.2, "GNU parallel -j 2");
    suite.run(std::move(many));
    return suite.finish();
}
