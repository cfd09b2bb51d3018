// SPDX-License-Identifier: MIT
#include <troika/core/task_tree.hpp>

#include <troika/core/promise_base.hpp>
#include <troika/core/task_owner.hpp>

namespace troika {

namespace {

void write(std::string& text, const task_view& task, std::size_t depth) {
    const std::string indent(2 * depth, ' ');
    text += indent + "- " + task.name + " #" + std::to_string(task.id) + ": " + task.state;
    if (task.cancelled) text += " (cancelled)";
    text += '\n';
    for (const frame_view& frame : task.stack)
        text += indent + "    at " + frame.function + " " + frame.file + ":" +
                std::to_string(frame.line) + '\n';
    for (const task_view& child : task.children) write(text, child, depth + 1);
}

}  // namespace

std::vector<frame_view> task_tree::stack(const task_node& node) {
    std::vector<frame_view> frames;
    for (const impl::promise_base* at = node.innermost(); at != nullptr;) {
        frames.push_back(
            {at->where().function_name(), at->where().file_name(), at->where().line()});
        if (!node.started()) break;
        const std::coroutine_handle<> awaiter = at->continuation();
        if (awaiter == nullptr) break;
        at = &std::coroutine_handle<impl::promise_base>::from_address(awaiter.address()).promise();
    }
    return frames;
}

task_view task_tree::view(const task_node& node) {
    // Where other threads run the task, it is kept from going on while it is looked at; one that
    // runs at the moment says only that.
    const impl::spin_guard here(node.lock_if_shared());
    const bool shared = node.home().is_shared();
    auto& looked_at = const_cast<task_node&>(node);
    const bool stands = !shared || looked_at.try_hold();
    task_view copy;
    copy.id = node.id();
    if (stands) copy.stack = stack(node);
    if (node.name() != nullptr)
        copy.name = node.name();
    else if (!copy.stack.empty())
        copy.name = copy.stack.back().function;
    if (const suspension* wait = stands ? node.waits_for() : nullptr)
        copy.state = wait->label();
    else
        copy.state = node.state() == task_node::run_state::ready ? "ready" : "running";
    copy.cancelled = node.is_cancelled();
    // Its children hang below the groups that it is inside of now.
    for (const cancel_scope* scope = node.scope_; scope->host() == &node; scope = scope->parent())
        if (const auto* owner = dynamic_cast<const task_owner*>(scope)) {
            auto tasks = snapshot(*owner);
            copy.children.insert(copy.children.begin(), std::make_move_iterator(tasks.begin()),
                                 std::make_move_iterator(tasks.end()));
        }
    if (shared && stands) looked_at.release_hold();
    return copy;
}

std::vector<task_view> task_tree::snapshot(const task_owner& owner) {
    std::vector<task_view> copies;
    copies.reserve(owner.task_count());
    const task_owner::guard here(owner);
    for (const task_node& child : const_cast<task_owner&>(owner).tasks())
        copies.push_back(view(child));
    return copies;
}

std::string task_tree::to_text(const std::vector<task_view>& tasks) {
    std::string text;
    for (const task_view& task : tasks) write(text, task, 0);
    return text;
}

std::string task_tree::to_text(const std::vector<frame_view>& stack) {
    std::string text;
    for (const frame_view& frame : stack)
        text +=
            "  at " + frame.function + " " + frame.file + ":" + std::to_string(frame.line) + '\n';
    return text;
}

}  // namespace troika
