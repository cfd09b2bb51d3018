// SPDX-License-Identifier: MIT
#include <troika/proc/error_category.hpp>

#include <troika/proc/wire_codec.hpp>

#include "os/resolve.hpp"

#include <future>
#include <ios>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troika {
namespace {

/// In place of a category that this process does not know: it has been told the messages.
class stand_in final : public std::error_category {
public:
    // A process that makes up messages without end gets no more of them.
    static constexpr std::size_t messages_max = 1000;

    explicit stand_in(std::string name) : name_(std::move(name)) {}
    [[nodiscard]] const char* name() const noexcept override { return name_.c_str(); }
    [[nodiscard]] std::string message(int value) const override {
        const std::lock_guard lock(mutex_);
        const auto found = messages_.find(value);
        return found != messages_.end() ? found->second : name_ + " error " + std::to_string(value);
    }
    void learn(int value, std::string message) {
        const std::lock_guard lock(mutex_);
        if (messages_.size() < messages_max) messages_.try_emplace(value, std::move(message));
    }

private:
    std::string name_;
    mutable std::mutex mutex_;
    std::map<int, std::string> messages_;
};

class category_table {
public:
    static constexpr std::size_t stand_ins_max = 1000;

    category_table() {
        for (const std::error_category* known :
             {&std::generic_category(), &std::system_category(), &std::iostream_category(),
              &std::future_category(), &os::resolver_category()})
            add(*known);
    }
    void add(const std::error_category& category) {
        const std::lock_guard lock(mutex_);
        known_.try_emplace(category.name(), &category);
    }
    std::error_code make(const std::string& name, int value, std::string message) {
        const std::lock_guard lock(mutex_);
        if (const auto found = known_.find(name); found != known_.end())
            return {value, *found->second};
        auto found = stand_ins_.find(name);
        if (found == stand_ins_.end()) {
            if (stand_ins_.size() == stand_ins_max)
                throw wire_error("too many unknown categories of errors, the last one is " + name);
            found = stand_ins_.emplace(name, std::make_unique<stand_in>(name)).first;
        }
        found->second->learn(value, std::move(message));
        return {value, *found->second};
    }

private:
    std::mutex mutex_;
    std::map<std::string, const std::error_category*, std::less<>> known_;
    std::map<std::string, std::unique_ptr<stand_in>, std::less<>> stand_ins_;
};

// Never destroyed: error codes may be looked at by what runs last.
category_table& categories() {
    static category_table* const table = new category_table;
    return *table;
}

/// The categories that need no message along.
bool is_standard(const std::error_category& category) noexcept {
    return category == std::generic_category() || category == std::system_category();
}

}  // namespace

void register_error_category(const std::error_category& category) { categories().add(category); }

void impl::write_error_code(wire_writer& to, const std::error_code& code) {
    const wire_writer::copying all(to);
    to.write(std::string(code.category().name()), code.value(),
             is_standard(code.category()) ? std::string() : code.message());
}

std::error_code impl::read_error_code(wire_reader& from) {
    const auto name = from.read<std::string>();
    const auto value = from.read<int>();
    return categories().make(name, value, from.read<std::string>());
}

}  // namespace troika
