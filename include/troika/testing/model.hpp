// SPDX-License-Identifier: MIT
#pragma once

#include <troika/testing/model_site.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troika::testing {

namespace impl {
class model_engine;
}

/// How model() explores; the defaults explore everything.
struct model_options {
    static constexpr unsigned unlimited = std::numeric_limits<unsigned>::max();

    /// How often in one execution a thread is stopped although it could go on. Most bugs need at
    /// most 2 or 3; a bound makes larger scenarios possible, but it switches `reduce` off.
    unsigned preemptions_max = unlimited;
    /// Steps of one execution; more are a livelock, which is a failure.
    unsigned steps_max = 2'000;
    /// A scenario with more executions than this fails, as not everything was explored.
    std::uint64_t executions_max = 2'000'000;
    /// How many of the newest values of an atomic object a load may find.
    unsigned history_max = 8;
    /// How often in one execution compare_exchange_weak fails without a reason.
    unsigned spurious_failures_max = 1;
    /// How many rounds of a spin loop are explored that find nothing new. A loop that gives up
    /// after N rounds is explored in full when this is at least N.
    unsigned idle_rounds_max = 1;
    /// Leaves out interleavings that differ from another one only in the order of steps that do
    /// not touch the same object.
    bool reduce = true;
    /// Runs just the execution that `model_report::replay` names.
    std::optional<std::string> replay{};
    /// Takes a weaker memory order at one place.
    std::optional<model_weakening> weaken{};
    /// weaken_each() weakens only orders in files whose path ends with this.
    std::string weaken_in{};
};

/// What model() has found.
struct model_report {
    /// Empty, or what went wrong and the interleaving that led there, a line for each step.
    std::string failure;
    /// Names the failed execution, for `model_options::replay`.
    std::string replay;
    std::uint64_t executions = 0;
    std::uint64_t steps = 0;
    /// Every place where an order stronger than relaxed was asked for, in order of appearance.
    std::vector<model_site> sites;

    [[nodiscard]] bool ok() const noexcept { return failure.empty(); }
};

/// One execution of a scenario: the function that model() calls declares here what exists and what
/// runs. Objects that live outside of it would carry one execution into the next.
class model_run {
public:
    /// Makes an object that lives until the end of the execution, in the scenario's function or in
    /// a thread. Its address does not change from one execution to the next when the same objects
    /// were made before it, and no other object of the execution gets it.
    template <class T, class... Arguments>
    T& make(Arguments&&... arguments) {
        void* const memory = allocate(sizeof(T), alignof(T));
        T* const made = ::new (memory) T(std::forward<Arguments>(arguments)...);
        keep(made, [](void* object) { static_cast<T*>(object)->~T(); });
        return *made;
    }

    /// Adds a thread, numbered from 1; it begins when the scenario's function has returned. At
    /// most 7. An exception that leaves `body` is a failure.
    void thread(std::move_only_function<void()> body);

    /// Adds a check that runs when all threads have ended, and sees what they did.
    void finally(std::move_only_function<void()> body);

    /// Fails the execution with `text` when `condition` is false. Does not return then.
    void expect(bool condition, std::string_view text,
                std::source_location where = std::source_location::current());

    /// Gives an atomic or plain object a name for the report.
    template <class T>
    void name(const T& object, std::string_view text) {
        name_object(&object, text);
    }

private:
    friend impl::model_engine;

    explicit model_run(impl::model_engine& engine) noexcept : engine_(&engine) {}
    void* allocate(std::size_t bytes, std::size_t alignment);
    void keep(void* object, void (*destroy)(void* object));
    void name_object(const void* object, std::string_view text);

    impl::model_engine* engine_;
};

/// Runs `scenario` once for every way in which its threads can interleave and for every value that
/// the memory model of C++ lets them read, or until one of them fails.
///
/// Failures are: an expectation that is false, a data race on a `model_plain`, the use of an atomic
/// object that is destroyed or not safely published, one that is never destroyed, a deadlock (a
/// lost wake-up, for instance), a livelock, an exception.
///
/// The model: C++20 without fences, and without load buffering: a load reads only from stores that
/// were executed before it. Each load may read any store that coherence and happens-before allow; a
/// store may enter the modification order before stores that its thread does not know; release
/// sequences go on through read-modify-writes; a swap that fails is a load. For the seq_cst
/// operations there is a single total order, consistent with strongly-happens-before and with the
/// coherence order; it need not be the order of execution. consume is acquire.
/// Not found are bugs that need load buffering, more than `history_max` old values, a futex that
/// wakes for no reason, or real time. pause() makes a thread wait until another one made a step.
///
/// A scenario is deterministic but for its threads: the same each time it is called. What its
/// threads share and the model does not know (a plain `int` that counts) must not decide what they
/// do, or `reduce` has to be off. A failed execution stops where it is: what its threads own then
/// is not freed.
/// Throws: std::invalid_argument when `options.replay` is no such text.
model_report model(const model_options& options, std::function<void(model_run&)> scenario);

/// The same with the default options.
model_report model(std::function<void(model_run&)> scenario);

}  // namespace troika::testing
