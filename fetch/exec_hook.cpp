// SPDX-License-Identifier: MIT
#include <troika/fetch/exec_hook.hpp>

#include "fetch/printable.hpp"

#include <troika/fetch/failure.hpp>
#include <troika/subprocess/run.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
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
            const bool escapes =
                c == '\\' && at_ + 1 < text_.size() && escaped_in_quotes.contains(text_[at_ + 1]);
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

[[noreturn]] void fail(const std::system_error& error, const std::string& program) {
    if (error.code() == std::errc::no_such_file_or_directory)
        throw failure(cause::usage,
                      "command not found: " + printable(program) +
                          "; give --exec a program that is installed, or the path of one");
    const bool is_lost = error.code() == std::errc::no_child_process;
    throw failure(is_lost ? cause::other : cause::usage, printable(error.what()));
}

}  // namespace

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

task<subprocess::exit_status> run_command(std::vector<std::string> arguments,
                                          command_options options) {
    using subprocess::stdio;
    const std::string program = arguments.at(0);
    const subprocess::run_options how{
        .standard_output = options.output_to_error ? stdio::descriptor(2) : stdio::inherit,
        .standard_error = stdio::inherit,
        .group = subprocess::process_group::ours,
        .grace = options.grace,
    };
    std::optional<std::system_error> error;
    try {
        const subprocess::completed done = co_await subprocess::run(std::move(arguments), how);
        co_return done.status;
    } catch (const std::system_error& wrong) {
        error = wrong;
    }
    fail(*error, program);
}

}  // namespace troika::fetch
