// SPDX-License-Identifier: MIT
#include "support/get_clients.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace bench {
namespace {

using words = std::vector<std::string>;

}  // namespace

table::measurement get_clients::fetch(words line) const {
    return [this, command = suite_.driver(std::move(line))] {
        return what_.fetch(target_, command);
    };
}

words get_clients::trusting(words line, const char* option) const {
    if (!what_.authority.empty()) line.push_back(option + what_.authority);
    return line;
}

table::measurement get_clients::reference() const {
    const char* program = what_.authority.empty() ? "peer_reference_get" : "peer_reference_get_tls";
    return fetch(trusting({program, std::to_string(what_.port), target_, what_.names,
                           std::to_string(connections_)},
                          ""));
}

table::measurement get_clients::troika(words more, const char* backend) const {
    return [=, this]() -> sample {
        const std::string connections = std::to_string(connections_);
        words line = trusting({troika_binary(), "get", "-q", "-i", what_.list, "-d", target_, "-j",
                               connections, "--per-host", connections},
                              "--cacert=");
        line.insert(line.end(), more.begin(), more.end());
        command run_it = suite_.driver(std::move(line));
        if (backend != nullptr) run_it.environment.emplace_back("TROIKA_BACKEND", backend);
        return what_.fetch(target_, run_it);
    };
}

table::measurement get_clients::libcurl() const {
    return fetch(trusting({"peer_get_curl_multi", what_.base, target_, what_.names,
                           std::to_string(connections_)},
                          ""));
}

table::measurement get_clients::curl() const {
    words line{"curl", "-sS", "--parallel", "--parallel-immediate", "--parallel-max",
               std::to_string(few()), "--output-dir", target_, "-K", what_.curl_config};
    if (!what_.authority.empty()) line.insert(line.end(), {"--cacert", what_.authority});
    return fetch(std::move(line));
}

table::measurement get_clients::aria2(int parts) const {
    const std::string each = std::to_string(parts);
    return fetch(trusting({"aria2c", "--no-conf", "-q", "-i", what_.list, "-j",
                           std::to_string(connections_), "-x" + each, "-s" + each, "-d", target_,
                           "--allow-overwrite=true", "--file-allocation=none",
                           "--auto-save-interval=0"},
                          "--ca-certificate="));
}

table::measurement get_clients::wget2() const {
    words line = trusting({"wget2", "-q", "--no-config", "--no-robots",
                           "--max-threads=" + std::to_string(few()), "-i", what_.list, "-P",
                           target_},
                          "--ca-certificate=");
    // It keeps what it learns of hosts in the user's home otherwise.
    if (!what_.authority.empty())
        line.insert(line.end(), {"--no-hsts", "--no-hpkp", "--no-ocsp"});
    return fetch(std::move(line));
}

table::measurement get_clients::go() const {
    return fetch(trusting({"peer_get_go", what_.base, target_, what_.names,
                           std::to_string(connections_)},
                          ""));
}

int get_clients::few() const noexcept { return std::min(connections_, few_max); }

}  // namespace bench
