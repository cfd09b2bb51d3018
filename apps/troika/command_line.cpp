// SPDX-License-Identifier: MIT
#include "apps/troika/command_line.hpp"

#include "apps/troika/command_line_advise.hpp"
#include "apps/troika/command_line_compare.hpp"
#include "apps/troika/command_line_mpi.hpp"
#include "apps/troika/command_line_help.hpp"
#include "apps/troika/command_line_watch.hpp"
#include "apps/troika/quantity.hpp"
#include "fetch/printable.hpp"
#include "os/processors.hpp"

#include <troika/fetch/checksum.hpp>
#include <troika/fetch/failure.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace troika::apps {
namespace {

constexpr std::string_view version = TROIKA_VERSION;   // told by the build

// Makes `add`ed options of values that CLI11 cannot read: what `read` throws becomes a usage error.
template <class Read>
CLI::Option* add_parsed(CLI::App& app, const std::string& name, Read read,
                        const std::string& description) {
    return app
        .add_option_function<std::string>(
            name,
            [name, read](const std::string& text) {
                try {
                    read(text);
                } catch (const std::exception& wrong) {
                    throw CLI::ValidationError(name.substr(name.find("--")), wrong.what());
                }
            },
            description)
        ->type_name("");
}

CLI::Option* add_duration(CLI::App& app, const std::string& name, std::chrono::nanoseconds& into,
                          const std::string& description) {
    return add_parsed(
               app, name, [&into](const std::string& text) { into = parse_duration(text); },
               description)
        ->type_name("TIME");
}

// A number, or a share of the processors: `8`, `200%`.
unsigned parse_jobs(std::string_view text) {
    unsigned long long number = 0;
    const bool is_share = text.ends_with('%');
    const char* const end = text.data() + text.size() - (is_share ? 1 : 0);
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stopped != end || number == 0 || number > 1'000'000)
        throw std::invalid_argument("\"" + std::string(text) +
                                    "\" is no number of jobs; write 8, or 200% for two for each "
                                    "processor");
    if (is_share) number = std::max(1ULL, number * os::processors_available() / 100);
    return static_cast<unsigned>(number);
}

CLI::Option* add_checksum(CLI::App& app, const std::string& name,
                          std::optional<fetch::checksum>& into, bool with_algorithm,
                          const std::string& description) {
    return add_parsed(
               app, name,
               [&into, with_algorithm](const std::string& text) {
                   into = with_algorithm
                              ? fetch::checksum::parse(text)
                              : fetch::checksum::parse_hex(fetch::checksum_algorithm::sha256, text);
               },
               description)
        ->type_name(with_algorithm ? "SUM" : "HEX");
}

// Sets a member of `options` to something other than `true`.
template <class Set>
CLI::Option* add_switch(CLI::App& app, const std::string& name, Set set,
                        const std::string& description) {
    return app.add_flag_callback(name, set, description);
}

CLI::Option* add_size(CLI::App& app, const std::string& name, std::uint64_t& into,
                      const std::string& description) {
    return add_parsed(
               app, name, [&into](const std::string& text) { into = parse_size(text); },
               description)
        ->type_name("SIZE");
}

