// SPDX-License-Identifier: MIT
#include <troika/http/hsts.hpp>

#include <troika/http/error.hpp>

#include "http/ascii.hpp"
#include "http/ip_literal.hpp"
#include "http/uri_syntax.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace troika::http {

namespace {

using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

// The last second that the file can say; later is `unlimited`.
constexpr sys_seconds for_ever =
    sys_days{std::chrono::year{9999} / std::chrono::December / 31} + seconds{86'399};

// Returns: `host` as the store knows it; empty where it is none that may be noted.
std::string plain(std::string_view host) {
    constexpr byte_set allowed = letters_and_digits.with("-_.");
    constexpr std::size_t name_bytes_max = 253;
    // A last dot would make another host of it, to which nothing applies.
    if (host.ends_with('.')) host.remove_suffix(1);
    if (host.empty() || host.size() > name_bytes_max || !allowed.contains_all(host) ||
        host.starts_with('.') || host.ends_with('.') || host.find("..") != host.npos ||
        parse_ipv4(host))
        return {};
    return lower_case(host);
}

struct policy {
    seconds age{};
    bool with_all_below = false;
};

// Takes a token or a quoted string off the front of `rest`.
std::optional<std::string> take_value(std::string_view& rest) {
    std::string value;
    if (!rest.starts_with('"')) {
        std::size_t size = 0;
        while (size < rest.size() && token_characters.contains(rest[size])) ++size;
        value = rest.substr(0, size);
        rest.remove_prefix(size);
        return value.empty() ? std::nullopt : std::optional(std::move(value));
    }
    for (std::size_t i = 1; i < rest.size(); ++i) {
        if (rest[i] == '"') {
            rest.remove_prefix(i + 1);
            return value;
        }
        if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
        if (is_control(rest[i]) && rest[i] != '\t') return std::nullopt;
        value += rest[i];
    }
    return std::nullopt;
}

// Source: RFC 6797, section 6.1.
std::optional<policy> parse_policy(std::string_view rest) {
    std::optional<seconds> age;
    policy read;
    for (rest = trimmed(rest); !rest.empty();) {
        if (rest.starts_with(';')) {
            rest = trimmed(rest.substr(1));
            continue;
        }
        if (rest.starts_with('"')) return std::nullopt;
        const auto name = take_value(rest);
        if (!name) return std::nullopt;
        std::optional<std::string> value;
        rest = trimmed(rest);
        if (rest.starts_with('=')) {
            rest = trimmed(rest.substr(1));
            value = take_value(rest);
            if (!value) return std::nullopt;
            rest = trimmed(rest);
        }
        if (!rest.empty() && !rest.starts_with(';')) return std::nullopt;
        if (equals_ignoring_case(*name, "max-age")) {
            if (age || !value || value->empty() || !digits.contains_all(*value))
                return std::nullopt;
            constexpr std::int64_t many = 1'000'000'000'000;
            age = seconds{std::min(parse_decimal<std::int64_t>(*value).value_or(many), many)};
        } else if (equals_ignoring_case(*name, "includeSubDomains")) {
            if (read.with_all_below || value) return std::nullopt;
            read.with_all_below = true;
        }
    }
    if (!age) return std::nullopt;
    read.age = *age;
    return read;
}

// Reads `20261231 23:59:59` or `unlimited`.
std::optional<sys_seconds> parse_until(std::string_view text) {
    using namespace std::chrono;
    if (text == "unlimited") return for_ever;
    constexpr std::string_view shape = "dddddddd dd:dd:dd";
    if (text.size() != shape.size()) return std::nullopt;
    for (std::size_t i = 0; i < shape.size(); ++i)
        if (shape[i] == 'd' ? !digits.contains(text[i]) : text[i] != shape[i]) return std::nullopt;
    const auto number = [&](std::size_t at, std::size_t size) {
        return parse_decimal<unsigned>(text.substr(at, size)).value_or(0);
    };
    const year_month_day date = year{static_cast<int>(number(0, 4))} / month{number(4, 2)} /
                                day{number(6, 2)};
    const unsigned h = number(9, 2);
    const unsigned m = number(12, 2);
    const unsigned s = number(15, 2);
    if (!date.ok() || h > 23 || m > 59 || s > 60) return std::nullopt;
    return std::min<sys_seconds>(sys_days{date} + hours{h} + minutes{m} + seconds{s}, for_ever);
}

std::string format_until(sys_seconds when) {
    using namespace std::chrono;
    if (when >= for_ever) return "unlimited";
    const sys_days midnight = floor<days>(when);
    const year_month_day date{midnight};
    const hh_mm_ss time{when - midnight};
    std::string text;
    const auto append = [&](auto number, std::size_t width) {
        const std::string written = std::to_string(number);
        text.append(width - std::min(width, written.size()), '0').append(written);
    };
    append(static_cast<int>(date.year()), 4);
    append(static_cast<unsigned>(date.month()), 2);
    append(static_cast<unsigned>(date.day()), 2);
    text += ' ';
    append(time.hours().count(), 2);
    text += ':';
    append(time.minutes().count(), 2);
    text += ':';
    append(time.seconds().count(), 2);
    return text;
}

}  // namespace

struct hsts_store::state {
    struct entry {
        sys_seconds until;
        bool with_all_below = false;
    };

