// SPDX-License-Identifier: MIT
#include <troika/http/cookie_jar.hpp>

#include <troika/http/error.hpp>

#include "http/cookie.hpp"
#include "http/cookie_file.hpp"
#include "http/public_suffix.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

namespace troika::http {

namespace {

using std::chrono::sys_seconds;

std::string_view path_of(const url& of) { return of.path().empty() ? "/" : of.path(); }

}  // namespace

struct cookie_jar::state {
    using domain_map = std::map<std::string, std::vector<cookie>, std::less<>>;

    public_suffix_list suffixes;
    domain_map domains;        // none of them empty
    std::size_t count = 0;
    std::uint64_t order = 0;   // counts what happens, so that the clock's seconds need not

    template <class Condition>
    void erase_if(domain_map::iterator at, Condition&& condition) {
        count -= std::erase_if(at->second, condition);
        if (at->second.empty()) domains.erase(at);
    }
    template <class Condition>
    void erase_everywhere_if(Condition&& condition) {
        for (auto at = domains.begin(); at != domains.end();) erase_if(at++, condition);
    }

    // Drops what is over, and if that is not enough the one that was not used for longest.
    void make_room_in(const std::string& domain, sys_seconds now) {
        auto at = domains.find(domain);
        if (at == domains.end() || at->second.size() < domain_cookies_max) return;
        erase_if(at, [&](const cookie& each) { return each.is_over(now); });
        at = domains.find(domain);
        if (at == domains.end() || at->second.size() < domain_cookies_max) return;
        // Those of http first: it must not be able to push out those of https.
        at->second.erase(std::ranges::min_element(at->second, {}, [](const cookie& each) {
            return std::tuple(each.secure, each.used);
        }));
        --count;
    }
    void make_room(sys_seconds now) {
        if (count < cookies_max) return;
        erase_everywhere_if([&](const cookie& each) { return each.is_over(now); });
        if (count < cookies_max) return;
        std::uint64_t oldest = order;
        for (const auto& [domain, cookies] : domains)
            for (const cookie& each : cookies) oldest = std::min(oldest, each.used);
        erase_everywhere_if([&](const cookie& each) { return each.used == oldest; });
    }

    void put(cookie&& added, sys_seconds now) {
        added.created = added.used = ++order;
        if (const auto at = domains.find(added.domain); at != domains.end())
            erase_if(at, [&](const cookie& each) {
                if (!each.replaces(added)) return false;
                added.created = each.created;
                return true;
            });
        if (added.is_over(now)) return;
        make_room_in(added.domain, now);
        make_room(now);
        auto& there = domains[added.domain];
        there.push_back(std::move(added));
        ++count;
    }

    // Sets domain and host_only from the attribute. Returns: whether the host may set it.
    bool set_domain(cookie& made, const std::string& attribute, const url& from) const {
        made.domain = from.origin().host;
        made.host_only = true;
        if (attribute.empty()) return true;
        if (from.kind_of_host() != url::host_kind::name) return attribute == made.domain;
        if (!is_cookie_domain(attribute) || !domain_matches(made.domain, attribute)) return false;
        if (suffixes.is_empty()) return true;
        if (suffixes.contains(attribute)) return attribute == made.domain;
        made.domain = attribute;
        made.host_only = false;
        return true;
    }

