// SPDX-License-Identifier: MIT
#include "tls/session_cache.hpp"

#include <utility>

namespace troika::tls {

void session_cache::put(const std::string& host, session_ptr session) {
    if (hosts_max_ == 0) return;
    const std::scoped_lock lock(mutex_);
    auto found = hosts_.find(host);
    if (found == hosts_.end()) {
        if (hosts_.size() >= hosts_max_) {
            hosts_.erase(by_age_.back());
            by_age_.pop_back();
        }
        by_age_.push_front(host);
        found = hosts_.emplace(host, entry{.sessions = {}, .age = by_age_.begin()}).first;
    } else {
        by_age_.splice(by_age_.begin(), by_age_, found->second.age);
    }
    std::vector<session_ptr>& sessions = found->second.sessions;
    if (sessions.size() >= per_host_max) sessions.erase(sessions.begin());
    sessions.push_back(std::move(session));
}

session_ptr session_cache::take(const std::string& host) {
    const std::scoped_lock lock(mutex_);
    const auto found = hosts_.find(host);
    if (found == hosts_.end()) return nullptr;
    by_age_.splice(by_age_.begin(), by_age_, found->second.age);
    std::vector<session_ptr>& sessions = found->second.sessions;
    SSL_SESSION* newest = sessions.back().get();
    if (SSL_SESSION_get_protocol_version(newest) < TLS1_3_VERSION) {
        SSL_SESSION_up_ref(newest);
        return session_ptr(newest);
    }
    session_ptr taken = std::move(sessions.back());
    sessions.pop_back();
    if (sessions.empty()) {
        by_age_.erase(found->second.age);
        hosts_.erase(found);
    }
    return taken;
}

std::size_t session_cache::size() const {
    const std::scoped_lock lock(mutex_);
    std::size_t count = 0;
    for (const auto& [host, each] : hosts_) count += each.sessions.size();
    return count;
}

}  // namespace troika::tls
