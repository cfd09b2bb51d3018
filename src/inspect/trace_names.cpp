// SPDX-License-Identifier: MIT
#include "inspect/trace_names.hpp"

#include "inspect/short_name.hpp"

#include <string>

namespace troika::impl {

trace_names::text_id trace_names::text(std::uint32_t id) {
    if (id >= known_texts_.size()) return 0;
    if (known_texts_[id] == 0) known_texts_[id] = word(from_.texts[id]);
    return known_texts_[id];
}

trace_names::text_id trace_names::place(std::uint32_t id) {
    if (id == 0 || id >= known_places_.size()) return 0;
    if (known_places_[id] == 0) {
        const text_store::place& at = from_.places[id];
        if (at.file >= from_.texts.size() || at.function >= from_.texts.size()) return 0;
        known_places_[id] = word(short_function(from_.texts[at.function]) + " " +
                                 from_.texts[at.file] + ":" + std::to_string(at.line));
    }
    return known_places_[id];
}

trace_names::text_id trace_names::function(std::uint32_t id) {
    if (id == 0 || id >= known_functions_.size()) return 0;
    if (known_functions_[id] == 0 && from_.places[id].function < from_.texts.size())
        known_functions_[id] = word(short_function(from_.texts[from_.places[id].function]));
    return known_functions_[id];
}

trace_names::text_id trace_names::type(std::uint32_t id) {
    if (id == 0 || id >= from_.texts.size()) return word("job");
    text_id& known = known_types_[id];
    if (known == 0) known = word(short_job(from_.texts[id].c_str()));
    return known;
}

}  // namespace troika::impl