    // Whether http would put a cookie in front of one that https has set.
    bool hides_secure_one(const cookie& made, sys_seconds now) const {
        const auto is_hidden = [&](const cookie& each) {
            return each.secure && each.name == made.name && !each.is_over(now) &&
                   (domain_matches(each.domain, made.domain) ||
                    domain_matches(made.domain, each.domain)) &&
                   path_matches(made.path, each.path);
        };
        return std::ranges::any_of(domains, [&](const auto& domain) {
            return std::ranges::any_of(domain.second, is_hidden);
        });
    }
};

cookie_jar::cookie_jar(public_suffixes list) : state_(std::make_unique<state>()) {
    if (list == public_suffixes::installed) state_->suffixes = public_suffix_list::installed();
}
cookie_jar::cookie_jar(cookie_jar&&) noexcept = default;
cookie_jar& cookie_jar::operator=(cookie_jar&&) noexcept = default;
cookie_jar::~cookie_jar() = default;

bool cookie_jar::set_from(const url& from, std::string_view header, sys_seconds now) {
    if (!from.is_http() || from.host().empty()) return false;
    const auto read = parse_set_cookie(header, now);
    if (!read || (read->secure && !from.is_https())) return false;
    cookie made;
    made.name = read->name;
    made.value = read->value;
    made.path = read->path;
    made.expires = read->expires;
    made.secure = read->secure;
    made.http_only = read->http_only;
    // Before the path's default: a __Host- cookie has to name it.
    if (!state_->set_domain(made, read->domain, from) || !keeps_prefix_promises(made)) return false;
    if (made.path.empty()) made.path = default_cookie_path(path_of(from));
    if (made.path.size() > attribute_bytes_max) return false;
    if (!from.is_https() && !made.secure && state_->hides_secure_one(made, now)) return false;
    state_->put(std::move(made), now);
    return true;
}

std::string cookie_jar::header_for(const url& to, sys_seconds now) {
    if (!to.is_http()) return {};
    const std::string host = to.origin().host;
    const std::string_view path = path_of(to);
    const bool has_name = to.kind_of_host() == url::host_kind::name;
    std::vector<cookie*> sent;
    for (std::string_view domain = host;;) {
        if (const auto at = state_->domains.find(domain); at != state_->domains.end())
            for (cookie& each : at->second)
                if ((!each.host_only || domain.size() == host.size()) && !each.is_over(now) &&
                    (!each.secure || to.is_https()) && path_matches(path, each.path))
                    sent.push_back(&each);
        const std::size_t dot = domain.find('.');
        if (!has_name || dot == domain.npos) break;
        domain.remove_prefix(dot + 1);
    }
    std::ranges::sort(sent, [](const cookie* a, const cookie* b) {
        if (a->path.size() != b->path.size()) return a->path.size() > b->path.size();
        return a->created < b->created;
    });
    std::string header;
    for (cookie* each : sent) {
        const std::size_t size = each->name.size() + each->value.size() + 3;   // "; " and "="
        if (header.size() + size > header_bytes_max) continue;
        if (!header.empty()) header += "; ";
        if (!each->name.empty()) header.append(each->name).append("=");
        header += each->value;
        each->used = ++state_->order;
    }
    return header;
}

cookie_jar::load_result cookie_jar::load(std::string_view file, sys_seconds now) {
    if (file.size() > file_bytes_max)
        throw http_error(errc::invalid_cookie_file, "the cookie file is larger than " +
                                                        std::to_string(file_bytes_max) +
                                                        " bytes; name another file");
    load_result result;
    while (!file.empty()) {
        const std::size_t end = std::min(file.find('\n'), file.size());
        std::string_view line = file.substr(0, end);
        file.remove_prefix(std::min(end + 1, file.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (is_cookie_comment(line)) continue;
        auto read = parse_cookie_line(line);
        if (read && !read->host_only) {
            if (state_->suffixes.is_empty())
                read->host_only = true;
            else if (state_->suffixes.contains(read->domain))
                read.reset();
        }
        if (!read) {
            ++result.skipped;
            continue;
        }
        if (read->is_over(now)) continue;
        state_->put(std::move(*read), now);
        ++result.loaded;
    }
    return result;
}

std::string cookie_jar::save(sys_seconds now) const {
    std::vector<const cookie*> kept;
    for (const auto& [domain, cookies] : state_->domains)
        for (const cookie& each : cookies)
            if (!each.is_over(now)) kept.push_back(&each);
    // In the order in which they came, which is the order in which they are sent.
    std::ranges::sort(kept, {}, [](const cookie* each) { return each->created; });
    std::string file = "# Netscape HTTP Cookie File\n# Whoever can read it can log in with it.\n\n";
    for (const cookie* each : kept) append_cookie_line(file, *each);
    return file;
}

void cookie_jar::forget_session_cookies() noexcept {
    state_->erase_everywhere_if([](const cookie& each) { return !each.expires; });
}

std::size_t cookie_jar::size() const noexcept { return state_->count; }

}  // namespace troika::http
