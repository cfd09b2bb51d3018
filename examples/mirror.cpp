// SPDX-License-Identifier: MIT
// Keeps a directory equal to a remote list: mirror http://host/files/SHA256SUMS DIR
// The list has a line for each file, as sha256sum writes it; the files stand beside the list.
// Files that are right already are not asked for, wrong ones are replaced by whole new ones,
// and what is not in the list is removed once everything else went well.
#include <troika/fetch/get.hpp>
#include <troika/troika.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace fetch = troika::fetch;
namespace fs = std::filesystem;

namespace {

std::vector<fetch::list_entry> entries_of(const std::string& list, const troika::http::url& where) {
    std::vector<fetch::list_entry> entries;
    std::istringstream lines(list);
    for (std::string line; std::getline(lines, line);) {
        constexpr std::size_t digits = 64;
        if (line.size() < digits + 3) throw std::runtime_error("no line of a list: " + line);
        fetch::list_entry entry;
        entry.out = line.substr(digits + 2);
        entry.expected = fetch::checksum::parse(line.substr(0, digits));
        entry.url = where.resolve(entry.out, troika::http::url_mode::lenient).text();
        entries.push_back(std::move(entry));
    }
    return entries;
}

// Removes what the list does not have.
void remove_others(const fs::path& directory, const std::set<std::string>& wanted) {
    std::vector<fs::path> others;
    for (const fs::directory_entry& each : fs::recursive_directory_iterator(directory))
        if (each.is_regular_file() && !wanted.contains(fs::relative(each, directory).string()))
            others.push_back(each.path());
    std::ranges::sort(others);
    for (const fs::path& each : others) {
        fs::remove(each);
        std::cout << "removed " << fs::relative(each, directory).string() << '\n';
    }
}

troika::task<int> mirror(std::string url, std::string directory) {
    auto list = co_await troika::http::get(url);
    list.raise_for_status();

    fetch::get_options options;
    options.entries = entries_of(list.body(), list.url());
    options.directory = directory;
    options.existing = fetch::existing_file::renew;
    std::set<std::string> wanted;
    for (const fetch::list_entry& each : options.entries) wanted.insert(each.out);

    std::set<std::string> got;   // they end in any order
    int exit_code = 0;
    auto run = fetch::get(std::move(options));
    while (auto event = co_await run.next()) {
        if (event->kind == fetch::event_kind::finished && !event->skipped)
            got.insert(fs::relative(event->file, directory).string());
        if (event->kind == fetch::event_kind::failed) std::cout << event->message << '\n';
        if (event->kind == fetch::event_kind::summary) exit_code = event->exit_code;
    }
    for (const std::string& each : got) std::cout << "got " << each << '\n';
    if (exit_code == 0) remove_others(directory, wanted);
    co_return exit_code;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        std::cerr << "usage: mirror URL_OF_SHA256SUMS DIRECTORY\n";
        return 2;
    }
    try {
        return troika::run(mirror(arguments[1], arguments[2]));
    } catch (const std::exception& error) {
        std::cerr << "mirror: " << error.what() << '\n';
        return 1;
    }
}