// Who we are, whom we trust, and by which way.
void declare_transport(CLI::App& app, fetch::get_options& options, surroundings& around) {
    const std::string who = "Who you are";
    auto* user = app.add_option("-u,--user", options.user,
                                "NAME:PASSWORD; others on this machine can see it: prefer --netrc");
    user->type_name("TEXT")->group(who);
    app.add_option("--bearer", options.bearer, "A token; others can see it as well")
        ->type_name("TOKEN")
        ->group(who)
        ->excludes(user);
    app.add_flag("--netrc", around.netrc, "Log-ins from ~/.netrc, or where $NETRC says")
        ->group(who);
    app.add_option("--netrc-file", options.netrc, "Log-ins from this file")
        ->type_name("FILE")
        ->group(who);
    app.add_option("-b,--cookie", options.cookies, "NAME=VALUE, or a file of cookies")
        ->type_name("COOKIE")
        ->type_size(1)
        ->allow_extra_args(false)
        ->group(who);
    app.add_option("--cookie-jar", options.cookie_jar, "Take cookies, and write them at the end")
        ->type_name("FILE")
        ->group(who);

    const std::string way = "Ways and trust";
    add_parsed(
        app, "--proxy",
        [&around](const std::string& text) {
            if (!text.empty()) static_cast<void>(http::proxy::parse(text));
            around.proxy = text;
        },
        "http://[USER:PASSWORD@]HOST:PORT, or '' for none")
        ->type_name("URL")
        ->group(way);
    add_parsed(
        app, "--noproxy",
        [&around](const std::string& text) {
            static_cast<void>(http::proxy_exceptions(text, "--noproxy"));
            around.direct = text;
        },
        "Hosts to ask without a proxy, with commas")
        ->type_name("LIST")
        ->group(way);
    app.add_option("--cacert", options.authorities, "Trust this authority (PEM) and no other")
        ->type_name("FILE")
        ->group(way);
    app.add_option("--cert", options.certificate, "Our certificate (PEM)")
        ->type_name("FILE")
        ->group(way);
    app.add_option("--key", options.key, "The key of --cert (PEM)")->type_name("FILE")->group(way);
    add_parsed(
        app, "--tls-min",
        [&options](const std::string& text) {
            if (text == "1.2")
                options.tls_min = tls::version::tls_1_2;
            else if (text == "1.3")
                options.tls_min = tls::version::tls_1_3;
            else
                throw std::invalid_argument("write 1.2 or 1.3");
        },
        "The oldest version of TLS: 1.2 or 1.3 (1.2)")
        ->type_name("VERSION")
        ->group(way);
    add_switch(
        app, "-k,--insecure", [&] { options.verify = false; },
        "Believe every server: anybody on the way can lie")
        ->group(way);
    app.add_option("--hsts", options.hsts, "Hosts that want https: read, and kept in this file")
        ->type_name("FILE")
        ->group(way);
}

