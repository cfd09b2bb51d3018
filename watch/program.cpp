// SPDX-License-Identifier: MIT
#include "watch/program.hpp"

#include "inspect/shown_text.hpp"
#include "os/file.hpp"
#include "os/memory_file.hpp"
#include "os/memory_map.hpp"
#include "watch/remote_memory.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace troika::watch {

namespace fs = std::filesystem;
using impl::listing_data;
using impl::registry_head;
using impl::registry_slot;

namespace {

/// Copies a slot; empty when it changes all the time, as it would if its process had been killed
/// while it wrote.
listing_data copy_of(const registry_slot& from) {
    for (int tries = 100; tries > 0; --tries) {
        const std::uint32_t before = from.sequence.load(std::memory_order_acquire);
        if (before % 2 != 0) continue;
        std::uint64_t words[registry_slot::words_of_data];
        for (std::size_t i = 0; i < registry_slot::words_of_data; ++i)
            words[i] = from.data[i].load(std::memory_order_acquire);
        if (from.sequence.load(std::memory_order_relaxed) != before) continue;
        listing_data data;
        std::memcpy(static_cast<void*>(&data), words, sizeof words);
        data.name[sizeof data.name - 1] = '\0';
        return data;
    }
    return {};
}

[[noreturn]] void refuse(int pid, const std::string& why) {
    throw not_visible("process " + std::to_string(pid) + ": " + why);
}

/// The register of a process and what it says; nothing where it has none.
struct found_program {
    program what;
    os::fd file;
    os::memory_map map;
};
std::optional<found_program> open_program(int pid, os::map_access access) {
    const fs::path folder = "/proc/" + std::to_string(pid) + "/fd";
    const std::string wanted = std::string("/memfd:") + impl::registry_name + " (deleted)";
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
        std::error_code gone;
        if (fs::read_symlink(entry.path(), gone) != wanted) continue;
        os::open_options how;
        how.write = access == os::map_access::read_write;
        os::fd file(os::open_file(entry.path().c_str(), how));
        if (!file) continue;
        const long size = os::size_of_memory_file(file.get());   // and nobody can cut it
        os::memory_map map;
        if (size < static_cast<long>(impl::registry_bytes) ||
            map.map_shared(file.get(), static_cast<std::size_t>(size), 0, access) < 0)
            continue;
        if (auto read = read_register(map.data(), map.size()); read && read->pid == pid) {
            read->name = name_of_process(pid);
            return found_program{std::move(*read), std::move(file), std::move(map)};
        }
    }
    return std::nullopt;
}

/// The same. Throws: not_visible where there is none.
found_program require_program(int pid, os::map_access access) {
    std::error_code error;
    if (!fs::exists("/proc/" + std::to_string(pid), error)) refuse(pid, "there is none");
    try {
        if (auto found = open_program(pid, access)) return std::move(*found);
    } catch (const fs::filesystem_error& denied) {
        if (denied.code() == std::errc::permission_denied)
            refuse(pid, "it is another user's: look as that user, or as root");
        refuse(pid, "it has ended");
    }
    refuse(pid, "it is no troika program of this version, has no event loop or pool yet, or was "
                "started with TROIKA_INSPECT=0");
}

}  // namespace

std::optional<program> read_register(const std::byte* data, std::size_t size) {
    if (size < impl::registry_bytes) return std::nullopt;
    const auto& head = *reinterpret_cast<const registry_head*>(data);
    if (head.magic != impl::registry_magic || head.version != impl::registry_version ||
        head.slot_bytes != sizeof(registry_slot) || head.slot_count != impl::registry_slots)
        return std::nullopt;
    program made;
    made.pid = static_cast<int>(head.process);
    made.unlisted = head.unlisted.load(std::memory_order_relaxed);
    std::ranges::copy(head.places, made.places.begin());
    constexpr std::uint32_t place_max = 4096;   // objects are smaller
    for (const std::uint32_t each : made.places)
        if (each > place_max) return std::nullopt;
    const auto* const slots =
        reinterpret_cast<const registry_slot*>(data + impl::registry_slots_at);
    const std::uint32_t used =
        std::min(head.used.load(std::memory_order_acquire), impl::registry_slots);
    for (std::uint32_t i = 0; i < used; ++i) {
        const listing_data each = copy_of(slots[i]);
        if (each.kind != impl::listed::nothing && each.kind <= impl::listed::queue)
            made.listed.push_back(each);
    }
    std::ranges::sort(made.listed, {}, &listing_data::number);
    return made;
}

program read_program(int pid) {
    return std::move(require_program(pid, os::map_access::read).what);
}

open_register open_program_to_ask(int pid) {
    found_program found = require_program(pid, os::map_access::read_write);
    if (os::lock_file(found.file.get()) < 0)
        throw std::runtime_error("somebody else asks process " + std::to_string(pid) +
                                 " for a trace: try again when that has ended");
    return {std::move(found.file), std::move(found.map)};
}

std::vector<program> find_programs() {
    std::vector<program> all;
    for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename().string();
        int pid = 0;
        const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (failed != std::errc() || end != name.data() + name.size()) continue;
        try {
            if (auto found = open_program(pid, os::map_access::read))
                all.push_back(std::move(found->what));
        } catch (const fs::filesystem_error&) {   // another user's, or it has ended
        }
    }
    std::ranges::sort(all, {}, &program::pid);
    return all;
}

std::string shown_name(const impl::listing_data& of) {
    return shown_text(of.name, remote_memory::text_bytes_max);
}

std::string name_of_process(int pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
    std::string name;
    std::getline(file, name);
    return shown_text(name, remote_memory::text_bytes_max);
}

}  // namespace troika::watch
