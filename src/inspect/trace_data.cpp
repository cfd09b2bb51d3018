// SPDX-License-Identifier: MIT
#include <troika/inspect/trace_data.hpp>

namespace troika {

text_table::text_table(trace_data& of) : texts_(of.texts) {
    for (std::size_t i = 0; i < texts_.size(); ++i)
        ids_.emplace(texts_[i], static_cast<trace_data::text_id>(i));
}

trace_data::text_id text_table::id_of(std::string_view text) {
    std::string key(text.substr(0, text_bytes_max));
    const auto next = static_cast<trace_data::text_id>(texts_.size());
    const auto [found, added] = ids_.emplace(std::move(key), next);
    if (added) texts_.push_back(found->first);
    return found->second;
}

}  // namespace troika