void declare_get(CLI::App& app, fetch::get_options& options, surroundings& around) {
    using fetch::existing_file;
    app.add_option("URL", options.urls, "What to get")->type_name("");
    app.add_option("-i,--input", options.list,
                   "A list: a URL a line, with out=NAME, sha256=HEX, mirror=URL; - is standard "
                   "input")
        ->type_name("FILE");
    app.add_option("--metalink", options.metalink, "A Metalink 4 document: files and their mirrors")
        ->type_name("FILE");

    const std::string naming = "Names";
    app.add_option("-o,--output", options.output, "Name of the only file; - is standard output")
        ->type_name("FILE")
        ->group(naming);
    app.add_option("-d,--directory", options.directory, "Where the files go; made if missing")
        ->type_name("DIR")
        ->group(naming);
    app.add_flag("-J,--remote-header-name", options.remote_name,
                 "Name the file as the server says (Content-Disposition)")
        ->group(naming);
    std::vector<CLI::Option*> policies{
        add_switch(
            app, "--overwrite", [&] { options.existing = existing_file::overwrite; },
            "Replace a file that exists, once the new one is whole"),
        add_switch(
            app, "--no-clobber", [&] { options.existing = existing_file::keep; },
            "Leave a file that exists, without asking the server"),
        add_switch(
            app, "--if-changed", [&] { options.existing = existing_file::renew; },
            "Replace a file that exists if the server has another one"),
        add_switch(
            app, "--rename", [&] { options.existing = existing_file::rename; },
            "Give the new file a number where the name is taken")};
    for (CLI::Option* policy : policies) {
        policy->group(naming);
        for (CLI::Option* other : policies)
            if (other != policy) policy->excludes(other);
    }

    const std::string limits = "How much at once";
    app.add_option("-j,--jobs", options.jobs, "Files at once (8)")->type_name("N")->group(limits);
    app.add_option("--per-host", options.per_host, "Files at once from one server (4)")
        ->type_name("N")
        ->group(limits);
    app.add_option("-s,--split", options.splits, "Connections for each large file (1)")
        ->type_name("N")
        ->group(limits);
    add_size(app, "--min-split", options.split_min, "No part is smaller (20M)")->group(limits);
    add_size(app, "--limit-rate", options.rate_max, "Bytes per second in all, as 5M (none)")
        ->group(limits);
    add_size(app, "--limit-rate-file", options.file_rate_max, "The same for each file (none)")
        ->group(limits);

    const std::string patience = "Patience (a TIME is 50ms, 2s, 1m; 0 is no limit)";
    app.add_option("--retries", options.retry.retries_max, "Attempts after the first (5)")
        ->type_name("N")
        ->check(CLI::Range(0u, 1'000'000u))
        ->group(patience);
    add_parsed(
        app, "--retry-max-time",
        [&options](const std::string& text) {
            const auto time = parse_duration(text);
            options.retry.total_max = time.count() == 0 ? std::chrono::nanoseconds::max() : time;
        },
        "No attempt begins after it (none)")
        ->type_name("TIME")
        ->group(patience);
    add_duration(app, "--connect-timeout", options.connect_timeout, "For a connection (10s)")
        ->group(patience);
    add_duration(app, "--stall-timeout", options.stall_timeout, "Without a byte (30s)")
        ->group(patience);
    add_duration(app, "--max-time", options.time_max, "For each file in all (none)")
        ->group(patience);
    app.add_flag("--fail-fast", options.fail_fast, "The first failure ends the run")
        ->group(patience);

    const std::string safety = "Safety";
    auto* sha256 =
        add_checksum(app, "--sha256", options.expected, false, "What the only file must have");
    sha256->group(safety);
    add_checksum(app, "--checksum", options.expected, true,
                 "The same as ALGORITHM:HEX: sha256, sha512, sha1, md5, blake2b")
        ->group(safety)
        ->excludes(sha256);
    app.add_option("--checksums", options.checksums, "A list such as SHA256SUMS, with every file")
        ->type_name("FILE")
        ->group(safety);
    add_switch(
        app, "--no-resume", [&] { options.resume = false; },
        "Begin partial files again from the start")
        ->group(safety);
    add_switch(
        app, "--no-fsync", [&] { options.sync = false; }, "Faster, but a power cut can spoil files")
        ->group(safety);
    add_switch(
        app, "--no-mtime", [&] { options.keep_time = false; },
        "Do not give files the server's time")
        ->group(safety);

    const std::string request = "Requests";
    app.add_option_function<std::vector<std::string>>(
           "-H,--header",
           [&options](const std::vector<std::string>& texts) {
               try {
                   for (const std::string& text : texts)
                       options.headers.push_back(fetch::parse_user_header(text));
               } catch (const fetch::failure& wrong) {
                   throw CLI::ValidationError(wrong.what());
               }
           },
           "'Name: value', for every request; may be repeated")
        ->type_name("HEADER")
        ->type_size(1)
        ->allow_extra_args(false)
        ->group(request);
    add_parsed(
        app, "--user-agent",
        [&options](const std::string& text) {
            options.user_agent = fetch::parse_user_header("User-Agent:" + text).value;
        },
        "How to introduce ourselves (troika/VERSION)")
        ->type_name("TEXT")
        ->group(request);
    app.add_option("--max-redirs", options.redirects_max, "Redirects to follow (10)")
        ->type_name("N")
        ->group(request);
    app.add_flag("--redirects-to-http", options.redirects_to_http,
                 "Follow redirects from https to http as well")
        ->group(request);
    app.add_flag("--compressed", options.compressed,
                 "Let servers compress what they send (no resuming, no parts)")
        ->group(request);
    app.add_flag("--dry-run", options.dry_run, "Ask what is there, and get nothing")
        ->group(request);
    declare_transport(app, options, around);

    const std::string talk = "Output";
    app.add_flag("-q,--quiet", options.quiet, "Say only what fails")->group(talk);
    app.add_flag("-v,--verbose", options.verbose, "Say more")->group(talk);
    app.add_flag("--json", options.json, "Events on standard output, one JSON object a line")
        ->group(talk);
    add_switch(
        app, "--no-progress", [&] { options.progress = false; }, "No progress bars")
        ->group(talk);
    app.add_option("--failed-out", options.failed_out, "Write a list of what failed, for -i")
        ->type_name("FILE")
        ->group(talk);
    add_parsed(
        app, "--exec",
        [&options](const std::string& text) { options.exec = fetch::exec_hook::parse(text); },
        "Run a command for each file that is whole; {} is its path. No shell")
        ->type_name("CMD")
        ->group(talk);
}

