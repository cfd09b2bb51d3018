// SPDX-License-Identifier: MIT
#include <troika/fetch/exec_hook.hpp>

#include "fetch/descriptor_io.hpp"
#include "fetch/printable.hpp"

#include <troika/base/check.hpp>
#include <troika/core/cancel_scope.hpp>
#include <troika/core/errors.hpp>
#include <troika/fetch/failure.hpp>
#include <troika/io/offload.hpp>
#include <troika/tasks/move_on_after.hpp>

#include "os/fd.hpp"
#include "os/signal.hpp"
#include "os/spawn.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iterator>
#include <system_error>
#include <utility>

namespace troika::fetch {
namespace {

constexpr std::string_view blanks = " \t\n";
constexpr std::string_view place = "{}";
constexpr std::string_view for_shells_only = "|&;<>()$`";
constexpr std::string_view for_shells_in_quotes = "$`";
constexpr std::string_view escaped_in_quotes = "\"\\$`";

[[noreturn]] void refuse(const std::string& what) {
    throw failure(cause::usage, "--exec: " + what);
}

/// Takes a command apart, a word at a time.
class word_reader {
public:
    explicit word_reader(std::string_view text) : text_(text) {}

    /// Returns: false at the end.
    bool next(std::string& word) {
        word.clear();
        at_ = std::min(text_.find_first_not_of(blanks, at_), text_.size());
        if (at_ == text_.size()) return false;
        while (at_ < text_.size() && !blanks.contains(text_[at_])) {
            const char c = text_[at_++];
            if (c == '\'')
                single_quoted(word);
            else if (c == '"')
                double_quoted(word);
            else if (c == '\\')
                word += escaped();
            else
                word += plain(c, for_shells_only);
        }
        return true;
    }

private:
    static char plain(char c, std::string_view refused) {
        if (refused.contains(c))
            refuse(std::string("no shell reads the command, so '") + c +
                   "' has no meaning; put it in single quotes, or write "
                   "sh -c '... \"$1\"' sh {}");
        return c;
    }
    char escaped() {
        if (at_ == text_.size()) refuse("a backslash ends the command; write two of them");
        return text_[at_++];
    }
    void single_quoted(std::string& word) {
        const std::size_t end = text_.find('\'', at_);
        if (end == std::string_view::npos) refuse("a single quote is not closed");
        word += text_.substr(at_, end - at_);
        at_ = end + 1;
    }
    void double_quoted(std::string& word) {
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '"') {
                ++at_;
                return;
            }
            const bool escapes = c == '\\' && at_ + 1 < text_.size() &&
                                 escaped_in_quotes.contains(text_[at_ + 1]);
            word += escapes ? text_[++at_] : plain(c, for_shells_in_quotes);
        }
        refuse("a double quote is not closed");
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

bool is_shell(std::string_view word) noexcept {
    constexpr std::string_view shells[] = {"sh",  "bash", "dash", "ash",
                                           "zsh", "ksh",  "mksh", "fish"};
    return std::ranges::find(shells, word.substr(word.rfind('/') + 1)) != std::end(shells);
}

// Whether `words` have a shell read a text with {} in it.
bool runs_names(const std::vector<std::string>& words) {
    const auto shell = std::ranges::find_if(words, is_shell);
    if (shell == words.end()) return false;
    const auto command = std::find_if(shell + 1, words.end(), [](const std::string& word) {
        return word.starts_with('-') && !word.starts_with("--") && word.ends_with('c');
    });
    if (command == words.end() || command + 1 == words.end()) return false;
    return (command + 1)->contains(place);
}

/// A child that is reaped, whatever happens.
class child {
public:
    child(const std::vector<std::string>& arguments, const command_options& options) {
        std::vector<const char*> pointers;
        for (const std::string& each : arguments) pointers.push_back(each.c_str());
        pointers.push_back(nullptr);
        const os::spawn_options how{.output_to_error = options.output_to_error};
        const int started = os::spawn(pointers.data(), how, process_);
        if (started < 0) fail(started, arguments.front());
        handle_.reset(os::open_process(process_));
        if (handle_) return;
        os::kill_and_reap(std::exchange(process_, 0));
        throw failure(cause::other, "wait for " + printable(arguments.front()) +
                                        ": commands need Linux 5.3 or newer, and a system that "
                                        "does not forbid pidfd_open");
    }
    child(child&& other) noexcept
        : process_(std::exchange(other.process_, 0)), handle_(std::move(other.handle_)) {}
    child& operator=(child&&) = delete;
    ~child() {
        if (process_ != 0) os::kill_and_reap(process_);
    }

