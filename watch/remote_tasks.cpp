// SPDX-License-Identifier: MIT
#include "watch/remote_tasks.hpp"

#include <troika/io/operation.hpp>

#include "inspect/shown_text.hpp"
#include "os/clock.hpp"
#include "watch/wait_label.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>
#include <utility>

namespace troika::watch {

using impl::place;

namespace {

constexpr int depth_max = 32;        // of tasks below tasks
constexpr int scopes_max = 64;       // of one task
constexpr int frames_max = 64;
constexpr std::size_t node_bytes = 160;

enum run_state : std::uint8_t { ready, running, parked, ended };

/// What source_location points to, with each of our compilers.
struct location {
    std::uint64_t file;
    std::uint64_t function;
    std::uint32_t line;
    std::uint32_t column;
};

/// The bytes of a task_node.
class node_copy {
public:
    node_copy(const program& of, const std::array<std::byte, node_bytes>& bytes) noexcept
        : program_(of), bytes_(bytes) {}

    template <class T>
    [[nodiscard]] T get(place what) const noexcept {
        T value{};
        if (const std::uint32_t at = program_.where(what); at + sizeof value <= node_bytes)
            std::memcpy(&value, bytes_.data() + at, sizeof value);
        return value;
    }

private:
    const program& program_;
    const std::array<std::byte, node_bytes>& bytes_;
};

std::int64_t now_s() {
    return os::steady_time().time_since_epoch() / std::chrono::seconds(1);
}

}  // namespace

std::vector<seen_task> remote_tasks::below(std::uint64_t address) { return read_list(address, 0); }

remote_tasks::turn remote_tasks::running_on(std::uint64_t thread) {
    return {number(thread + program_.where(place::thread_task)).value_or(0),
            number(thread + program_.where(place::thread_job)).value_or(0)};
}

std::vector<seen_task> remote_tasks::read_list(std::uint64_t owner, int depth) {
    struct links {
        std::uint64_t previous;
        std::uint64_t next;
    };
    const std::uint64_t head = owner + program_.where(place::owner_tasks);
    std::vector<seen_task> found;
    // A task that leaves while we look at it takes us nowhere: then from the beginning.
    for (int tries = 5; tries > 0; --tries) {
        found.clear();
        const std::size_t left_before = left_;
        std::uint64_t before = head;
        auto at = memory_.get<links>(head);
        bool whole = at.has_value();
        while (whole && at->next != head && left_ > 0) {
            const std::uint64_t hook = at->next;
            at = memory_.get<links>(hook);
            whole = at && at->previous == before;
            before = hook;
            if (!whole) break;
            --left_;
            if (auto task = read_task(hook - program_.where(place::node_hook), depth))
                found.push_back(std::move(*task));
        }
        if (left_ == 0) incomplete_ = true;
        if (whole) return found;
        if (tries > 1) left_ = left_before;
    }
    incomplete_ = true;
    return found;
}

std::optional<seen_task> remote_tasks::read_task(std::uint64_t address, int depth) {
    std::array<std::byte, node_bytes> bytes;
    if (!memory_.read(address, bytes)) return std::nullopt;
    const node_copy node(program_, bytes);
    seen_task seen;
    seen.address = address;
    seen.what.id = node.get<std::uint32_t>(place::node_id);
    seen.what.cancelled = node.get<std::uint8_t>(place::node_cancelled) != 0;
    const auto state = node.get<std::uint8_t>(place::node_state);
    if (state > ended) return std::nullopt;
    if (state == ready || state == parked)
        read_stack(node.get<std::uint64_t>(place::node_frame),
                   node.get<std::uint8_t>(place::node_started) != 0, seen.what);
    if (const auto name = node.get<std::uint64_t>(place::node_name); name != 0)
        seen.what.name = memory_.text(name);
    else if (!seen.what.stack.empty())
        seen.what.name = seen.what.stack.back().function;
    switch (state) {
        case ready: seen.what.state = "ready"; break;
        case running: seen.what.state = "running"; break;
        case parked:
            if (const auto in = node.get<std::uint16_t>(place::node_parked_in); in != 0)
                seen.waits_s = static_cast<std::uint16_t>((now_s() | 1) - in);
            seen.what.state = label_of(node.get<std::uint64_t>(place::node_wait), seen);
            break;
        default: seen.what.state = "ended"; break;
    }
    // Its children hang below the groups that it is inside of now.
    auto scope = node.get<std::uint64_t>(place::node_scope);
    for (int i = 0; scope != 0 && i < scopes_max && depth < depth_max; ++i) {
        const auto host = number(scope + program_.where(place::scope_host));
        if (!host || *host != address) break;
        const auto owns =
            memory_.get<std::uint8_t>(scope + program_.where(place::scope_owns_tasks));
        if (owns == 1) {
            auto tasks = read_list(scope, depth + 1);
            seen.children.insert(seen.children.begin(), std::make_move_iterator(tasks.begin()),
                                 std::make_move_iterator(tasks.end()));
        }
        scope = number(scope + program_.where(place::scope_parent)).value_or(0);
    }
    return seen;
}

void remote_tasks::read_stack(std::uint64_t frame, bool started, task_view& into) {
    for (int i = 0; frame != 0 && i < frames_max; ++i) {
        const std::uint64_t promise = frame + program_.where(place::promise);
        const auto where = number(promise + program_.where(place::promise_where));
        const auto there = where ? memory_.get<location>(*where) : std::nullopt;
        if (!there) return;
        into.stack.push_back({memory_.constant_text(there->function),
                              memory_.constant_text(there->file), there->line});
        if (!started) return;
        const auto awaiter = number(promise + program_.where(place::promise_awaiter));
        if (!awaiter || *awaiter % 2 != 0) return;   // a hook: the end of a fork, or of the task
        frame = *awaiter;
    }
}

std::string remote_tasks::label_of(std::uint64_t wait, seen_task& of) {
    const remote_types::object suspension = types_.of(wait);
    if (suspension.what == nullptr) return "waits";
    if (suspension.what->name == "troika::impl::future_wait") {
        of.awaited =
            number(suspension.address + program_.where(place::future_wait_core)).value_or(0);
        return "a future";
    }
    if (const auto operation = suspension.find_base("troika::io_operation")) {
        const std::uint64_t request = *operation + program_.where(place::operation_request);
        const auto op = memory_.get<std::uint8_t>(request + program_.where(place::request_op));
        const auto descriptor =
            memory_.get<std::int32_t>(request + program_.where(place::request_descriptor));
        std::string text(io::name_of(static_cast<io_op>(op.value_or(255))));
        if (descriptor && *descriptor >= 0) text += " " + subject_of(*descriptor);
        return text;
    }
    return wait_label(suspension.what->name);
}

std::string remote_tasks::subject_of(int descriptor) {
    std::error_code error;
    const std::string link =
        std::filesystem::read_symlink("/proc/" + std::to_string(program_.pid) + "/fd/" +
                                          std::to_string(descriptor), error).string();
    if (error) return "descriptor " + std::to_string(descriptor);
    return socket_label(program_.pid, shown_text(link, remote_memory::text_bytes_max));
}

// ---- cycles

namespace {

void index(const std::vector<seen_task>& tasks, std::map<std::uint64_t, const seen_task*>& into) {
    for (const seen_task& task : tasks) {
        into.emplace(task.address, &task);
        index(task.children, into);
    }
}

}  // namespace

std::vector<std::vector<const seen_task*>> find_cycles(const std::vector<seen_task>& tasks) {
    std::map<std::uint64_t, const seen_task*> known;
    index(tasks, known);
    std::vector<std::vector<const seen_task*>> cycles;
    std::set<const seen_task*> done;
    for (const auto& [address, first] : known) {
        std::vector<const seen_task*> chain;
        const seen_task* at = first;
        while (at != nullptr && !done.contains(at)) {
            done.insert(at);
            chain.push_back(at);
            const auto next = known.find(at->awaited);
            at = at->awaited == 0 || next == known.end() ? nullptr : next->second;
        }
        if (at == nullptr) continue;
        if (const auto begin = std::ranges::find(chain, at); begin != chain.end())
            cycles.emplace_back(begin, chain.end());
    }
    return cycles;
}

}  // namespace troika::watch
