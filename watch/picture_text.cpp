// SPDX-License-Identifier: MIT
#include "watch/picture.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <utility>

namespace troika::watch {

using impl::listed;

namespace {

std::string counted(std::uint64_t number, std::string_view noun) {
    return std::to_string(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
}

std::string quoted(const char* name) {
    return *name == '\0' ? std::string() : " '" + std::string(name) + "'";
}

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
        case listed::pool: return "pool" + quoted(what.name);
        case listed::pool_worker:
            return "worker, thread " + std::to_string(what.id) +
                   (part.running != 0 ? ": runs a task"
                    : part.runs_job   ? ": runs a job"
                                      : ": idle");
        case listed::process_pool:
            return "process pool" +
                   (part.gauges[0] ? ": " + counted(*part.gauges[0], "call") + " without a result"
                                   : "");
        case listed::process:
            return "process " + std::to_string(what.id) +
                   (part.gauges[0] ? ": has " + counted(*part.gauges[0], "call") : "");
        case listed::queue: {
            std::string text = "queue" + quoted(what.name);
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

// ---- JSON

void string(std::string& into, std::string_view text) {
    into += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            into += '\\';
            into += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
            into += escape;
        } else {
            into += c;
        }
    }
    into += '"';
}

void task_json(std::string& into, const seen_task& task) {
    into += "{\"id\": " + std::to_string(task.what.id) + ", \"name\": ";
    string(into, task.what.name);
    into += ", \"state\": ";
    string(into, task.what.state);
    if (task.waits_s >= 0) into += ", \"waits_s\": " + std::to_string(task.waits_s);
    into += std::string(", \"cancelled\": ") + (task.what.cancelled ? "true" : "false");
    into += ", \"stack\": [";
    for (std::size_t i = 0; i < task.what.stack.size(); ++i) {
        const frame_view& frame = task.what.stack[i];
        into += i == 0 ? "{\"function\": " : ", {\"function\": ";
        string(into, frame.function);
        into += ", \"file\": ";
        string(into, frame.file);
        into += ", \"line\": " + std::to_string(frame.line) + "}";
    }
    into += "], \"children\": [";
    for (std::size_t i = 0; i < task.children.size(); ++i) {
        if (i != 0) into += ", ";
        task_json(into, task.children[i]);
    }
    into += "]}";
}

constexpr const char* kind_names[] = {"nothing",      "loop",    "pool", "worker",
                                      "process_pool", "process", "queue"};

void part_json(std::string& into, const picture::part& part) {
    const impl::listing_data& what = part.listed;
    into += std::string("{\"kind\": \"") + kind_names[static_cast<std::size_t>(what.kind)] +
            "\", \"number\": " + std::to_string(what.number) +
            ", \"parent\": " + std::to_string(what.parent) + ", \"name\": ";
    string(into, what.name);
    if (what.id != 0)
        into += (what.kind == listed::process ? ", \"pid\": " : ", \"thread\": ") +
                std::to_string(what.id);
    const auto gauge = [&](const char* key, std::size_t which) {
        if (part.gauges[which])
            into += std::string(", \"") + key + "\": " + std::to_string(*part.gauges[which]);
    };
    switch (what.kind) {
        case listed::loop: gauge("turns", 0); break;
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
        into += std::string(", \"runs\": ") + (part.running != 0 ? "\"task\""
                                               : part.runs_job   ? "\"job\""
                                                                 : "null");
    into += ", \"tasks\": [";
    for (std::size_t i = 0; i < part.tasks.size(); ++i) {
        if (i != 0) into += ", ";
        task_json(into, part.tasks[i]);
    }
    into += "]}";
}

void strings(std::string& into, const char* key, const std::vector<std::string>& all) {
    into += std::string(", \"") + key + "\": [";
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (i != 0) into += ", ";
        string(into, all[i]);
    }
    into += "]";
}

}  // namespace

std::string tree_text(const std::map<int, picture>& family, int pid) {
    const picture& first = family.at(pid);
    tree made;
    made.add(first.of.name + " (" + std::to_string(pid) + ")\n");
    family_text(family).process(first, "", made);
    return made.take();
}

std::string to_json(const std::map<int, picture>& family) {
    std::string all = "[";
    for (const auto& [pid, one] : family) {
        all += all.size() == 1 ? "{\"pid\": " : ", {\"pid\": ";
        all += std::to_string(pid) + ", \"name\": ";
        string(all, one.of.name);
        all += ", \"parts\": [";
        for (std::size_t i = 0; i < one.parts.size(); ++i) {
            if (i != 0) all += ", ";
            part_json(all, one.parts[i]);
        }
        all += "]";
        strings(all, "warnings", one.warnings);
        strings(all, "notes", one.notes);
        all += "}";
    }
    return all + "]\n";
}

}  // namespace troika::watch