    /// Waits until it has ended.
    [[nodiscard]] descriptor_operation end() const {
        return {io_op::wait_readable, handle_.get(), {}, io_request::current_offset, "command"};
    }
    void send(int signal) const noexcept { os::signal_process(handle_.get(), signal); }
    /// Requires: it has ended. Returns: 0 or -errno.
    int reap(exit_report& report) noexcept {
        os::process_end end;
        const int result = os::reap(handle_.get(), end);
        if (result == 0 || result == -ECHILD) process_ = 0;
        report = {end.code, end.signal};
        return result;
    }

private:
    [[noreturn]] static void fail(int result, const std::string& program) {
        const std::string name = printable(program);
        if (result == -ENOENT)
            throw failure(cause::usage,
                          "command not found: " + name +
                              "; give --exec a program that is installed, or the path of one");
        if (result == -ENOEXEC)
            throw failure(cause::usage, "start " + name +
                                            ": it is no program; the first line of a script says "
                                            "who reads it, such as #!/bin/sh");
        throw failure(cause::usage,
                      "start " + name + ": " + std::generic_category().message(-result));
    }

    int process_ = 0;   // 0: reaped
    os::fd handle_;
};

task<void> wait_for_end(const child& running) { co_await running.end(); }

}  // namespace

std::string to_string(const exit_report& report) {
    if (report.signal == 0) return "exit code " + std::to_string(report.code);
    const std::string name = os::signal_name(report.signal);
    if (name != "signal") return "ended by " + name;
    return "ended by signal " + std::to_string(report.signal);
}

exec_hook exec_hook::parse(std::string_view command) {
    if (command.size() > bytes_max)
        refuse("the command is longer than " + std::to_string(bytes_max) + " bytes");
    if (command.contains('\0')) refuse("there is a NUL in the command");
    exec_hook hook;
    word_reader reader(command);
    for (std::string word; reader.next(word);) {
        hook.has_place_ |= word.contains(place);
        hook.words_.push_back(word);
    }
    if (hook.words_.empty() || hook.words_.front().empty())
        refuse("there is no command; write a program and its arguments, {} for the file");
    if (hook.words_.front().contains(place))
        refuse("the first word is the program to run; {} is the file, and can only be an argument");
    if (runs_names(hook.words_))
        refuse("the shell would run what stands in a file's name; write sh -c '... \"$1\"' sh {}");
    return hook;
}

std::vector<std::string> exec_hook::arguments_for(const std::string& path) const {
    const std::string safe = path.starts_with('-') ? "./" + path : path;
    std::vector<std::string> arguments;
    for (const std::string& word : words_) {
        std::string& argument = arguments.emplace_back();
        for (std::size_t at = 0;;) {
            const std::size_t next = word.find(place, at);
            argument += word.substr(at, next - at);
            if (next == std::string::npos) break;
            argument += safe;
            at = next + place.size();
        }
    }
    if (!has_place_) arguments.push_back(safe);
    return arguments;
}

task<exit_report> run_command(std::vector<std::string> arguments, command_options options) {
    check(!arguments.empty(), "a command has at least one word");
    const auto start = [&arguments, &options] { return child(arguments, options); };
    child running = co_await io::offload("start command", start);
    bool stopped = false;
    try {
        co_await running.end();
    } catch (const cancelled&) {
        stopped = true;
    }
    if (stopped) {
        const cancel_scope until_it_ends({.shielded = true});
        running.send(SIGTERM);
        const bool ended = co_await move_on_after(options.grace, wait_for_end(running));
        if (!ended) {
            running.send(SIGKILL);
            co_await running.end();
        }
    }
    exit_report report;
    const int reaped = running.reap(report);
    if (stopped) throw cancelled{};
    if (reaped < 0)
        throw failure(cause::other, "wait for " + printable(arguments.front()) +
                                        ": how it ended is lost; do not start troika with the "
                                        "signal SIGCHLD ignored");
    co_return report;
}

}  // namespace troika::fetch
