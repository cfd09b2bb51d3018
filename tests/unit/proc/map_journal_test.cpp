// SPDX-License-Identifier: MIT
#include <troika/proc/map_journal.hpp>

#include "unit/fs/scratch_directory.hpp"

#include <troika/proc/process_pool.hpp>
#include <troika/proc/shared_array.hpp>
#include <troika/proc/wire_error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

namespace troika {
namespace {

using ::testing::HasSubstr;
using testing_fs::scratch_directory;

/// Its input, and which process has made the call: another one in each pool.
std::vector<int> process_for(int input) { return {input, ::getpid()}; }
int odd_only(int input) {
    if (input % 2 == 0) throw std::domain_error("even");
    return input;
}
int process_of(int) { return ::getpid(); }
void nothing(const std::string&) {}
std::vector<double> many(std::size_t count) { return std::vector<double>(count, 0.5); }
shared_array<int> shared(int input) { return shared_array<int>(static_cast<std::size_t>(input)); }
int first_of(const shared_array<int>& array) { return array[0]; }

class MapJournal : public ::testing::Test {
protected:
    /// What a map in processes of their own gives.
    template <class Inputs>
    std::vector<std::vector<int>> map(const Inputs& of, map_journal& journal,
                                      map_options how = {}) {
        process_pool pool({.workers = 1});
        std::vector<std::vector<int>> all;
        for (auto&& each : pool.map<&process_for>(of, journal, how))
            all.push_back(std::move(each));
        return all;
    }
    [[nodiscard]] std::string read() const {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void write(const std::string& what) const {
        std::ofstream(path, std::ios::binary | std::ios::trunc) << what;
    }

    scratch_directory directory;
    const std::string path = directory.path() / "results.journal";
    const std::vector<int> inputs{1, 2, 3, 4, 5};
};

TEST_F(MapJournal, gives_again_what_it_has) {
    std::vector<std::vector<int>> first;
    {
        map_journal journal(path);
        first = map(inputs, journal, {.chunk = 2});
        EXPECT_EQ(journal.stats().results, 5U);
        EXPECT_EQ(journal.stats().reused, 0U);
    }
    map_journal journal(path);
    EXPECT_EQ(map(inputs, journal), first);
    EXPECT_EQ(journal.stats().reused, 5U);
    EXPECT_EQ(journal.stats().dropped_bytes, 0U);
}

TEST_F(MapJournal, serves_a_map_of_the_same_run) {
    map_journal journal(path);
    const auto first = map(inputs, journal);
    EXPECT_EQ(map(inputs, journal), first);
}

TEST_F(MapJournal, knows_inputs_by_their_value) {
    map_journal journal(path);
    const auto first = map(inputs, journal);
    const auto second = map(std::vector{9, 4, 8, 1}, journal, {.chunk = 4});
    EXPECT_EQ(second[1], first[3]);
    EXPECT_EQ(second[3], first[0]);
    EXPECT_NE(second[0][1], first[0][1]);
    EXPECT_EQ(second[0][0], 9);
    EXPECT_EQ(second[2][0], 8);
    EXPECT_EQ(journal.stats().results, 7U);
}

TEST_F(MapJournal, gives_results_as_they_are_completed) {
    map_journal journal(path);
    auto first = map(inputs, journal, {.ordered = false});
    auto second = map(inputs, journal, {.ordered = false});
    std::ranges::sort(first);
    std::ranges::sort(second);
    EXPECT_EQ(first, second);
}

TEST_F(MapJournal, makes_failed_calls_again) {
    process_pool pool({.workers = 1});
    for (int round = 0; round < 2; ++round) {
        map_journal journal(path);
        auto results = pool.map<&odd_only>(std::vector{1, 2, 3}, journal, {.chunk = 3});
        auto at = results.begin();
        EXPECT_EQ(*at, 1);
        ++at;
        EXPECT_THROW(*at, std::domain_error);
        ++at;
        EXPECT_EQ(*at, 3);
        ++at;
        EXPECT_TRUE(at == results.end());
        EXPECT_EQ(journal.stats().results, 2U);
        EXPECT_EQ(journal.stats().reused, round == 0 ? 0U : 2U);
    }
}

TEST_F(MapJournal, tells_functions_and_versions_apart) {
    {
        map_journal journal(path);
        process_pool pool({.workers = 1});
        static_cast<void>(map(inputs, journal));
        for (const int each : pool.map<&process_of>(inputs, journal)) EXPECT_GT(each, 0);
        for (const int each : pool.map(&process_of, inputs, journal)) EXPECT_GT(each, 0);
        for (const int each : pool.map([](int input) { return -input; }, inputs, journal))
            EXPECT_LT(each, 0);
        EXPECT_EQ(journal.stats().reused, 0U);
        EXPECT_EQ(journal.stats().results, 20U);
    }
    map_journal newer(path, "2");
    static_cast<void>(map(inputs, newer));
    EXPECT_EQ(newer.stats().reused, 0U);
    EXPECT_EQ(newer.stats().results, 25U);
}

TEST_F(MapJournal, keeps_functions_without_a_result) {
    map_journal journal(path);
    for (int round = 0; round < 2; ++round) {
        process_pool pool({.workers = 1});
        int count = 0;
        const std::vector<std::string> words{"one", "two"};
        for ([[maybe_unused]] auto each : pool.map<&nothing>(words, journal)) ++count;
        EXPECT_EQ(count, 2);
    }
    EXPECT_EQ(journal.stats().reused, 2U);
}

TEST_F(MapJournal, keeps_large_results) {
    const std::vector<std::size_t> sizes{3, 1'000'000};
    map_journal journal(path);
    process_pool pool({.workers = 1});
    for (int round = 0; round < 2; ++round) {
        std::size_t i = 0;
        for (const std::vector<double>& each : pool.map<&many>(sizes, journal))
            EXPECT_EQ(each, std::vector<double>(sizes[i++], 0.5));
    }
    EXPECT_EQ(journal.stats().reused, 2U);
}

// ---- the file

TEST_F(MapJournal, drops_what_was_being_written) {
    std::vector<std::size_t> ends;   // of the file after each result
    {
        map_journal journal(path);
        for (const int each : inputs) {
            static_cast<void>(map(std::vector{each}, journal));
            ends.push_back(std::filesystem::file_size(path));
        }
    }
    const std::string whole = read();
    ASSERT_EQ(whole.size(), ends.back());
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        write(whole.substr(0, size));
        const auto complete = static_cast<std::size_t>(
            std::ranges::count_if(ends, [&](std::size_t end) { return end <= size; }));
        map_journal journal(path);
        EXPECT_EQ(journal.stats().results, complete) << size;
        const std::size_t begin = complete == 0 ? (size < 16 ? 0 : 16) : ends[complete - 1];
        EXPECT_EQ(journal.stats().dropped_bytes, size - begin) << size;
    }
    write(whole.substr(0, whole.size() - 1));
    map_journal journal(path);
    EXPECT_EQ(map(inputs, journal).size(), 5U);
    EXPECT_EQ(journal.stats().reused, 4U);
    EXPECT_EQ(std::filesystem::file_size(path), whole.size());
}

TEST_F(MapJournal, ends_where_it_was_damaged) {
    {
        map_journal journal(path);
        static_cast<void>(map(inputs, journal, {.chunk = 5}));
    }
    const std::string whole = read();
    for (std::size_t at = 16; at < whole.size(); ++at) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        write(damaged);
        map_journal journal(path);
        EXPECT_LT(journal.stats().results, 5U) << at;
        EXPECT_EQ(journal.stats().results, (at - 16) / ((whole.size() - 16) / 5)) << at;
    }
}

TEST_F(MapJournal, refuses_what_is_no_journal) {
    write("a letter to somebody");
    try {
        map_journal journal(path);
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("is not a journal"));
    }
    EXPECT_EQ(read(), "a letter to somebody");
    EXPECT_THROW(map_journal(directory.path().string()), std::system_error);
    EXPECT_THROW(map_journal((directory.path() / "none" / "a").string()), std::system_error);
}

