// SPDX-License-Identifier: MIT
#include "fetch/existing_names.hpp"

#include "fetch/part_file.hpp"
#include "fetch/safe_name.hpp"

#include <troika/io/offload.hpp>

#include "os/file.hpp"

#include <cerrno>
#include <vector>

namespace troika::fetch {

task<bool> existing_names::may_exist(const std::string& path) {
    const std::string directory = directory_of(path);
    auto known = directories_.find(directory);
    if (known == directories_.end()) {
        const mutex::guard turn = co_await reading_.lock();
        known = directories_.find(directory);
        if (known == directories_.end()) {
            if (directories_.size() >= directories_max) co_return true;
            auto list = [&directory] {
                std::optional<names> found(std::in_place);
                std::vector<os::directory_entry> entries;
                const int result = os::read_directory(directory.c_str(), entries, names_max);
                for (os::directory_entry& each : entries) found->insert(std::move(each.name));
                if (result < 0 && result != -ENOENT) found.reset();
                return found;
            };
            auto found = co_await io::offload("list directory", list);
            known = directories_.emplace(directory, std::move(found)).first;
        }
    }
    if (!known->second) co_return true;
    const std::string name = path.substr(path.rfind('/') + 1);
    co_return known->second->contains(name) ||
        known->second->contains(name + std::string(part_suffix));
}

}  // namespace troika::fetch
