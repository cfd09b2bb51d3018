// SPDX-License-Identifier: MIT
#include "lab/process_tree.hpp"

#include <algorithm>
#include <utility>

namespace troika::lab {

process_tree::process_tree(const os::process_sampler& sampler, int root) : sampler_(sampler) {
    if (const auto origin = sampler.origin_of(root)) members_[root] = origin->started;
}

void process_tree::find_new() {
    const std::vector<int> all = sampler_.all();
    std::map<int, int> parents;   // of those that we have not met yet
    std::set<int> others;
    for (const int each : all) {
        if (members_.contains(each)) continue;
        if (others_.contains(each)) {
            others.insert(each);
            continue;
        }
        if (const auto origin = sampler_.origin_of(each)) parents[each] = origin->parent;
    }
    for (bool grows = true; grows && members_.size() < members_max;) {
        grows = false;
        for (auto at = parents.begin(); at != parents.end();) {
            const auto origin =
                members_.contains(at->second) ? sampler_.origin_of(at->first) : std::nullopt;
            if (origin && members_.size() < members_max) {
                members_[at->first] = origin->started;
                at = parents.erase(at);
                grows = true;
            } else {
                ++at;
            }
        }
    }
    for (const auto& [each, parent] : parents) others.insert(each);
    others_ = std::move(others);
}

std::vector<os::process_sample> process_tree::look() {
    if (!members_.empty()) find_new();
    std::vector<os::process_sample> found;
    for (auto at = members_.begin(); at != members_.end();) {
        std::optional<os::process_sample> sample = sampler_.sample(at->first);
        if (sample && sample->started == at->second) {
            found.push_back(*std::move(sample));
            ++at;
        } else {
            at = members_.erase(at);
        }
    }
    return found;
}

std::optional<os::switch_counts> process_tree::switches() const {
    std::optional<os::switch_counts> sum;
    for (const auto& [each, started] : members_) {
        const std::optional<os::switch_counts> counts = sampler_.switches_of(each);
        if (!counts) continue;
        if (!sum) sum.emplace();
        sum->voluntary += counts->voluntary;
        sum->involuntary += counts->involuntary;
    }
    return sum;
}

}  // namespace troika::lab
