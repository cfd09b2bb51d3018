// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/fetch/event.hpp>
#include <troika/fetch/input_list.hpp>
#include <troika/fetch/options.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troika::fetch {

/// What is to be downloaded, and what of it is done: it can be saved between two runs, as a list
/// that `troika get -i` reads as well.
///
/// `get(plan.apply(options))` downloads what is left; each event goes to note(), and save() keeps
/// the rest. Thread: none of its own, but load() and save(), which are the loop's.
class download_plan {
public:
    /// A plan that is read from a file is no larger. For more, a list that is read lazily:
    /// get_options::list.
    static constexpr std::size_t bytes_max = std::size_t{256} << 20;

    download_plan() = default;

    /// Reads a list. Throws: failure (usage) `NAME:LINE: what is wrong`.
    [[nodiscard]] static download_plan parse(std::string_view text, const std::string& name);
    /// The same from a file. Throws: failure (file, usage).
    [[nodiscard]] static task<download_plan> load(std::string path);

    void add(list_entry entry) { entries_.push_back({std::move(entry), false}); }
    void add(std::string url) {
        list_entry entry;
        entry.url = std::move(url);
        add(std::move(entry));
    }

    /// Returns: `options` with the downloads that are left, in the place of any others; what note()
    /// is told from now on is of these.
    [[nodiscard]] get_options apply(get_options options);

    /// Takes in what has happened. Returns: whether a download is done that was not before.
    bool note(const event& happened);

    /// Downloads that are not done.
    [[nodiscard]] std::size_t left() const noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

    /// Returns: what is left, as a list. User names and passwords are not in it.
    [[nodiscard]] std::string to_text() const;
    /// Writes what is left to a file, whole or not at all. Throws: failure (file).
    [[nodiscard]] task<void> save(std::string path) const;

private:
    struct item {
        list_entry what;
        bool done = false;
    };

    std::vector<item> entries_;
    std::vector<std::size_t> applied_;   // of entries_, by the id of the present run, less one
};

}  // namespace troika::fetch