TEST_F(MapJournal, is_for_one_program_at_a_time) {
    map_journal journal(path);
    try {
        map_journal second(path);
        FAIL();
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::resource_unavailable_try_again);
        EXPECT_THAT(error.what(), HasSubstr("another program"));
    }
}

TEST_F(MapJournal, ends_a_map_when_the_disk_is_full) {
    map_journal journal(path);
    ::signal(SIGXFSZ, SIG_IGN);
    process_pool pool({.workers = 1});
    auto results = pool.map<&process_for>(inputs, journal, {.chunk = 1, .buffer_max = 1});
    auto at = results.begin();
    EXPECT_EQ((*at)[0], 1);
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    rlimit none = before;
    none.rlim_cur = std::filesystem::file_size(path) + 10;
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &none), 0);
    // What was computed comes all the same; then the map ends.
    int given = 0;
    try {
        for (++at; at != results.end(); ++at) given += (*at)[0] != 0 ? 1 : 0;
        FAIL();
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::file_too_large);
        EXPECT_THAT(error.what(), HasSubstr(path));
    }
    EXPECT_GE(given, 1);
    EXPECT_LT(given, 4);
    EXPECT_THROW(journal.sync(), std::system_error);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
}

TEST_F(MapJournal, takes_and_gives_values_only) {
    map_journal journal(path);
    process_pool pool({.workers = 1});
    std::vector<shared_array<int>> arrays;
    arrays.emplace_back(3);
    auto of_arrays = pool.map<&first_of>(arrays, journal);
    EXPECT_THROW(of_arrays.begin(), wire_error);
    auto to_arrays = pool.map<&shared>(std::vector{3}, journal);
    EXPECT_THROW(*to_arrays.begin(), wire_error);
    EXPECT_EQ(journal.stats().results, 0U);
}

}  // namespace
}  // namespace troika
