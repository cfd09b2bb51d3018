// SPDX-License-Identifier: MIT
#include "fetch/directory_sync.hpp"

#include <troika/fetch/failure.hpp>
#include <troika/fs/directory.hpp>

#include <system_error>

namespace troika::fetch {

task<void> directory_sync::sync(std::string directory) {
    state& here = directories_[directory];
    const std::uint64_t mine = ++here.wanted;
    const mutex::guard turn = co_await here.running.lock();
    if (here.covered >= mine) co_return;   // one that began after our call has ended meanwhile
    const std::uint64_t covers = here.wanted;
    std::error_code failed;
    try {
        co_await fs::sync_directory(directory);
    } catch (const std::system_error& error) {
        failed = error.code();
    }
    if (failed) throw file_failure("sync", directory, failed);
    here.covered = covers;
}

}  // namespace troika::fetch
