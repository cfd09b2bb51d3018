// SPDX-License-Identifier: MIT
// What does including a header cost a user's compiler?
#include "compare.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

constexpr double umbrella_seconds_max = 1.5;
constexpr double noun_seconds_max = 0.7;
constexpr std::string_view umbrella = "troika/troika.hpp";

/// The public headers, as they are included.
std::vector<std::string> headers() {
    std::vector<std::string> found;
    const fs::path root = BENCH_INCLUDE;
    for (const fs::directory_entry& each : fs::recursive_directory_iterator(root / "troika"))
        if (each.path().extension() == ".hpp")
            found.push_back(fs::relative(each.path(), root).string());
    std::ranges::sort(found);
    return found;
}

/// The compiler, made to include `header` and to do nothing else.
bench::command compile(const bench::benchmark& suite, const std::string& header) {
    bench::command result = suite.measured({BENCH_CXX, "-std=c++23", "-O0", "-fsyntax-only", "-x",
                                            "c++", "-I", BENCH_INCLUDE, "-include", header,
                                            "/dev/null"});
    result.core = -1;
    return result;
}

}  // namespace

int main(int count, char** arguments) {
    bench::benchmark suite(
        count, arguments, "include_time: what does including a header cost?",
        "-O0 -fsyntax-only of a file that includes the header and nothing else; "
        "user seconds of the compiler, no precompiled header, files in the cache");
    suite.note("measured compiler", BENCH_CXX);
    const std::vector<std::string> all = headers();
    const bench::column user{"user_s", "user s"};
    const bench::column wall{"wall_s", "wall s"};
    const bench::column memory{"rss_mib", "peak MiB"};

    // What a header of ours cannot do without: most of the time is the standard library's.
    const std::vector<std::string> standard{"atomic", "chrono", "coroutine",
                                            "functional", "memory", "string", "vector"};
    const auto standard_headers = [&] {
        bench::command what = compile(suite, standard.front());
        for (std::size_t i = 1; i < standard.size(); ++i)
            what.arguments.insert(what.arguments.end() - 1, {"-include", standard[i]});
        return what;
    };
    std::string standard_name;
    for (const std::string& each : standard) standard_name += "<" + each + "> ";
    standard_name.pop_back();

    bench::table whole("the umbrella header", {user, wall, memory});
    whole.reference(standard_name, standard_headers());
    if (std::ranges::find(all, umbrella) != all.end()) {
        whole.row("<troika/troika.hpp>", compile(suite, std::string(umbrella)));
        whole.goal_value("<troika/troika.hpp>", "user_s", umbrella_seconds_max);
    }
    suite.run(std::move(whole));

    bench::table single("single headers", {user, wall, memory});
    single.reference(standard_name, standard_headers());
    for (const std::string& header : all) {
        if (header == umbrella) continue;
        single.row("<" + header + ">", compile(suite, header));
        single.goal_value("<" + header + ">", "user_s", noun_seconds_max);
        if (suite.smoke()) break;
    }
    single.rounds_at_most(3);
    suite.run(std::move(single));
    return suite.finish();
}
