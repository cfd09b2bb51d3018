// SPDX-License-Identifier: MIT
// Journals: what is accepted is what serialize() writes of it, so that nothing else ever resumes a
// download.
#include "fetch/journal.hpp"

#include <cstdint>
#include <cstdlib>
#include <stdexcept>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace troika::fetch;
    const std::string text(reinterpret_cast<const char*>(data), size);
    if (const auto note = parse_journal(text); note && serialize(*note) != text) std::abort();
    // The same bytes as fields of a note, as far as it can hold them.
    journal note;
    note.url = "u" + text.substr(0, size / 2);
    note.validator = text.substr(size / 2);
    note.durable = size;
    try {
        if (parse_journal(serialize(note)) != note) std::abort();
    } catch (const std::invalid_argument&) {
    }
    return 0;
}
