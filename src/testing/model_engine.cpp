// SPDX-License-Identifier: MIT
#include "testing/model_engine.hpp"

#include <troika/base/check.hpp>
#include <troika/core/thread_state.hpp>

#include <algorithm>
#include <exception>
#include <stdexcept>

namespace troika::testing::impl {

model_engine::model_engine(const model_options& options, std::function<void(model_run&)> scenario)
    : options_(options), scenario_(std::move(scenario)), sites_(options.weaken),
      scheduler_(memory_, {.preemptions_max = options.preemptions_max,
                           .idle_rounds_max = options.idle_rounds_max,
                           .history_max = std::max(options.history_max, 1u),
                           .reduce = options.reduce
                                     && options.preemptions_max == model_options::unlimited}) {
    check(troika::impl::current_thread.model == nullptr, "a scenario calls model()");
    if (options.replay && !path_.follow(*options.replay))
        throw std::invalid_argument("model: take `replay` from a model_report: `" + *options.replay
                                    + "` is no such text");
    actors_.push_back(std::make_unique<actor>());
    actors_[0]->engine = this;
    troika::impl::current_thread.model = this;
}

model_engine::~model_engine() {
    troika::impl::current_thread.model = nullptr;
}

model_report model_engine::run() {
    do {
        if (report_.executions == options_.executions_max) {
            report_.failure = "not everything was explored: there are more than "
                              + std::to_string(options_.executions_max)
                              + " executions; make the scenario smaller, or set preemptions_max";
            break;
        }
        execute();
        if (path_.diverged())
            report_.failure = options_.replay
                ? "the replay does not fit the scenario: it has other choices"
                : "the scenario is not deterministic: with the same choices it went another way";
    } while (report_.failure.empty() && !options_.replay && path_.advance());
    report_.sites = sites_.sites();
    return report_;
}

void model_engine::execute() {
    path_.restart();
    memory_.clear();
    trace_.clear();
    room_.clear();
    scheduler_.view(0) = {};
    shown_ = {};
    heavy_ = {};
    threads_ = 0;
    current_ = 0;
    advanced_by_ = none;
    sequence_ = 0;
    steps_ = 0;
    spurious_failures_ = 0;
    concurrent_ = false;
    running_ = true;
    actor& scenario = *actors_[0];
    if (!scenario.prepared) scenario.fiber.prepare(&enter, &scenario);
    scenario.prepared = true;
    host_.switch_to(scenario.fiber);
    running_ = false;
    ++report_.executions;
    report_.steps += steps_;
}

void model_engine::enter(void* self) noexcept {
    auto& me = *static_cast<actor*>(self);
    model_engine& engine = *me.engine;
    for (;;) {
        if (me.index == 0) {
            engine.conduct();
            me.fiber.switch_to(engine.host_);
        } else {
            engine.guarded(me.body);
            engine.scheduler_.finish(me.index);
            engine.reschedule();
        }
    }
}

template <class Body>
void model_engine::guarded(Body&& body) {
    std::string thrown;
    try {
        body();
        return;
    } catch (const std::exception& error) {
        thrown = error.what();
    } catch (...) {
        thrown = "no std::exception";
    }
    fail(thread_text(current_) + " ended with an exception: " + thrown);
}

void model_engine::conduct() {
    model_run run(*this);   // threads use it as well
    guarded([&] { scenario_(run); });
    scheduler_.begin(threads_, view());
    concurrent_ = true;
    reschedule();   // returns when all have finished
    concurrent_ = false;
    for (std::size_t i = 1; i <= threads_; ++i) view().join(scheduler_.view(i));
    for (auto& body : finals_) guarded(body);
    clean_up();
}

void model_engine::clean_up() {
    guarded([this] {
        for (std::size_t i = 1; i <= threads_; ++i) actors_[i]->body = nullptr;
        finals_.clear();
        while (!kept_.empty()) {
            const kept_object last = kept_.back();
            kept_.pop_back();
            last.destroy(last.object);
        }
    });
    for (std::size_t i = 0; i < memory_.size(); ++i)
        if (memory_.at(i).alive)
            fail(trace_.name(i) + " was never destroyed: what it belongs to has leaked");
}

void model_engine::leave_wreck() {
    // The threads stopped in the middle: what they share is not fit to be destroyed.
    struct wreck {
        object_room room;
        std::vector<std::move_only_function<void()>> bodies;
    };
    auto* const left = new wreck{std::move(room_), std::move(finals_)};
    for (std::size_t i = 1; i < actors_.size(); ++i)
        left->bodies.push_back(std::move(actors_[i]->body));
}

void* model_engine::allocate(std::size_t bytes, std::size_t alignment) {
    void* const at = room_.take(bytes, alignment);
    trace_.add_object(at, bytes);
    return at;
}

void model_engine::keep(void* object, void (*end)(void*)) {
    kept_.push_back({object, end});
}

void model_engine::add_thread(std::move_only_function<void()> body) {
    check(current_ == 0 && !concurrent_, "model_run::thread is for the scenario's function");
    if (++threads_ >= model_threads_max)
        fail("a scenario has at most " + std::to_string(model_threads_max - 1) + " threads");
    if (threads_ == actors_.size()) {
        actors_.push_back(std::make_unique<actor>());
        actors_.back()->engine = this;
        actors_.back()->index = threads_;
    }
    actors_[threads_]->body = std::move(body);
}

void model_engine::add_final(std::move_only_function<void()> body) {
    check(current_ == 0 && !concurrent_, "model_run::finally is for the scenario's function");
    finals_.push_back(std::move(body));
}

void model_engine::expect(bool condition, std::string_view text, std::source_location where) {
    if (!condition) fail_at(where, "expected: " + std::string(text));
}

void model_engine::name(const void* object, std::string_view text) {
    const std::size_t location = memory_.find(object);
    check(location != model_memory::none, "model_run::name names atomic and plain objects");
    trace_.style(location).name = text;
}

unsigned model_engine::choose(std::size_t count) {
    if (scheduler_.is_redundant() && concurrent_) return 0;
    return path_.choose(static_cast<unsigned>(count));
}

void model_engine::count_step() {
    if (++steps_ > options_.steps_max)
        fail("livelock: more than " + std::to_string(options_.steps_max)
             + " steps; a loop that waits has to call pause(), or steps_max is too small\n"
             + whereabouts());
}

void model_engine::hand_over(std::size_t next) {
    actor& from = *actors_[current_];
    actor& to = *actors_[next];
    if (!to.prepared) to.fiber.prepare(&enter, &to);
    to.prepared = true;
    current_ = next;
    from.fiber.switch_to(to.fiber);
}

void model_engine::reschedule() {
    const std::size_t me = current_;
    if (advanced_by_ != none) {
        hand_over(std::exchange(advanced_by_, none));
        return;
    }
    for (;;) {
        const std::size_t next = scheduler_.next_to_advance();
        if (next == none) break;
        count_step();
        if (next == me) return;
        advanced_by_ = me;
        hand_over(next);
    }
    const auto candidates = scheduler_.candidates();
    std::size_t next = 0;
    if (!candidates.empty()) {
        const unsigned index = choose(candidates.size());
        next = scheduler_.choose(index, sequence_);
    } else {
        for (std::size_t i = 1; i <= threads_; ++i)
            if (!scheduler_.is_finished(i)) fail_stuck();
    }
    if (next != me) hand_over(next);
}

std::string model_engine::whereabouts() const {
    std::string text;
    for (std::size_t i = 1; i <= threads_; ++i) {
        text += "  " + thread_text(i);
        if (scheduler_.is_finished(i)) {
            text += " has ended";
        } else if (scheduler_.is_blocked(i)) {
            text += " waits for " + trace_.name(scheduler_.location_of(i)) + " at "
                    + place_text(where_[i]);
        } else {
            text += where_[i].line() == 0 ? " has not begun" : " was at " + place_text(where_[i]);
        }
        text += '\n';
    }
    return text;
}

void model_engine::fail_stuck() {
    fail("deadlock: nobody can go on\n" + whereabouts());
}

void model_engine::fail_at(std::source_location where, const std::string& text) {
    fail(place_text(where) + ": " + text);
}

void model_engine::fail(const std::string& text) {
    report_.replay = path_.text();
    report_.failure = text;
    if (text.back() != '\n') report_.failure += '\n';
    report_.failure += "in execution " + std::to_string(report_.executions + 1) + ", replay \""
                       + report_.replay + "\":\n" + trace_.text();
    leave_wreck();
    actors_[current_]->fiber.switch_to(host_);
    std::terminate();   // nobody comes back to a failed execution
}

}  // namespace troika::testing::impl
