// SPDX-License-Identifier: MIT
#include "watch/columns.hpp"
#include "watch/picture.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

namespace troika::watch {

using impl::listed;

namespace {

std::string counted(std::uint64_t number, std::string_view noun) {
    return std::to_string(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
}

std::string quoted(const std::string& name) { return name.empty() ? "" : " '" + name + "'"; }

/// Lines with the lines of a tree in front of them.
class tree {
public:
    void line(const std::string& prefix, bool last, const std::string& text) {
        text_ += prefix + (last ? "└─ " : "├─ ") + text + "\n";
    }
    static std::string below(const std::string& prefix, bool last) {
        return prefix + (last ? "   " : "│  ");
    }

    void tasks(const std::vector<seen_task>& all, const std::string& prefix, bool more_follows) {
        for (std::size_t i = 0; i < all.size(); ++i) {
            const bool last = i + 1 == all.size() && !more_follows;
            line(prefix, last, title(all[i]));
            const std::string inside = below(prefix, last);
            for (const frame_view& frame : all[i].what.stack)
                text_ += inside + (all[i].children.empty() ? "     " : "│    ") + "at " +
                         frame.function + " " +
                         std::filesystem::path(frame.file).filename().string() + ":" +
                         std::to_string(frame.line) + "\n";
            tasks(all[i].children, inside, false);
        }
    }
    [[nodiscard]] std::string take() { return std::move(text_); }
    void add(const std::string& text) { text_ += text; }

private:
    [[nodiscard]] static std::string title(const seen_task& task) {
        std::string text = task.what.name.empty() ? "task" : task.what.name;
        text += " #" + std::to_string(task.what.id) + ": " + task.what.state;
        if (task.waits_s > 0)
            text += ", for " + duration_text(task.waits_s * std::int64_t{1'000'000'000});
        if (task.what.cancelled) text += " (cancelled)";
        return text;
    }

    std::string text_;
};

std::string title_of(const picture::part& part) {
    const impl::listing_data& what = part.listed;
    switch (what.kind) {
        case listed::loop:
            return "loop" + (what.id == 0 ? ", not run yet"
                                          : ", thread " + std::to_string(what.id)) +
                   (part.gauges[0] ? ", " + counted(*part.gauges[0], "turn") : "") +
                   (part.running != 0 ? ", runs a task" : "");
        case listed::pool:
            return "pool" + quoted(shown_name(what)) +
                   (part.gauges[0].value_or(0) != 0
                        ? ": " + std::to_string(*part.gauges[0]) + " wait for a worker"
                        : "");
        case listed::pool_worker:
            return "worker, thread " + std::to_string(what.id) +
                   (part.running != 0 ? ": runs a task"
                    : part.runs_job   ? ": runs a job"
                                      : ": idle") +
                   (part.gauges[0].value_or(0) != 0
                        ? ", has " + std::to_string(*part.gauges[0]) + " more"
                        : "");
        case listed::process_pool:
            return "process pool" +
                   (part.gauges[0] ? ": " + counted(*part.gauges[0], "call") + " without a result"
                                   : "");
        case listed::process:
            return "process " + std::to_string(what.id) +
                   (part.gauges[0] ? ": has " + counted(*part.gauges[0], "call") : "");
        case listed::queue: {
            std::string text = "queue" + quoted(shown_name(what));
            if (part.gauges[0] && part.gauges[3])
                text += ": " + std::to_string(*part.gauges[0]) + " of " +
                        std::to_string(*part.gauges[3]);
            if (part.gauges[1]) text += ", at most " + std::to_string(*part.gauges[1]);
            if (part.gauges[2]) text += ", " + std::to_string(*part.gauges[2]) + " not done";
            return text;
        }
        case listed::nothing: break;
    }
    return "?";
}

class family_text {
public:
    explicit family_text(const std::map<int, picture>& family) noexcept : family_(family) {}

    void process(const picture& of, const std::string& prefix, tree& into) {
        shown_.push_back(of.of.pid);
        std::vector<const picture::part*> tops;
        for (const picture::part& each : of.parts)
            if (each.listed.parent == 0) tops.push_back(&each);
        for (std::size_t i = 0; i < tops.size(); ++i)
            part(of, *tops[i], prefix, i + 1 == tops.size(), into);
        for (const std::string& each : of.warnings) into.add(prefix + "! " + each + "\n");
        for (const std::string& each : of.notes) into.add(prefix + "  (" + each + ")\n");
    }

private:
    void part(const picture& of, const picture::part& top, const std::string& prefix, bool last,
              tree& into) {
        into.line(prefix, last, title_of(top));
        const std::string inside = tree::below(prefix, last);
        std::vector<const picture::part*> parts;
        for (const picture::part& each : of.parts)
            if (top.listed.number != 0 && each.listed.parent == top.listed.number)
                parts.push_back(&each);
        into.tasks(top.tasks, inside, !parts.empty());
        for (std::size_t i = 0; i < parts.size(); ++i)
            part(of, *parts[i], inside, i + 1 == parts.size(), into);
        if (top.listed.kind != listed::process) return;
        const auto found = family_.find(top.listed.id);
        if (found != family_.end() &&
            std::find(shown_.begin(), shown_.end(), top.listed.id) == shown_.end())
            process(found->second, inside, into);
    }

    const std::map<int, picture>& family_;
    std::vector<int> shown_;
};

}  // namespace

std::string list_text(const std::map<int, picture>& all) {
    std::string text = "    PID  LOOPS  POOLS  PROCESSES   TASKS  PROGRAM\n";
    for (const auto& [pid, one] : all) {
        const auto count = [&parts = one.parts](listed kind) {
            return std::to_string(std::ranges::count(
                parts, kind, [](const picture::part& part) { return part.listed.kind; }));
        };
        text += at_right(std::to_string(pid), 7) + at_right(count(listed::loop), 7) +
                at_right(count(listed::pool), 7) + at_right(count(listed::process), 11) +
                at_right(one.notes.empty() ? std::to_string(one.task_count()) : "?", 8) + "  " +
                one.of.name + "\n";
        for (const std::string& each : one.warnings) text += "         ! " + each + "\n";
        for (const std::string& each : one.notes) text += "         (" + each + ")\n";
    }
    return text;
}

std::string tree_text(const std::map<int, picture>& family, int pid) {
    const picture& first = family.at(pid);
    tree made;
    made.add(first.of.name + " (" + std::to_string(pid) + ")\n");
    family_text(family).process(first, "", made);
    return made.take();
}

}  // namespace troika::watch
