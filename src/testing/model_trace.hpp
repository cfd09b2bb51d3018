// SPDX-License-Identifier: MIT
#pragma once

#include <troika/testing/model_atomics.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace troika::testing::impl {

enum class step_kind : unsigned char {
    construct, destroy, load, store, exchange, fetch_add, fetch_sub, fetch_and, fetch_or, fetch_xor,
    swap, swap_failed, swap_spurious, wait, wait_refused, wake, pause, light_barrier,
    heavy_barrier
};

inline constexpr std::size_t no_location = std::numeric_limits<std::size_t>::max();

/// One line of the interleaving.
struct model_step {
    step_kind kind = step_kind::pause;
    std::size_t thread = 0;
    std::size_t location = no_location;
    std::memory_order order = std::memory_order_relaxed;
    std::uint64_t before = 0;   // what was read
    std::uint64_t after = 0;    // what was written
    std::uint64_t newest = 0;   // what was the newest value
    bool early = false;         // a store that did not become the newest
    std::source_location where;
};

/// How the values of one location are written.
struct location_style {
    value_form form = value_form::number;
    std::size_t bytes = 8;
    std::string name;
};

/// An object that the scenario has made; pointers into it are written by its name.
struct known_object {
    std::uintptr_t begin = 0;
    std::size_t bytes = 0;
};

/// The interleaving so far, kept cheaply and made readable only for a failure.
class model_trace {
public:
    void clear() noexcept;
    void add(const model_step& step) { steps_.push_back(step); }

    /// The style of location number `location`; they are numbered without gaps.
    location_style& style(std::size_t location);
    void add_object(const void* begin, std::size_t bytes);

    [[nodiscard]] std::string value(std::size_t location, std::uint64_t bits) const;
    [[nodiscard]] std::string name(std::size_t location) const;
    [[nodiscard]] std::string text() const;

private:
    [[nodiscard]] std::string line(const model_step& step) const;

    std::vector<model_step> steps_;
    std::vector<location_style> styles_;
    std::vector<known_object> objects_;
};

/// Returns: `file.hpp:12`.
std::string place_text(std::source_location where);

/// Returns: `thread 2`, or `the scenario` for 0.
std::string thread_text(std::size_t thread);

}  // namespace troika::testing::impl
