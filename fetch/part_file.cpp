// SPDX-License-Identifier: MIT
#include "fetch/part_file.hpp"

#include "fetch/safe_name.hpp"

#include <troika/fetch/failure.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <vector>

namespace troika::fetch {

namespace {

// Where a file's entity tag is kept with it.
constexpr const char* tag_attribute = "user.troika.etag";

[[noreturn]] void fail(int error, std::string_view operation, const std::string& path) {
    throw file_failure(operation, path, std::error_code(error, std::generic_category()));
}
int check_result(int result, std::string_view operation, const std::string& path) {
    if (result < 0) fail(-result, operation, path);
    return result;
}

void write_all(int file, std::span<const std::byte> content, std::uint64_t offset,
               const std::string& path) {
    while (!content.empty()) {
        const auto size =
            static_cast<std::uint32_t>(std::min<std::size_t>(content.size(), 1u << 30));
        const int n = check_result(os::write_at(file, content.data(), size, offset), "write", path);
        content = content.subspan(static_cast<std::size_t>(n));
        offset += static_cast<std::uint64_t>(n);
    }
}

int create(const std::string& path) {
    os::open_options options;
    options.write = options.create = options.exclusive = true;
    options.follow_links = false;
    options.mode = 0600;
    return os::open_file(path.c_str(), options);
}

// All but its name.
void finish(int file, const std::string& part, const landing& how) {
    // Courtesies, which may be refused.
    if (how.modified) os::set_modified(file, *how.modified);
    if (!how.entity_tag.empty()) os::set_attribute(file, tag_attribute, how.entity_tag);
    check_result(os::set_mode(file, how.mode), "set permissions of", part);
}

void give_name(const std::string& part, const std::string& path, const landing& how) {
    const int renamed = how.replace ? os::rename(part.c_str(), path.c_str())
                                    : os::rename_no_replace(part.c_str(), path.c_str());
    check_result(renamed, "create", path);
}

std::string read_text(const std::string& path, std::size_t bytes_max) {
    os::open_options options;
    options.follow_links = options.waits = false;
    const os::fd file(os::open_file(path.c_str(), options));
    if (!file) return {};
    std::string text(bytes_max + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const int n = os::read_at(file.get(), text.data() + size,
                                  static_cast<std::uint32_t>(text.size() - size), size);
        if (n <= 0) break;
        size += static_cast<std::size_t>(n);
    }
    text.resize(size);
    return size > bytes_max ? std::string() : text;
}

}  // namespace

std::string directory_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

std::string stored_entity_tag(const std::string& path) {
    return os::attribute(path.c_str(), tag_attribute);
}

std::optional<os::file_status> look_at(const std::string& path) {
    os::file_status status;
    if (os::status(path.c_str(), false, status) < 0) return std::nullopt;
    if (status.type == os::file_type::link) {
        os::file_status target;
        if (os::status(path.c_str(), true, target) >= 0) return target;
    }
    return status;
}

void remove_stray_journal(const std::string& path) {
    const std::string note = path + std::string(journal_suffix);
    const std::string part = path + std::string(part_suffix);
    os::file_status status;
    if (os::status(note.c_str(), false, status) < 0) return;
    if (os::status(part.c_str(), false, status) != -ENOENT) return;
    // Somebody else's file of that name is no journal.
    if (parse_journal(read_text(note, journal::bytes_max))) os::remove_file(note.c_str());
}

checksum digest_of(const std::string& path, checksum_algorithm algorithm) {
    const os::fd file(check_result(os::open_file(path.c_str(), {}), "open", path));
    hasher digest(algorithm);
    std::vector<std::byte> piece(256 * 1024);
    for (std::uint64_t at = 0;;) {
        const int n = check_result(
            os::read_at(file.get(), piece.data(), static_cast<std::uint32_t>(piece.size()), at),
            "read", path);
        if (n == 0) return digest.value();
        digest.update(std::span(piece).first(static_cast<std::size_t>(n)));
        at += static_cast<std::uint64_t>(n);
    }
}

void make_way(const std::string& path) {
    const std::string directory = directory_of(path);
    for (std::size_t slash = 0; slash != std::string::npos;) {
        slash = directory.find('/', slash + 1);
        const std::string part = directory.substr(0, slash);
        const int made = os::make_directory(part.c_str());
        if (made < 0 && made != -EEXIST) {
            os::file_status status;
            if (os::status(part.c_str(), true, status) < 0) fail(-made, "create directory", part);
        }
    }
}

namespace {

// The file has no name before it has its content: nothing is left behind, whatever happens.
// Returns: false, with nothing done, where that cannot be had.
bool land_unnamed(const std::string& path, std::span<const std::byte> content,
                  const landing& how) {
    const os::fd file(os::open_unnamed(directory_of(path).c_str(), how.mode));
    if (!file) return false;
    write_all(file.get(), content, 0, path);
    // Courtesies, which may be refused.
    if (how.modified) os::set_modified(file.get(), *how.modified);
    if (!how.entity_tag.empty()) os::set_attribute(file.get(), tag_attribute, how.entity_tag);
    if (how.sync) check_result(os::sync(file.get()), "sync", path);
    const int named = os::name_file(file.get(), path.c_str());
    if (named == -EEXIST) fail(EEXIST, "create", path);
    return named == 0;
}

}  // namespace

bool land_small(const std::string& path, std::span<const std::byte> content, const landing& how) {
    const std::string part = path + std::string(part_suffix);
    if (!how.replace && land_unnamed(path, content, how)) return true;
    int opened = create(part);
    if (opened == -EEXIST) return false;
    if (opened == -ENOENT) {
        make_way(path);
        opened = create(part);
    }
    const os::fd file(check_result(opened, "create", part));
    try {
        write_all(file.get(), content, 0, part);
        finish(file.get(), part, how);
        if (how.sync) check_result(os::sync(file.get()), "sync", part);
        give_name(part, path, how);
    } catch (...) {
        os::remove_file(part.c_str());
        throw;
    }
    return true;
}

std::string keep_bad_file(const std::string& path, std::span<const std::byte> content,
                          std::uint32_t mode) {
    const std::string bad = path + ".bad";
    landing how;
    how.replace = true;
    how.sync = false;
    how.mode = mode;
    return land_small(bad, content, how) ? bad : std::string();
}

part_file::part_file(std::string path)
    : path_(std::move(path)),
      part_path_(path_ + std::string(part_suffix)),
      journal_path_(path_ + std::string(journal_suffix)),
      new_journal_path_(journal_path_ + "~") {}

part_file part_file::open(const std::string& path, std::span<const std::string> urls, bool resume,
                          std::optional<checksum_algorithm> algorithm) {
    part_file part(path);
    // A few times, for another process may finish or give up between our steps.
    for (int tries = 0; tries < 8; ++tries) {
        int opened = create(part.part_path_);
        if (opened == -ENOENT) {
            make_way(path);
            opened = create(part.part_path_);
        }
        if (opened == -EEXIST) {
            os::open_options options;
            options.write = true;
            options.follow_links = false;
            opened = os::open_file(part.part_path_.c_str(), options);
            if (opened == -ENOENT) continue;
        }
        part.file_.reset(check_result(opened, "open", part.part_path_));
        // A process that was killed may hold its lock for a moment longer than it is seen, until
        // the kernel is done with what it had asked for through a ring.
        const int locked = os::lock_file(part.file_.get(), std::chrono::milliseconds(500));
        if (locked == -EAGAIN)
            throw failure(cause::file,
                          part.part_path_ + " is being downloaded by another process: wait for it");
        check_result(locked, "lock", part.part_path_);
        os::file_status status;
        check_result(os::status(part.file_.get(), status), "look at", part.part_path_);
        if (status.type != os::file_type::regular)
            throw failure(cause::file, part.part_path_ + " is no regular file: remove it");
        if (status.links == 0) continue;   // it was landed or removed before we had the lock
        // What we write would be in the other file as well, wherever that is.
        if (status.links > 1)
            throw failure(cause::file, part.part_path_ + " is another file, too: remove it");
        if (status.size > 0 && resume && part.take_up(urls, algorithm)) return part;
        part.start_over(algorithm);
        return part;
    }
    throw failure(cause::file, part.part_path_ + " comes and goes: is another download running?");
}

bool part_file::take_up(std::span<const std::string> urls,
                        std::optional<checksum_algorithm> algorithm) {
    const auto note = parse_journal(read_text(journal_path_, journal::bytes_max));
    os::file_status status;
    if (!note || std::ranges::find(urls, note->url) == urls.end() ||
        note->validator.empty() || note->end() == 0 ||
        os::status(file_.get(), status) < 0 || status.size < note->end())
        return false;
    // The prefix is read again for the running checksum, and proved on the way if the note can.
    // Where there are gaps, it is computed once they are filled.
    if (!note->written.empty()) algorithm.reset();
    const auto wanted = note->prefix ? std::optional(note->prefix->algorithm()) : algorithm;
    std::optional<hasher> proof;
    std::optional<hasher> digest;
    if (note->prefix) proof.emplace(note->prefix->algorithm());
    if (algorithm) digest.emplace(*algorithm);
    if (wanted) {
        std::array<std::byte, 64 * 1024> piece;
        for (std::uint64_t at = 0; at < note->durable;) {
            const auto size = static_cast<std::uint32_t>(
                std::min<std::uint64_t>(piece.size(), note->durable - at));
            const int n = os::read_at(file_.get(), piece.data(), size, at);
            if (n <= 0) return false;
            const auto bytes = std::span(piece).first(static_cast<std::size_t>(n));
            if (proof) proof->update(bytes);
            if (digest) digest->update(bytes);
            at += static_cast<std::uint64_t>(n);
        }
        if (proof && proof->value() != *note->prefix) return false;
    }
    // What lies behind was never promised.
    check_result(os::truncate(file_.get(), note->end()), "cut", part_path_);
    resumed_ = *note;
    digest_ = std::move(digest);
    journal_written_ = true;
    return true;
}

void part_file::start_over(std::optional<checksum_algorithm> algorithm) {
    resumed_.reset();
    digest_.reset();
    if (algorithm) digest_.emplace(*algorithm);
    // First the note, then the bytes that it speaks of.
    remove_journal();
    check_result(os::truncate(file_.get(), 0), "empty", part_path_);
}

void part_file::reserve(std::uint64_t size) {
    const int result = os::reserve(file_.get(), size);
    if (result == -ENOSPC || result == -EDQUOT || result == -EFBIG)
        fail(-result, "reserve room for", part_path_);
}

bool part_file::note(const journal& what, bool sync) {
    std::string text;
    try {
        text = serialize(what);
    } catch (const std::invalid_argument&) {
        return false;
    }
    if (lossy_) return false;
    if (sync) check_synced(os::sync_data(file_.get()));
    const std::string& temporary = new_journal_path_;
    os::remove_file(temporary.c_str());
    const os::fd file(check_result(create(temporary), "create", temporary));
    write_all(file.get(), std::as_bytes(std::span(text)), 0, temporary);
    if (sync) check_result(os::sync_data(file.get()), "sync", temporary);
    check_result(os::rename(temporary.c_str(), journal_path_.c_str()), "create", journal_path_);
    journal_written_ = true;
    return true;
}

void part_file::land(const landing& how) {
    finish(file_.get(), part_path_, how);
    if (how.sync) check_synced(os::sync(file_.get()));
    give_name(part_path_, path_, how);
    // Without its NAME.part the note promises nothing; a crash in between leaves a harmless rest.
    if (journal_written_) remove_journal();
    file_.reset();
}

std::string part_file::put_aside() {
    std::string bad = path_ + ".bad";
    check_result(os::rename(part_path_.c_str(), bad.c_str()), "rename", part_path_);
    remove_journal();
    file_.reset();
    return bad;
}

void part_file::discard() noexcept {
    os::remove_file(part_path_.c_str());
    remove_journal();
    file_.reset();
}

void part_file::check_synced(int result) {
    lossy_ = lossy_ || result < 0;
    check_result(result, "sync", part_path_);
}

void part_file::remove_journal() noexcept {
    os::remove_file(journal_path_.c_str());
    os::remove_file(new_journal_path_.c_str());   // of a run that was killed
    journal_written_ = false;
}

}  // namespace troika::fetch
