// SPDX-License-Identifier: MIT
#pragma once

#include "fetch/journal.hpp"

#include <troika/fetch/checksum.hpp>

#include "os/fd.hpp"
#include "os/file.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace troika::fetch {

// A file on its way: NAME.part, and NAME.part.journal beside it, until both are gone and NAME is
// there. All of it sleeps in the kernel: called on helper threads (io::offload), never on the
// loop's.

/// How a whole file gets its name.
struct landing {
    bool replace = false;   // a file of that name
    bool sync = true;       // content first
    std::uint32_t mode = 0644;
    std::optional<std::chrono::sys_seconds> modified;
    std::string entity_tag = {};   // kept with the file for --if-changed, where that can be
};

/// The entity tag that a file was stored with; empty where there is none.
[[nodiscard]] std::string stored_entity_tag(const std::string& path);

/// Whether a name is taken, and by what; `status` is of what a link leads to.
[[nodiscard]] std::optional<os::file_status> look_at(const std::string& path);

/// Removes the journal beside `path` if it has no NAME.part: a run was killed right after it had
/// given the file its name.
void remove_stray_journal(const std::string& path);

/// Reads a file. Returns: its checksum. Throws: failure (file).
[[nodiscard]] checksum digest_of(const std::string& path, checksum_algorithm algorithm);

/// Makes the directories on the way to `path`. Throws: failure (file).
void make_way(const std::string& path);

/// Writes a small file in one go: without a NAME.part where the file system has files without a
/// name, and nothing is there to be replaced. Throws: failure (file); nothing is left behind then.
/// Returns: false, with nothing done, when it needs a NAME.part and one is there already.
bool land_small(const std::string& path, std::span<const std::byte> content, const landing& how);

/// Keeps what came and is not what it should be as NAME.bad. Returns: that name; empty where it
/// could not be written.
[[nodiscard]] std::string keep_bad_file(const std::string& path, std::span<const std::byte> content,
                                        std::uint32_t mode);

/// The name of a file that is whole, and of the directory it stands in.
[[nodiscard]] std::string directory_of(const std::string& path);

/// A larger file, written as it comes.
class part_file {
public:
    /// Opens NAME.part, locked against other processes: the one that is there, if its journal can
    /// be relied on, is of one of `urls`, and `resume` allows it, else a new one. Throws: failure
    /// (file).
    static part_file open(const std::string& path, std::span<const std::string> urls, bool resume,
                          std::optional<checksum_algorithm> algorithm);

    part_file(part_file&&) noexcept = default;
    part_file& operator=(part_file&&) noexcept = default;

    /// What is there already: its journal. Nothing for a new file.
    [[nodiscard]] const std::optional<journal>& resumed() const noexcept { return resumed_; }
    /// The running checksum of what is there, if one is wanted.
    [[nodiscard]] std::optional<hasher>& digest() noexcept { return digest_; }
    [[nodiscard]] int descriptor() const noexcept { return file_.get(); }
    [[nodiscard]] const std::string& part_path() const noexcept { return part_path_; }

    /// Has the checksum computed from the file once it is whole: parts come in any order.
    void forget_digest() noexcept { digest_.reset(); }
    /// Computes the checksum of all that is there. Throws: failure (file).
    [[nodiscard]] checksum compute_digest(checksum_algorithm algorithm) const {
        return digest_of(part_path_, algorithm);
    }

    /// Drops what is there. Throws: failure (file).
    void start_over(std::optional<checksum_algorithm> algorithm);
    /// Reserves room, so that a full disk is noticed before the transfer. Throws: failure (file).
    void reserve(std::uint64_t size);
    /// Makes what was written last, and then `what`, the note of it. Returns: false where no
    /// journal can hold that, or the disk has lost some of it: it cannot be resumed. Throws:
    /// failure (file).
    bool note(const journal& what, bool sync);
    /// Gives the file its name. Throws: failure (file); NAME.part stays then.
    void land(const landing& how);
    /// Keeps a file whose checksum is wrong as NAME.bad, for a person to look at. Returns: that
    /// name.
    std::string put_aside();
    /// Removes it. For downloads that can never be resumed.
    void discard() noexcept;

private:
    part_file(std::string path);
    void remove_journal() noexcept;
    void check_synced(int result);
    bool take_up(std::span<const std::string> urls, std::optional<checksum_algorithm> algorithm);

    std::string path_;
    std::string part_path_;
    std::string journal_path_;
    std::string new_journal_path_;   // where it is written, before it takes the place of the old
    os::fd file_;
    std::optional<journal> resumed_;
    std::optional<hasher> digest_;
    bool journal_written_ = false;
    // A sync failed. The kernel forgets that it did: the next one would vouch for what is lost.
    bool lossy_ = false;
};

}  // namespace troika::fetch