    std::map<std::string, entry, std::less<>> hosts;   // lower case, without a last dot

    void put(std::string host, entry added, sys_seconds now) {
        if (const auto at = hosts.find(host); at != hosts.end()) {
            at->second = added;
            return;
        }
        if (hosts.size() == hosts_max)
            std::erase_if(hosts, [&](const auto& each) { return each.second.until <= now; });
        if (hosts.size() == hosts_max)
            hosts.erase(std::ranges::min_element(
                hosts, {}, [](const auto& each) { return each.second.until; }));
        hosts.emplace(std::move(host), added);
    }
};

hsts_store::hsts_store() : state_(std::make_unique<state>()) {}
hsts_store::hsts_store(hsts_store&&) noexcept = default;
hsts_store& hsts_store::operator=(hsts_store&&) noexcept = default;
hsts_store::~hsts_store() = default;

bool hsts_store::note(std::string_view host, std::string_view value, sys_seconds now) {
    std::string known = plain(host);
    const auto read = parse_policy(value);
    if (known.empty() || !read) return false;
    if (read->age == seconds{0})
        state_->hosts.erase(known);
    else
        state_->put(std::move(known),
                    {std::min(now + read->age, for_ever), read->with_all_below}, now);
    return true;
}

bool hsts_store::upgrades(std::string_view host, sys_seconds now) const {
    const std::string known = plain(host);
    if (known.empty()) return false;
    for (std::string_view domain = known;;) {
        const auto at = state_->hosts.find(domain);
        if (at != state_->hosts.end() && now < at->second.until &&
            (at->second.with_all_below || domain.size() == known.size()))
            return true;
        const std::size_t dot = domain.find('.');
        if (dot == domain.npos) return false;
        domain.remove_prefix(dot + 1);
    }
}

hsts_store::load_result hsts_store::load(std::string_view file, sys_seconds now) {
    if (file.size() > file_bytes_max)
        throw http_error(errc::invalid_hsts_file,
                         "the HSTS file is larger than " + std::to_string(file_bytes_max) +
                             " bytes; name another file");
    load_result result;
    while (!file.empty()) {
        const std::size_t end = std::min(file.find('\n'), file.size());
        std::string_view line = file.substr(0, end);
        file.remove_prefix(std::min(end + 1, file.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        line = trimmed(line);
        if (line.empty() || line.starts_with('#')) continue;
        const std::size_t blank = std::min(line.find_first_of(" \t"), line.size());
        const bool with_all_below = line.starts_with('.');
        std::string host = plain(line.substr(with_all_below ? 1 : 0,
                                             blank - (with_all_below ? 1 : 0)));
        std::string_view date = trimmed(line.substr(blank));
        if (date.size() >= 2 && date.starts_with('"') && date.ends_with('"'))
            date = date.substr(1, date.size() - 2);
        const auto until = parse_until(date);
        if (host.empty() || !until) {
            ++result.skipped;
            continue;
        }
        if (*until <= now) continue;
        ++result.loaded;
        const auto known = state_->hosts.find(host);
        if (known == state_->hosts.end() || known->second.until < *until)
            state_->put(std::move(host), {*until, with_all_below}, now);
    }
    return result;
}

std::string hsts_store::save(sys_seconds now) const {
    std::string file = "# Hosts that ask for https. The format is that of curl's HSTS cache.\n";
    for (const auto& [host, known] : state_->hosts) {
        if (known.until <= now) continue;
        if (known.with_all_below) file += '.';
        file.append(host).append(" \"").append(format_until(known.until)).append("\"\n");
    }
    return file;
}

std::size_t hsts_store::size() const noexcept { return state_->hosts.size(); }

}  // namespace troika::http
