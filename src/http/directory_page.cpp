// SPDX-License-Identifier: MIT
#include "http/directory_page.hpp"

#include <troika/http/date.hpp>
#include <troika/http/percent.hpp>

#include <algorithm>

namespace troika::http {

namespace {

std::string escaped(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        switch (c) {
            case '&': safe += "&amp;"; break;
            case '<': safe += "&lt;"; break;
            case '>': safe += "&gt;"; break;
            case '"': safe += "&quot;"; break;
            case '\'': safe += "&#39;"; break;
            default: safe += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
        }
    }
    return safe;
}

}  // namespace

std::string directory_page(std::string_view path, std::vector<directory_page_entry> entries) {
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
        return a.is_directory != b.is_directory ? a.is_directory : a.name < b.name;
    });
    const std::string title = "/" + escaped(path) + (path.empty() ? "" : "/");
    std::string page =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width\"><title>" +
        title +
        "</title><style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;"
        "padding:0 1rem;color-scheme:light dark}td{padding:.1rem 1rem .1rem 0}"
        ".n{text-align:right;font-variant-numeric:tabular-nums}</style></head>\n<body><h1>" +
        title + "</h1><table>\n";
    if (!path.empty()) page += "<tr><td><a href=\"../\">../</a></td></tr>\n";
    for (const directory_page_entry& each : entries) {
        const std::string slash = each.is_directory ? "/" : "";
        page += "<tr><td><a href=\"" + percent_encode(each.name) + slash + "\">" +
                escaped(each.name) + slash + "</a></td><td class=\"n\">" +
                (each.is_directory ? std::string() : std::to_string(each.size)) + "</td><td>" +
                format_date(std::chrono::floor<std::chrono::seconds>(each.modified)) +
                "</td></tr>\n";
    }
    return page + "</table></body></html>\n";
}

}  // namespace troika::http
