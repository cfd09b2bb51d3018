// SPDX-License-Identifier: MIT
#include <troika/fetch/download_plan.hpp>

#include "fetch/failed_list.hpp"
#include "fetch/text_file.hpp"

#include <troika/io/offload.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace troika::fetch {

download_plan download_plan::parse(std::string_view text, const std::string& name) {
    download_plan made;
    input_list reader(name);
    reader.feed(text);
    reader.finish();
    while (std::optional<list_entry> entry = reader.next()) made.add(std::move(*entry));
    return made;
}

task<download_plan> download_plan::load(std::string path) {
    auto read = [&path] { return parse(read_text_file(path, bytes_max), path); };
    co_return co_await io::offload("read plan", read);
}

get_options download_plan::apply(get_options options) {
    options.urls.clear();
    options.entries.clear();
    options.list.clear();
    options.metalink.clear();
    applied_.clear();
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (entries_[i].done) continue;
        applied_.push_back(i);
        options.entries.push_back(entries_[i].what);
    }
    return options;
}

bool download_plan::note(const event& happened) {
    if (happened.kind != event_kind::finished) return false;
    if (happened.id == 0 || happened.id > applied_.size()) return false;
    return !std::exchange(entries_[applied_[happened.id - 1]].done, true);
}

std::size_t download_plan::left() const noexcept {
    return static_cast<std::size_t>(
        std::ranges::count_if(entries_, [](const item& each) { return !each.done; }));
}

std::string download_plan::to_text() const {
    std::string text;
    for (const item& each : entries_)
        if (!each.done) text += list_line(each.what);
    return text;
}

task<void> download_plan::save(std::string path) const {
    auto write = [text = to_text(), &path] { write_text_file(path, text, 0600); };
    co_await io::offload("write plan", write);
}

}  // namespace troika::fetch
