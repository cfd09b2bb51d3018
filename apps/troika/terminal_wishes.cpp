// SPDX-License-Identifier: MIT
#include "apps/troika/terminal_wishes.hpp"

namespace troika::apps {

terminal_wishes read_terminal_wishes(const environment_lookup& environment) {
    const auto value = [&environment](const char* name) {
        return environment(name).value_or(std::string());
    };
    terminal_wishes wishes;
    const std::string term = value("TERM");
    wishes.capable = !term.empty() && term != "dumb";
    wishes.colour = wishes.capable && value("NO_COLOR").empty();
    for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        std::string locale = value(name);
        if (locale.empty()) continue;   // POSIX: as if it were not set
        for (char& c : locale)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        wishes.unicode = locale.contains("utf-8") || locale.contains("utf8");
        break;
    }
    return wishes;
}

}  // namespace troika::apps