void declare_serve(CLI::App& app, serve_command& command) {
    app.add_option("DIR", command.directory, "What to serve (the current directory)")
        ->type_name("");
    app.add_option("--port", command.port, "Where to listen; 0 is a free port (8000)")
        ->type_name("PORT");
    app.add_option("--bind", command.bind,
                   "The address to listen on (127.0.0.1: this machine only)")
        ->type_name("ADDRESS");
    add_duration(app, "--delay", command.delay, "Wait so long before each answer, as 50ms");
    add_parsed(
        app, "--rate", [&command](const std::string& text) { command.rate = parse_size(text); },
        "Bytes per second of each connection, as 5M")
        ->type_name("SIZE");
    app.add_flag("--access-log", command.access_log, "Say what is asked for");
    const std::string secure = "https";
    auto* certificate = app.add_option("--cert", command.certificate, "The certificate (PEM)");
    auto* key = app.add_option("--key", command.key, "Its key (PEM)");
    certificate->type_name("FILE")->group(secure)->needs(key);
    key->type_name("FILE")->group(secure)->needs(certificate);
    auto* self_signed = app.add_flag("--self-signed", command.self_signed,
                                     "Make a certificate that nobody trusts yet");
    self_signed->group(secure)->excludes(certificate);
    app.add_option("--write-cert", command.certificate_out,
                   "Write that certificate, for --cacert of those who shall trust it")
        ->type_name("FILE")
        ->group(secure)
        ->needs(self_signed);
}

void declare_map(CLI::App& app, mapper::map_options& options) {
    app.prefix_command();   // the command's own options are not ours
    app.footer("\ntroika map [OPTIONS] [--] COMMAND [ARGUMENT...] [::: INPUT...]\n\n"
               "COMMAND is run for each input: the words after :::, or lines of a file or of "
               "standard\ninput. In it {} is the input, {.} without its extension, {/} without its "
               "folder, {//} its\nfolder, {/.} neither, {#} the number of the job; without any of "
               "them the input is the last\nargument. No shell reads COMMAND: for that, write "
               "sh -c '... \"$1\"' sh {}.");
    add_parsed(
        app, "-j,--jobs",
        [&options](const std::string& text) { options.jobs = parse_jobs(text); },
        "Jobs at a time (one for each processor; also as 200%)")
        ->type_name("N");
    app.add_option("-a,--arg-file", options.file, "Take inputs from a file (standard input)")
        ->type_name("FILE");
    app.add_flag("-0,--null", options.null_separated, "Inputs end with NUL, not with lines");
    app.add_flag("-k,--keep-order", options.keep_order, "Show output in the order of the inputs");
    app.add_flag("--tag", options.tag, "Begin each line of output with its input and a tab");
    add_parsed(
        app, "--halt",
        [&options](const std::string& text) { options.halt = mapper::halt_policy::parse(text); },
        "End early: now or soon, with fail, success or done, as now,fail=1 or soon,fail=10%")
        ->type_name("HOW");
    add_duration(app, "--timeout", options.timeout, "End a job that takes longer, as 30s");
    app.add_option("--retries", options.tries, "Try a job that fails so often at most (1)")
        ->type_name("N");
    app.add_option("--joblog", options.job_log, "Write a line for each job that has ended")
        ->type_name("FILE");
    app.add_flag("--resume", options.resume, "Leave out jobs that the log has");
    app.add_flag("--resume-failed", options.resume_failed,
                 "Leave out jobs that the log has as successful");
    app.add_flag("--dry-run", options.dry_run, "Say what would be run");
    app.add_flag("--bar", options.bar, "Show progress on standard error");
}

// The words without the -- that may stand before the command: CLI11 would give all that follows to
// nobody, and the command ends our options anyway.
std::vector<const char*> without_separator(const CLI::App& on_command, int argc,
                                           const char* const* argv) {
    std::vector<const char*> words(argv, argv + argc);
    for (std::size_t i = 2; i < words.size(); ++i) {
        const std::string_view word = words[i];
        if (word == "--") {
            words.erase(words.begin() + static_cast<std::ptrdiff_t>(i));
            break;
        }
        if (!word.starts_with('-')) break;
        const CLI::Option* option = on_command.get_option_no_throw(std::string(word));
        if (option != nullptr && option->get_items_expected_max() > 0) ++i;   // its value
    }
    return words;
}

