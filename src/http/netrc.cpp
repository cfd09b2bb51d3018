// SPDX-License-Identifier: MIT
#include <troika/http/netrc.hpp>

#include <troika/http/error.hpp>

#include "http/ascii.hpp"

#include <algorithm>
#include <utility>

namespace troika::http {

// Takes words off the text; knows the line, and never puts a word into a message: it may be, or be
// a part of, a password.
class netrc_reader {
public:
    explicit netrc_reader(std::string_view text) : rest_(text) {}

    netrc read() {
        netrc file;
        while (skip_to_word()) {
            const std::string word = take_word();
            netrc::entry* const last = file.entries_.empty() ? nullptr : &file.entries_.back();
            if (word == "machine") {
                file.entries_.emplace_back().host = take_value("machine");
            } else if (word == "default") {
                file.entries_.emplace_back().is_default = true;
            } else if (word == "macdef") {
                (void)take_value("macdef");
                skip_macro();
            } else if (word == "login" || word == "password" || word == "account") {
                if (!last) fail("`" + word + "` comes before the first `machine`");
                std::string value = take_value(word);
                if (word == "login")
                    last->login = std::move(value);
                else if (word == "password")
                    last->password = std::move(value);
            } else {
                fail("a word other than machine, default, login, password, account or macdef; "
                     "put quotes around a value with spaces");
            }
        }
        return file;
    }

private:
    [[noreturn]] void fail(const std::string& what) const {
        throw http_error(errc::invalid_netrc,
                         "the netrc file, line " + std::to_string(line_) + ": " + what);
    }

    static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

    void skip_line() { rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size())); }

    void skip_blanks() {
        while (!rest_.empty() && is_blank(rest_.front())) {
            if (rest_.front() == '\n') ++line_;
            rest_.remove_prefix(1);
        }
    }

    // Returns: whether there is a word left, at which it stops.
    bool skip_to_word() {
        for (;;) {
            skip_blanks();
            if (!rest_.starts_with('#')) return !rest_.empty();
            skip_line();
        }
    }

    std::string take_value(const std::string& of) {
        skip_blanks();
        if (rest_.empty()) fail("the value of `" + of + "` is missing");
        // A comment to some programs and a value to others: with the wrong guess, the next word
        // would go out as a password.
        if (rest_.starts_with('#'))
            fail("put quotes around a value that begins with #; the value of `" + of + "` does");
        return take_word();
    }

    std::string take_word() {
        std::string word;
        if (rest_.starts_with('"')) {
            rest_.remove_prefix(1);
            take_quoted(word);
            return word;
        }
        while (!rest_.empty() && !is_blank(rest_.front())) word += take_character();
        return word;
    }

    void take_quoted(std::string& word) {
        for (;;) {
            if (rest_.empty() || rest_.front() == '\n') fail("a quote is not closed");
            if (rest_.front() == '"') break;
            if (rest_.front() != '\\') {
                word += take_character();
                continue;
            }
            rest_.remove_prefix(1);
            if (rest_.empty() || rest_.front() == '\n') fail("a quote is not closed");
            const char escaped = take_character();
            word += escaped == 'n' ? '\n' : escaped == 'r' ? '\r' : escaped == 't' ? '\t' : escaped;
        }
        rest_.remove_prefix(1);
        if (!rest_.empty() && !is_blank(rest_.front())) fail("a space is missing after a quote");
    }

    char take_character() {
        const char c = rest_.front();
        if (is_control(c) && c != '\t') fail("a control character; remove it");
        rest_.remove_prefix(1);
        return c;
    }

    // A macro ends at an empty line.
    void skip_macro() {
        skip_line();
        while (!rest_.empty()) {
            rest_.remove_prefix(1);   // the end of the line before
            ++line_;
            if (rest_.starts_with('\n') || rest_.starts_with("\r\n")) return;
            skip_line();
        }
    }

    std::string_view rest_;
    std::size_t line_ = 1;
};

netrc netrc::parse(std::string_view text) {
    if (text.size() > bytes_max)
        throw http_error(errc::invalid_netrc, "the netrc file is larger than " +
                                                  std::to_string(bytes_max) +
                                                  " bytes; name another file");
    return netrc_reader(text).read();
}

const netrc::entry* netrc::find(std::string_view host,
                                std::optional<std::string_view> login) const noexcept {
    const auto fits_login = [&](const entry& each) {
        return !login || !each.login || *each.login == *login;
    };
    for (const entry& each : entries_)
        if (!each.is_default && equals_ignoring_case(each.host, host) && fits_login(each))
            return &each;
    for (const entry& each : entries_)
        if (each.is_default && fits_login(each)) return &each;
    return nullptr;
}

std::optional<credentials> netrc::lookup(std::string_view host) const& noexcept {
    const entry* const found = find(host, std::nullopt);
    if (!found) return std::nullopt;
    const std::string_view user = found->login ? std::string_view(*found->login) : "";
    return credentials{user, found->password};
}

std::optional<credentials> netrc::lookup_named(std::string_view host) const& noexcept {
    const entry* const found = find(host, std::nullopt);
    if (!found || found->is_default) return std::nullopt;
    return lookup(host);
}

std::optional<credentials> netrc::lookup(std::string_view host,
                                         std::string_view login) const& noexcept {
    const entry* const found = find(host, login);
    if (!found) return std::nullopt;
    return credentials{login, found->password};
}

}  // namespace troika::http
