// SPDX-License-Identifier: MIT
#include "os/module.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <sys/auxv.h>

namespace troika::os {
namespace {

using program_header = ElfW(Phdr);

std::span<const program_header> headers(const dl_phdr_info& module) noexcept {
    return {module.dlpi_phdr, module.dlpi_phnum};
}

/// By number, since a place may be anything.
bool has_code_at(const dl_phdr_info& module, std::uint64_t offset) noexcept {
    for (const program_header& segment : headers(module))
        if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X) != 0 &&
            offset >= segment.p_vaddr && offset - segment.p_vaddr < segment.p_memsz)
            return true;
    return false;
}

std::string_view base_name(const dl_phdr_info& module) noexcept {
    std::string_view name = module.dlpi_name ? module.dlpi_name : "";
    // The program itself comes without a name.
    if (name.empty()) name = ::program_invocation_short_name;
    return name.substr(name.rfind('/') + 1);
}

/// Source: ELF gABI, "Note Section"; names and contents are padded to the segment's alignment.
bool read_build_id(const dl_phdr_info& module, module_id& id) noexcept {
    for (const program_header& segment : headers(module)) {
        if (segment.p_type != PT_NOTE) continue;
        const std::size_t align = segment.p_align == 8 ? 8 : 4;
        const auto padded = [align](std::size_t size) {
            return (size + align - 1) / align * align;
        };
        const auto* at = reinterpret_cast<const std::byte*>(module.dlpi_addr + segment.p_vaddr);
        std::size_t left = segment.p_memsz;
        ElfW(Nhdr) note;
        while (left >= sizeof note) {
            std::memcpy(&note, at, sizeof note);
            const std::size_t name = padded(note.n_namesz);
            const std::size_t size = sizeof note + name + padded(note.n_descsz);
            if (size > left) break;
            if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && note.n_descsz > 0 &&
                std::memcmp(at + sizeof note, "GNU", 4) == 0) {
                id = {};
                std::memcpy(id.data(), at + sizeof note + name,
                            std::min<std::size_t>(note.n_descsz, id.size()));
                return true;
            }
            at += size;
            left -= size;
        }
    }
    return false;
}

/// FNV-1a over the name and the places of the segments, in three differently seeded parts.
module_id make_up_id(const dl_phdr_info& module) noexcept {
    module_id id{};
    for (std::size_t part = 0; part < 3; ++part) {
        std::uint64_t hash = 0xcbf29ce484222325u + part;
        const auto mix = [&](std::uint64_t value) { hash = (hash ^ value) * 0x100000001b3u; };
        // The program may be started under another name.
        if (module.dlpi_name && *module.dlpi_name)
            for (char letter : base_name(module)) mix(static_cast<unsigned char>(letter));
        for (const program_header& segment : headers(module)) {
            mix(segment.p_type);
            mix(segment.p_flags);
            mix(segment.p_vaddr);
            mix(segment.p_memsz);
        }
        std::memcpy(id.data() + 8 * part, &hash, std::min<std::size_t>(8, id.size() - 8 * part));
    }
    return id;
}

module_id id_of(const dl_phdr_info& module) noexcept {
    module_id id;
    return read_build_id(module, id) ? id : make_up_id(module);
}

/// Calls `visit` with the loaded modules until it returns true. The loader's lock is held.
template <class Visit>
void visit_modules(Visit visit) noexcept {
    ::dl_iterate_phdr(
        [](dl_phdr_info* module, std::size_t, void* argument) noexcept {
            return (*static_cast<Visit*>(argument))(*module) ? 1 : 0;
        },
        &visit);
}

}  // namespace

std::optional<code_place> find_code(const void* address) noexcept {
    std::optional<code_place> found;
    visit_modules([&](const dl_phdr_info& module) {
        const std::uint64_t offset = reinterpret_cast<std::uintptr_t>(address) - module.dlpi_addr;
        if (!has_code_at(module, offset)) return false;
        found = code_place{id_of(module), offset};
        return true;
    });
    return found;
}

const void* code_address(const code_place& place) noexcept {
    const void* found = nullptr;
    visit_modules([&](const dl_phdr_info& module) {
        if (id_of(module) != place.module) return false;
        if (has_code_at(module, place.offset))
            found = reinterpret_cast<const void*>(module.dlpi_addr + place.offset);
        return true;
    });
    return found;
}

std::string module_name(const module_id& id) {
    const char* name = nullptr;
    std::size_t size = 0;
    visit_modules([&](const dl_phdr_info& module) {
        if (id_of(module) != id) return false;
        name = base_name(module).data();
        size = base_name(module).size();
        return true;
    });
    return name ? std::string(name, size) : std::string();
}

module_id program_module() {
    const auto place = find_code(reinterpret_cast<const void*>(::getauxval(AT_ENTRY)));
    return place ? place->module : module_id{};
}

}  // namespace troika::os
