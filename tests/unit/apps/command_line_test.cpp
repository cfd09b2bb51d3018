// SPDX-License-Identifier: MIT
#include "apps/troika/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>

namespace troika::apps {
namespace {

using namespace std::chrono_literals;
using fetch::existing_file;
using testing::ElementsAre;
using testing::HasSubstr;

command parse(std::initializer_list<const char*> arguments) {
    std::vector<const char*> argv{"troika"};
    argv.insert(argv.end(), arguments);
    return parse_command_line(static_cast<int>(argv.size()), argv.data());
}

fetch::get_options get(std::initializer_list<const char*> arguments) {
    std::vector<const char*> argv{"troika", "get"};
    argv.insert(argv.end(), arguments);
    const command parsed = parse_command_line(static_cast<int>(argv.size()), argv.data());
    if (const auto* text = std::get_if<message>(&parsed)) ADD_FAILURE() << text->text;
    return std::get<get_command>(parsed).options;
}

std::string usage_error(std::initializer_list<const char*> arguments) {
    const command parsed = parse(arguments);
    const auto* text = std::get_if<message>(&parsed);
    if (text == nullptr) return "accepted";
    EXPECT_EQ(text->exit_code, 2);
    EXPECT_THAT(text->text, testing::StartsWith("troika: "));
    EXPECT_THAT(text->text, HasSubstr("--help"));
    return text->text;
}

TEST(CommandLine, HelpAndVersionAreNoErrors) {
    for (const auto& arguments : {std::initializer_list<const char*>{"--version"},
                                  {"--help"},
                                  {"-h"},
                                  {"get", "--help"},
                                  {"serve", "--help"},
                                  {"doctor", "--help"}}) {
        const command parsed = parse(arguments);
        ASSERT_TRUE(std::holds_alternative<message>(parsed));
        EXPECT_EQ(std::get<message>(parsed).exit_code, 0);
    }
    EXPECT_THAT(std::get<message>(parse({"--version"})).text, testing::StartsWith("troika 0."));
    EXPECT_THAT(std::get<message>(parse({"get", "--help"})).text, HasSubstr("--stall-timeout"));
    EXPECT_THAT(std::get<message>(parse({"serve", "--help"})).text, HasSubstr("--delay"));
}

TEST(CommandLine, GetWithoutOptionsHasTheDefaults) {
    const auto options = get({"http://h/a", "http://h/b"});
    EXPECT_THAT(options.urls, ElementsAre("http://h/a", "http://h/b"));
    EXPECT_EQ(options.jobs, 8u);
    EXPECT_EQ(options.per_host, 4u);
    EXPECT_EQ(options.retry.retries_max, 5u);
    EXPECT_EQ(options.existing, existing_file::keep_if_same);
    EXPECT_THAT(options.user_agent, testing::StartsWith("troika/0."));
    EXPECT_TRUE(options.resume);
    EXPECT_TRUE(options.sync);
    EXPECT_TRUE(options.keep_time);
    EXPECT_TRUE(options.progress);
    EXPECT_FALSE(options.quiet || options.verbose || options.json || options.fail_fast);
}

TEST(CommandLine, GetTakesEveryOption) {
    const auto options = get({"-i",
                              "-",
                              "-d",
                              "dir",
                              "-j",
                              "1000",
                              "--per-host",
                              "100",
                              "-v",
                              "--json",
                              "--no-progress",
                              "--retries",
                              "7",
                              "--retry-max-time",
                              "5m",
                              "--connect-timeout",
                              "1.5",
                              "--stall-timeout",
                              "50ms",
                              "--max-time",
                              "1h",
                              "--no-resume",
                              "--overwrite",
                              "--no-fsync",
                              "--no-mtime",
                              "-H",
                              "A: b",
                              "-H",
                              "C:d",
                              "--user-agent",
                              "me/1",
                              "--max-redirs",
                              "3",
                              "--fail-fast",
                              "-J"});
    EXPECT_TRUE(options.urls.empty());
    EXPECT_EQ(options.list, "-");
    EXPECT_EQ(options.directory, "dir");
    EXPECT_EQ(options.jobs, 1000u);
    EXPECT_EQ(options.per_host, 100u);
    EXPECT_TRUE(options.verbose);
    EXPECT_TRUE(options.json);
    EXPECT_FALSE(options.progress);
    EXPECT_EQ(options.retry.retries_max, 7u);
    EXPECT_EQ(options.retry.total_max, 5min);
    EXPECT_EQ(options.connect_timeout, 1500ms);
    EXPECT_EQ(options.stall_timeout, 50ms);
    EXPECT_EQ(options.time_max, 1h);
    EXPECT_FALSE(options.resume);
    EXPECT_EQ(options.existing, existing_file::overwrite);
    EXPECT_FALSE(options.sync);
    EXPECT_FALSE(options.keep_time);
    EXPECT_THAT(options.headers,
                ElementsAre(fetch::user_header{"A", "b"}, fetch::user_header{"C", "d"}));
    EXPECT_EQ(options.user_agent, "me/1");
    EXPECT_EQ(options.redirects_max, 3u);
    EXPECT_TRUE(options.fail_fast);
    EXPECT_TRUE(options.remote_name);

    EXPECT_TRUE(get({"-q", "http://h/a"}).quiet);
    EXPECT_EQ(get({"-o", "-", "http://h/a"}).output, "-");
    EXPECT_EQ(get({"http://h/a", "-o", "x"}).output, "x");
    EXPECT_EQ(get({"--no-clobber", "http://h/a"}).existing, existing_file::keep);
    EXPECT_EQ(get({"--rename", "http://h/a"}).existing, existing_file::rename);
    EXPECT_EQ(get({"--retry-max-time", "0", "http://h/a"}).retry.total_max,
              std::chrono::nanoseconds::max());
    const std::string digits(64, 'a');
    EXPECT_EQ(get({"--sha256", digits.c_str(), "http://h/a"}).expected.value().hex(), digits);
    const std::string md5 = "md5:" + std::string(32, 'b');
    EXPECT_EQ(get({"--checksum", md5.c_str(), "http://h/a"}).expected.value().to_string(), md5);
}

TEST(CommandLine, AHeaderDoesNotSwallowTheUrl) {
    const auto options = get({"-H", "A: b", "http://h/a"});
    EXPECT_EQ(options.headers.size(), 1u);
    EXPECT_THAT(options.urls, ElementsAre("http://h/a"));
}

TEST(CommandLine, MistakesInGetAreExplained) {
    EXPECT_THAT(usage_error({"get"}), HasSubstr("nothing to get"));
    EXPECT_THAT(usage_error({"get", "--nonsense", "http://h/a"}), HasSubstr("--nonsense"));
    EXPECT_THAT(usage_error({"get", "-j", "many", "http://h/a"}), HasSubstr("many"));
    EXPECT_THAT(usage_error({"get", "-j", "0", "http://h/a"}), HasSubstr("-j takes"));
    EXPECT_THAT(usage_error({"get", "-j", "-1", "http://h/a"}), HasSubstr("-1"));
    EXPECT_THAT(usage_error({"get", "--stall-timeout", "soon", "http://h/a"}),
                HasSubstr("--stall-timeout: write a time such as 50ms"));
    EXPECT_THAT(usage_error({"get", "--sha256", "12", "http://h/a"}),
                HasSubstr("64 hexadecimal digits"));
    EXPECT_THAT(usage_error({"get", "--checksum", "crc:1", "http://h/a"}), HasSubstr("not known"));
    EXPECT_THAT(usage_error({"get", "--overwrite", "--rename", "http://h/a"}),
                HasSubstr("--rename"));
    EXPECT_THAT(usage_error({"get", "-q", "-v", "http://h/a"}), HasSubstr("-q and -v"));
    EXPECT_THAT(usage_error({"get", "-o", "x", "http://h/a", "http://h/b"}), HasSubstr("-o names"));
    EXPECT_THAT(usage_error({"get", "-H", "Range: x", "http://h/a"}),
                HasSubstr("downloader's own"));
    EXPECT_THAT(usage_error({"get", "--user-agent", "a\nb", "http://h/a"}),
                HasSubstr("control character"));
    EXPECT_THAT(usage_error({"get", "http://h/a", "-o"}), HasSubstr("output"));
    EXPECT_THAT(usage_error({"get", "--nonsense\x1b[2J"}), testing::Not(HasSubstr("\x1b")));
    EXPECT_THAT(usage_error({"get", "-u", "a:b", "--bearer", "c", "http://h/a"}),
                HasSubstr("--bearer"));
    EXPECT_THAT(usage_error({"get", "--cert", "a.pem", "http://h/a"}), HasSubstr("--key"));
    EXPECT_THAT(usage_error({"get", "--compressed", "-s", "2", "http://h/a"}),
                HasSubstr("contradict"));
    EXPECT_THAT(usage_error({"get", "-s", "0", "http://h/a"}), HasSubstr("-s takes"));
    EXPECT_THAT(usage_error({"get", "--min-split", "1", "http://h/a"}), HasSubstr("--min-split"));
    EXPECT_THAT(usage_error({"get", "--tls-min", "1.1", "http://h/a"}), HasSubstr("1.2 or 1.3"));
    EXPECT_THAT(usage_error({"get", "--limit-rate", "fast", "http://h/a"}),
                HasSubstr("--limit-rate"));
    EXPECT_THAT(usage_error({"get", "--exec", "echo 'a", "http://h/a"}), HasSubstr("--exec"));
    EXPECT_THAT(usage_error({"get", "--exec", "x", "-o", "-", "http://h/a"}), HasSubstr("--exec"));
    EXPECT_THAT(usage_error({"get", "--proxy", "socks5://h", "http://h/a"}), HasSubstr("--proxy"));
    EXPECT_THAT(usage_error({"get", "--noproxy", "10.0.0.0/99", "http://h/a"}),
                HasSubstr("--noproxy"));
    EXPECT_THAT(usage_error({"get", "-i", "list", "--failed-out", "list"}),
                HasSubstr("--failed-out"));
    EXPECT_THAT(usage_error({"get", "--if-changed", "--rename", "http://h/a"}),
                HasSubstr("--rename"));
}

TEST(CommandLine, Serve) {
    const auto plain = std::get<serve_command>(parse({"serve"}));
    EXPECT_EQ(plain.directory, ".");
    EXPECT_EQ(plain.bind, "127.0.0.1");
    EXPECT_EQ(plain.port, 8000);
    EXPECT_EQ(plain.delay, 0s);
    EXPECT_EQ(plain.rate, 0u);
    EXPECT_FALSE(plain.access_log);

    const auto full =
        std::get<serve_command>(parse({"serve", "dir", "--port", "0", "--bind", "::1", "--delay",
                                       "50ms", "--rate", "5M", "--access-log"}));
    EXPECT_EQ(full.directory, "dir");
    EXPECT_EQ(full.bind, "::1");
    EXPECT_EQ(full.port, 0);
    EXPECT_EQ(full.delay, 50ms);
    EXPECT_EQ(full.rate, 5u << 20);
    EXPECT_TRUE(full.access_log);

    EXPECT_THAT(usage_error({"serve", "--port", "65536"}), HasSubstr("65536"));
    EXPECT_THAT(usage_error({"serve", "--rate", "fast"}), HasSubstr("write a size"));
    EXPECT_THAT(usage_error({"serve", "a", "b"}), HasSubstr("b"));
}

TEST(CommandLine, Map) {
    const auto map = [](std::initializer_list<const char*> words) {
        return std::get<map_command>(parse(words)).options;
    };
    // The command's options are its own.
    const mapper::map_options plain =
        map({"map", "-j", "3", "sort", "-k", "--", "2", ":::", "a", "--tag"});
    EXPECT_EQ(plain.jobs, 3u);
    EXPECT_THAT(plain.command, testing::ElementsAre("sort", "-k", "--", "2"));
    EXPECT_THAT(*plain.arguments, testing::ElementsAre("a", "--tag"));
    EXPECT_FALSE(plain.keep_order || plain.tag);

    const mapper::map_options full =
        map({"map", "-0k", "--timeout", "2s", "--retries=3", "-a", "--", "--halt", "now,fail=1",
             "--joblog", "log", "--resume", "--bar", "--dry-run", "--", "echo", "x"});
    EXPECT_TRUE(full.null_separated && full.keep_order && full.resume && full.bar && full.dry_run);
    EXPECT_EQ(full.timeout, 2s);
    EXPECT_EQ(full.tries, 3u);
    EXPECT_EQ(full.file, "--");
    EXPECT_EQ(full.job_log, "log");
    EXPECT_THAT(full.command, testing::ElementsAre("echo", "x"));
    EXPECT_FALSE(full.arguments);

    EXPECT_THAT(usage_error({"map"}), HasSubstr("no command"));
    EXPECT_THAT(usage_error({"map", "-j", "many", "x"}), HasSubstr("200%"));
    EXPECT_THAT(usage_error({"map", "--frob", "x", ":::"}), HasSubstr("--frob"));
}

TEST(CommandLine, DoctorAndTheRest) {
    EXPECT_TRUE(std::holds_alternative<doctor_command>(parse({"doctor"})));
    EXPECT_THAT(usage_error({}), HasSubstr("say what to do"));
    EXPECT_THAT(usage_error({"fetch"}), HasSubstr("fetch"));
    EXPECT_THAT(usage_error({"doctor", "x"}), HasSubstr("x"));
}

}  // namespace
}  // namespace troika::apps
