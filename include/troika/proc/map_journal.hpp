// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troika {

class wire_writer;

/// A file that keeps the results of maps, so that a program that is started again goes on where it
/// was ended: a crash, a queue's time limit, a host that went down.
///
///     troika::map_journal journal("primes.journal");
///     for (long count : ranks.map<&count_primes>(limits, journal)) ...
///
/// A result is found again by the function's name and types and the input's value: inputs may be
/// added, left out and come in another order, and several maps may share a journal. Calls that
/// threw are not kept, and are made again. A function that depends on more than its argument does
/// not belong in a journal.
/// A result is in the file when it can be had from the map: it survives the end of the program,
/// and that of the machine once the kernel has written it, or sync() has returned. What was being
/// written when the program ended is dropped when the journal is opened again.
/// The format is that of the machine and of wire_codec.hpp: not one for archives.
/// Thread: any. Lifetime: beyond that of the maps.
class map_journal {
public:
    struct statistics {
        std::size_t results = 0;           ///< that it holds
        std::size_t reused = 0;            ///< that maps have taken from it
        std::uint64_t dropped_bytes = 0;   ///< that were incomplete when it was opened
    };

    /// Opens `path`, or makes it. `version`: change it when a function computes something else
    /// under the same name: results of other versions are not found.
    /// Throws: std::system_error, with EAGAIN when another program has it open;
    /// std::runtime_error when the file is something else.
    explicit map_journal(const std::string& path, std::string version = {});
    map_journal(const map_journal&) = delete;
    map_journal& operator=(const map_journal&) = delete;
    ~map_journal();

    [[nodiscard]] statistics stats() const;
    /// Returns: when the disk has all of it. Throws: std::system_error.
    void sync();

    // For the pools:

    /// Of what a function makes of an input: 128 bits of a hash.
    struct key {
        std::uint64_t low = 0;
        std::uint64_t high = 0;
        friend bool operator==(const key&, const key&) = default;
    };
    /// Throws: wire_error when `input` has descriptors, which are not values.
    [[nodiscard]] key key_of(const char* function, const wire_writer& input) const;
    /// Returns: whether it is known; `into` then is the result's message.
    /// Throws: std::system_error.
    [[nodiscard]] bool find(const key& of, std::vector<std::byte>& into);
    /// Remembers a result. Throws: wire_error when it has descriptors.
    void add(const key& of, const wire_writer& result);
    /// Writes what was added. On failure the next require_written() throws.
    void write() noexcept;
    /// Throws: std::system_error when something could not be written.
    void require_written() const;

private:
    struct state;
    const std::unique_ptr<state> state_;
};

}  // namespace troika
