// SPDX-License-Identifier: MIT
// Keeps a directory equal to a remote list, with the ranks of an MPI job, whose hosts share the
// directory: mpirun -n 4 mpi_mirror http://host/files/SHA256SUMS DIR
// The list has a line for each file, as sha256sum writes it; the files stand beside the list.
#include <troika/fetch/get.hpp>
#include <troika/mpi/mpi_pool.hpp>
#include <troika/troika.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace fetch = troika::fetch;
namespace fs = std::filesystem;

namespace {

// What crosses to a rank, and back: plain values.
struct wanted {
    std::string url;
    std::string name;
    std::string sha256;
};
struct part {
    std::vector<wanted> files;
    std::string directory;
};
struct outcome {
    std::vector<std::string> got;
    std::vector<std::string> failed;
};

troika::task<outcome> fetch_all(part what) {
    fetch::get_options options;
    options.directory = what.directory;
    options.existing = fetch::existing_file::renew;
    for (const wanted& each : what.files) {
        fetch::list_entry entry;
        entry.url = each.url;
        entry.out = each.name;
        entry.expected = fetch::checksum::parse(each.sha256);
        options.entries.push_back(std::move(entry));
    }
    outcome made;
    auto run = fetch::get(std::move(options));
    while (auto event = co_await run.next()) {
        if (event->kind == fetch::event_kind::finished && !event->skipped)
            made.got.push_back(fs::relative(event->file, what.directory).string());
        if (event->kind == fetch::event_kind::failed) made.failed.push_back(event->message);
    }
    co_return made;
}

// In a rank: a loop of its own, with as many downloads at once as one process has.
outcome fetch_part(part what) { return troika::run(fetch_all(std::move(what))); }

troika::task<std::vector<wanted>> read_list(std::string url) {
    auto list = co_await troika::http::get(url);
    list.raise_for_status();
    std::vector<wanted> all;
    std::istringstream lines(list.body());
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        wanted file;
        if (!(words >> file.sha256 >> std::ws) || !std::getline(words, file.name))
            throw std::runtime_error("no line of a list: " + line);
        file.url = list.url().resolve(file.name, troika::http::url_mode::lenient).text();
        all.push_back(std::move(file));
    }
    co_return all;
}

int mirror(const std::string& url, const std::string& directory) {
    troika::mpi_pool ranks;
    const std::vector<wanted> list = troika::run(read_list(url));

    // Small parts, so that a rank that is slow gets fewer of them.
    const std::size_t size = std::clamp<std::size_t>(list.size() / (4 * ranks.size()), 1, 64);
    std::vector<part> parts;
    for (std::size_t begin = 0; begin < list.size(); begin += size) {
        part& made = parts.emplace_back();
        made.directory = directory;
        for (std::size_t i = begin; i < std::min(begin + size, list.size()); ++i)
            made.files.push_back(list[i]);
    }

    std::set<std::string> got;
    std::size_t failed = 0;
    for (const outcome& each : ranks.map<&fetch_part>(parts, {.ordered = false})) {
        got.insert(each.got.begin(), each.got.end());
        failed += each.failed.size();
        for (const std::string& message : each.failed) std::cout << message << '\n';
    }
    for (const std::string& each : got) std::cout << "got " << each << '\n';
    if (failed != 0) return 1;

    std::set<std::string> names;
    for (const wanted& each : list) names.insert(each.name);
    std::vector<fs::path> others;
    for (const fs::directory_entry& each : fs::recursive_directory_iterator(directory))
        if (each.is_regular_file() && !names.contains(fs::relative(each, directory).string()))
            others.push_back(each.path());
    for (const fs::path& each : others) {
        fs::remove(each);
        std::cout << "removed " << fs::relative(each, directory).string() << '\n';
    }
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    troika::mpi_entry();
    if (count != 3) {
        std::cerr << "usage: mpirun -n RANKS mpi_mirror URL_OF_SHA256SUMS DIRECTORY\n";
        return 2;
    }
    try {
        return mirror(arguments[1], arguments[2]);
    } catch (const std::exception& error) {
        std::cerr << "mpi_mirror: " << error.what() << '\n';
        return 1;
    }
}
