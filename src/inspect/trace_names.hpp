// SPDX-License-Identifier: MIT
#pragma once

#include <troika/inspect/trace_data.hpp>

#include "inspect/recording.hpp"

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace troika::impl {

/// The texts of a trace, by the numbers that records give to texts and places. Numbers of which
/// nobody knows give the empty text.
/// Lifetime: the recording and the trace.
class trace_names {
public:
    using text_id = trace_data::text_id;

    trace_names(const recorded& from, trace_data& into)
        : from_(from), texts_(into), known_texts_(from.texts.size()),
          known_places_(from.places.size()), known_functions_(from.places.size()) {}

    [[nodiscard]] text_id word(std::string_view word) { return texts_.id_of(word); }
    [[nodiscard]] text_id text(std::uint32_t id);
    /// `function file:line`.
    [[nodiscard]] text_id place(std::uint32_t id);
    /// The function alone.
    [[nodiscard]] text_id function(std::uint32_t id);
    /// What a job of that type calls.
    [[nodiscard]] text_id type(std::uint32_t id);

private:
    const recorded& from_;
    text_table texts_;
    std::vector<text_id> known_texts_;
    std::vector<text_id> known_places_;
    std::vector<text_id> known_functions_;
    std::unordered_map<std::uint32_t, text_id> known_types_;
};

}  // namespace troika::impl
