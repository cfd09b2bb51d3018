// SPDX-License-Identifier: MIT
#include "watch/picture.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace troika::watch {

using impl::listed;

namespace {

using json = nlohmann::ordered_json;

constexpr const char* kind_names[] = {"nothing",      "loop",    "pool", "worker",
                                      "process_pool", "process", "queue"};

json json_of(const seen_task& task) {
    json made{{"id", task.what.id}, {"name", task.what.name}, {"state", task.what.state}};
    if (task.waits_s >= 0) made["waits_s"] = task.waits_s;
    made["cancelled"] = task.what.cancelled;
    made["stack"] = json::array();
    for (const frame_view& frame : task.what.stack)
        made["stack"].push_back(
            {{"function", frame.function}, {"file", frame.file}, {"line", frame.line}});
    made["children"] = json::array();
    for (const seen_task& child : task.children) made["children"].push_back(json_of(child));
    return made;
}

json json_of(const picture::part& part) {
    const impl::listing_data& what = part.listed;
    json made{{"kind", kind_names[static_cast<std::size_t>(what.kind)]},
              {"number", what.number},
              {"parent", what.parent},
              {"name", shown_name(what)}};
    if (what.id != 0) made[what.kind == listed::process ? "pid" : "thread"] = what.id;
    const auto gauge = [&](const char* key, std::size_t which) {
        if (part.gauges[which]) made[key] = *part.gauges[which];
    };
    switch (what.kind) {
        case listed::loop: gauge("turns", 0); break;
        case listed::pool:
        case listed::pool_worker: gauge("queued", 0); break;
        case listed::process_pool:
        case listed::process: gauge("calls", 0); break;
        case listed::queue:
            gauge("items", 0);
            gauge("items_most", 1);
            gauge("not_done", 2);
            gauge("capacity_max", 3);
            break;
        default: break;
    }
    if (what.thread != 0)
        made["runs"] = part.running != 0 ? json("task") : part.runs_job ? json("job") : json();
    made["tasks"] = json::array();
    for (const seen_task& task : part.tasks) made["tasks"].push_back(json_of(task));
    return made;
}

}  // namespace

std::string to_json(const std::map<int, picture>& family) {
    json all = json::array();
    for (const auto& [pid, one] : family) {
        json parts = json::array();
        for (const picture::part& part : one.parts) parts.push_back(json_of(part));
        all.push_back({{"pid", pid},
                       {"name", one.of.name},
                       {"parts", std::move(parts)},
                       {"warnings", one.warnings},
                       {"notes", one.notes}});
    }
    return all.dump() + "\n";
}

}  // namespace troika::watch
