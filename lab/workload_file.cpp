// SPDX-License-Identifier: MIT
#include "lab/workload.hpp"

#include "inspect/shown_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <stdexcept>

namespace troika::lab {

namespace {

using json = nlohmann::json;

class reader {
public:
    explicit reader(workload& into) noexcept : into_(into) {}

    void read(const json& all) {
        if (all.is_array()) {
            read_groups(all, "the list");
            return;
        }
        if (!all.is_object())
            refuse("the file", "write an object with \"tasks\" and \"steps\", or a list of such");
        if (!all.contains("groups")) {
            read_group(all, "the file", "task");
            return;
        }
        require_keys(all, {"name", "groups"}, "the file");
        take_name(all, into_.name, "the file");
        if (!all["groups"].is_array()) refuse("\"groups\"", "write a list");
        read_groups(all["groups"], "\"groups\"");
    }

private:
    [[noreturn]] static void refuse(const std::string& where, const std::string& why) {
        throw std::invalid_argument(fmt::format("{}: {}", where, why));
    }
    static void require_keys(const json& of, std::initializer_list<const char*> known,
                             const std::string& where) {
        for (const auto& [key, value] : of.items()) {
            bool found = false;
            for (const char* const one : known) found = found || key == one;
            if (!found)
                refuse(where, fmt::format("there is no {:?}; known are {}", key.substr(0, 40),
                                          fmt::join(known, ", ")));
        }
    }
    static void take_name(const json& of, std::string& into, const std::string& where) {
        if (!of.contains("name")) return;
        if (!of["name"].is_string()) refuse(where, "\"name\" is a text");
        into = of["name"].get<std::string>();
        if (into.empty() || into.size() > name_bytes_max)
            refuse(where, fmt::format("\"name\" has 1 to {} bytes", name_bytes_max));
        into = shown_text(into, name_bytes_max);   // it goes to terminals
    }
    static double number(const json& value, double most, const std::string& where,
                         const char* key) {
        const double found = value.is_number() ? value.get<double>() : -1;
        if (!(found > 0) || found > most)
            refuse(where, fmt::format("\"{}\" is a number above 0, at most {}", key, most));
        return found;
    }

    void read_groups(const json& list, const std::string& where) {
        if (list.empty()) refuse(where, "there is no group of tasks in it");
        std::size_t at = 0;
        for (const json& each : list) {
            ++at;
            read_group(each, fmt::format("group {}", at), fmt::format("group {}", at));
        }
    }

    void read_group(const json& from, const std::string& where, std::string name) {
        if (!from.is_object())
            refuse(where, "write an object with \"tasks\" and \"steps\"");
        require_keys(from, {"name", "tasks", "steps"}, where);
        take_name(from, name, where);
        if (where == "the file" && from.contains("name")) into_.name = name;
        std::size_t count = 1;
        if (from.contains("tasks")) {
            const json& tasks = from["tasks"];
            if (!tasks.is_number_unsigned() || tasks.get<std::uint64_t>() == 0 ||
                tasks.get<std::uint64_t>() > workload::tasks_max)
                refuse(where, fmt::format("\"tasks\" is a number from 1 to {}",
                                          workload::tasks_max));
            count = tasks.get<std::size_t>();
        }
        if (!from.contains("steps") || !from["steps"].is_array() || from["steps"].empty())
            refuse(where, "\"steps\" is a list of at least one step");
        std::vector<work_step> steps;
        for (const json& each : from["steps"]) {
            steps.push_back(read_step(each, fmt::format("{}, step {}", where, steps.size() + 1)));
            steps_ += count;
            if (steps_ > workload::steps_max)
                refuse(where, fmt::format("more than {} steps in all", workload::steps_max));
        }
        if (into_.tasks.size() + count > workload::tasks_max)
            refuse(where, fmt::format("more than {} tasks in all", workload::tasks_max));
        for (std::size_t i = 1; i <= count; ++i)
            into_.tasks.push_back(
                {.name = count == 1 ? name : fmt::format("{} {}", name, i), .steps = steps});
    }

    static work_step read_step(const json& from, const std::string& where) {
        constexpr const char* keys[] = {"wait_ms", "request_ms", "compute_ms", "file_kb"};
        if (!from.is_object()) refuse(where, "write an object such as {\"wait_ms\": 50}");
        require_keys(from, {"wait_ms", "request_ms", "compute_ms", "file_kb", "sync"}, where);
        work_step made;
        std::size_t found = 0;
        for (const step_kind kind : step_kinds) {
            const char* const key = keys[static_cast<std::size_t>(kind)];
            if (!from.contains(key)) continue;
            ++found;
            made.kind = kind;
            if (kind == step_kind::file) {
                constexpr double kb_max = static_cast<double>(workload::bytes_max) / 1024;
                made.bytes = static_cast<std::uint64_t>(
                    std::ceil(number(from[key], kb_max, where, key) * 1024));
            } else {
                constexpr double ms_max = static_cast<double>(workload::time_max.count()) / 1e6;
                made.time = duration(static_cast<std::int64_t>(
                    std::ceil(number(from[key], ms_max, where, key) * 1e6)));
            }
        }
        if (found != 1)
            refuse(where, "a step has one of wait_ms, request_ms, compute_ms and file_kb");
        if (from.contains("sync")) {
            if (made.kind != step_kind::file || !from["sync"].is_boolean())
                refuse(where, "\"sync\" is true or false, beside file_kb");
            made.sync = from["sync"].get<bool>();
        }
        return made;
    }

    static constexpr std::size_t name_bytes_max = 60;

    workload& into_;
    std::size_t steps_ = 0;
};

}  // namespace

workload parse_workload(std::string_view text, std::string_view name) {
    workload made{.name = std::string(name), .tasks = {}};
    json parsed;
    try {
        parsed = json::parse(text);
    } catch (const json::parse_error& wrong) {
        const std::size_t at = std::min(wrong.byte, text.size());
        const auto line = 1 + std::count(text.begin(),
                                         text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
        throw std::invalid_argument(fmt::format("no JSON: see line {}", line));
    }
    reader(made).read(parsed);
    return made;
}

}  // namespace troika::lab
