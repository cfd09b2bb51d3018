// SPDX-License-Identifier: MIT
#pragma once

#include "tls/openssl_handles.hpp"

#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace troika::tls {

/// Sessions that servers have offered, by host, to be resumed by the next connections there.
///
/// A session of TLS 1.3 is used once, so that nobody can tell that two connections belong together
/// (RFC 8446, appendix C.4). Beyond the limit the host that was longest not used is forgotten.
/// Thread: any.
class session_cache {
public:
    // As many as connect to one server at once: a resumed connection is given one for the next.
    static constexpr std::size_t per_host_max = 32;

    explicit session_cache(std::size_t hosts_max) : hosts_max_(hosts_max) {}

    void put(const std::string& host, session_ptr session);
    /// Returns: the newest session of `host`, null if there is none.
    [[nodiscard]] session_ptr take(const std::string& host);
    [[nodiscard]] std::size_t size() const;

private:
    struct entry {
        std::vector<session_ptr> sessions;   // the newest last
        std::list<std::string>::iterator age;
    };

    const std::size_t hosts_max_;
    // guarded by mutex_
    mutable std::mutex mutex_;
    std::unordered_map<std::string, entry> hosts_;
    std::list<std::string> by_age_;   // the one used last is the first
};

}  // namespace troika::tls