// Takes the command and the inputs after ::: apart.
void take_words(std::vector<std::string> words, mapper::map_options& options) {
    const auto separator = std::ranges::find(words, ":::");
    if (separator != words.end()) {
        options.arguments.emplace(separator + 1, words.end());
        if (std::ranges::find(*options.arguments, ":::") != options.arguments->end())
            throw std::invalid_argument("there is more than one :::; give all inputs after one");
    }
    options.command.assign(words.begin(), separator);
    // CLI11 takes an option that it does not know for the command.
    if (!options.command.empty() && options.command.front().starts_with('-'))
        throw std::invalid_argument("there is no option " + options.command.front());
    mapper::check_options(options);
}

message usage_error(const CLI::App& app, const std::string& what) {
    const CLI::App* innermost = &app;
    while (!innermost->get_subcommands().empty()) innermost = innermost->get_subcommands().front();
    std::string name = innermost->get_name();
    if (innermost != &app) name = app.get_name() + " " + name;
    // Where the exit code is a command's, ours are among those that `env` and `time` use.
    const bool passes_codes = innermost->get_name() == "advise";
    return {"troika: " + fetch::printable(what) + "\nTry `" + name + " --help`.\n",
            passes_codes ? 125 : static_cast<int>(fetch::cause::usage)};
}

}  // namespace

command parse_command_line(int argc, const char* const* argv) {
    CLI::App app("Many things at once: downloads, servers and jobs.", "troika");
    get_command get;
    get.options.user_agent = "troika/" + std::string(version);
    serve_command serve;
    map_command map;
    watch_command watch;
    advise_command advise;
    compare_command compare;
    bool show_version = false;
    app.formatter(make_plain_formatter());   // the subcommands inherit it
    app.add_flag("--version", show_version, "Say which version this is");
    CLI::App* const on_get = app.add_subcommand("get", "Get files, many at once");
    CLI::App* const on_serve = app.add_subcommand("serve", "Serve a directory over HTTP or HTTPS");
    CLI::App* const on_map = app.add_subcommand("map", "Run a command over many inputs");
    CLI::App* const on_advise =
        app.add_subcommand("advise", "CPU-bound or I/O-bound? Which model fits a program");
    CLI::App* const on_doctor =
        app.add_subcommand("doctor", "Say which backend and limits are used, and why");
    app.require_subcommand(0, 1);
    declare_get(*on_get, get.options, get.around);
    declare_serve(*on_serve, serve);
    declare_map(*on_map, map.options);
    declare_watch(app, watch);
    declare_advise(*on_advise, advise);
    declare_compare(app, compare);
    declare_mpi(*on_get, get.mpi);

    try {
        std::vector<const char*> words(argv, argv + argc);
        for (const CLI::App* each : {on_map, on_advise})
            if (argc > 2 && argv[1] == each->get_name())
                words = without_separator(*each, argc, argv);
        app.parse(static_cast<int>(words.size()), words.data());
        if (show_version) return message{"troika " + std::string(version) + "\n", 0};
        if (on_serve->parsed()) return serve;
        if (on_map->parsed()) {
            take_words(on_map->remaining(), map.options);
            return map;
        }
        if (on_advise->parsed()) {
            finish_advise(on_advise->remaining(), advise);
            return advise;
        }
        if (parsed_compare(app)) return compare;
        if (on_doctor->parsed()) return doctor_command();
        if (parsed_watch(app)) return watch;
        if (!on_get->parsed()) return usage_error(app, "say what to do: try troika --help");
        fetch::check_options(get.options);
        return get;
    } catch (const CLI::CallForHelp&) {
        const std::string text = app.help();
        return message{text.substr(0, text.find_last_not_of('\n') + 1) + "\n", 0};
    } catch (const CLI::ParseError& wrong) {
        return usage_error(app, wrong.what());
    } catch (const fetch::failure& wrong) {
        return usage_error(app, wrong.what());
    } catch (const std::invalid_argument& wrong) {
        return usage_error(app, wrong.what());
    }
}

}  // namespace troika::apps
