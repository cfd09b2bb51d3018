// SPDX-License-Identifier: MIT
#pragma once

#include <troika/testing/model.hpp>
#include <troika/testing/model_atomics.hpp>

#include "os/fiber.hpp"
#include "testing/choice_path.hpp"
#include "testing/model_memory.hpp"
#include "testing/model_scheduler.hpp"
#include "testing/model_trace.hpp"
#include "testing/object_room.hpp"
#include "testing/site_table.hpp"

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troika::testing::impl {

/// Runs the executions of one model(): every thread of the scenario is a fiber that stops before
/// each access to an atomic object, and the engine decides who goes on and what it finds.
///
/// Thread: the one that made it; on it, accesses find the engine in `current_thread`.
class model_engine {
public:
    model_engine(const model_options& options, std::function<void(model_run&)> scenario);
    model_engine(const model_engine&) = delete;
    model_engine& operator=(const model_engine&) = delete;
    ~model_engine();

    model_report run();

    // What model_run asks for.
    void* allocate(std::size_t bytes, std::size_t alignment);
    void keep(void* object, void (*end)(void*));
    void add_thread(std::move_only_function<void()> body);
    void add_final(std::move_only_function<void()> body);
    void expect(bool condition, std::string_view text, std::source_location where);
    void name(const void* object, std::string_view text);

    // The accesses.
    void construct(const void* address, value_form form, std::size_t bytes, std::uint64_t value,
                   std::source_location where);
    void destroy(const void* address);
    std::uint64_t load(const void* address, std::memory_order order, std::source_location where);
    void store(const void* address, std::uint64_t value, std::memory_order order,
               std::source_location where);
    std::uint64_t change(const void* address, atomic_operation operation, atomic_change compute,
                         std::uint64_t operand, std::memory_order order,
                         std::source_location where);
    bool compare_exchange(const void* address, std::uint64_t& expected, std::uint64_t desired,
                          std::memory_order success, std::memory_order failure, bool weak,
                          std::source_location where);
    void construct_plain(const void* address, std::source_location where);
    void access_plain(const void* address, bool writes, std::source_location where);
    void pause(std::source_location where);
    void wait(const void* address, std::uint32_t expected, std::source_location where);
    void wake(const void* address, int count, std::source_location where);
    void barrier(bool heavy, std::source_location where);

private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    /// A thread of the scenario, or the scenario itself.
    struct actor {
        model_engine* engine = nullptr;
        std::size_t index = 0;
        os::fiber fiber{256 * 1024};
        bool prepared = false;
        std::move_only_function<void()> body;
    };
    struct kept_object {
        void* object;
        void (*destroy)(void*);
    };
    /// What a compare_exchange may do: read `store`, and perhaps replace it.
    struct swap_option {
        store_id store;
        step_kind kind;
    };

    void execute();
    void conduct();
    void clean_up();
    void leave_wreck();
    template <class Body>
    void guarded(Body&& body);
    static void enter(void* self) noexcept;

    unsigned choose(std::size_t count);
    void count_step();
    void reschedule();
    void hand_over(std::size_t next);
    std::size_t arrive(const void* address, bool is_load, std::memory_order order,
                       std::source_location where);
    void enter_step(std::source_location where);
    void require_use(std::size_t location, std::source_location where);
    std::size_t require(const void* address, std::source_location where);
    void record(step_kind kind, std::size_t location, std::memory_order order,
                std::uint64_t before, std::uint64_t after, std::uint64_t newest,
                std::source_location where, bool early = false);
    void done(std::size_t location, step_effect effect, store_id store);
    [[nodiscard]] bool is_allowed(std::size_t location, std::memory_order order, store_id store,
                                  bool writes);
    void add_to_sequence(std::size_t location, std::memory_order order, store_id store,
                         store_id own, bool writes);
    store_id choose_place(std::size_t location, std::memory_order order);
    void find_swap_options(std::size_t location, std::uint64_t expected,
                           std::memory_order success, std::memory_order failure, bool weak);
    [[noreturn]] void fail(const std::string& text);
    [[noreturn]] void fail_at(std::source_location where, const std::string& text);
    [[noreturn]] void fail_race(std::size_t location, std::size_t other,
                                std::source_location where);
    [[noreturn]] void fail_stuck();
    [[nodiscard]] std::string whereabouts() const;
    [[nodiscard]] thread_view& view() noexcept { return scheduler_.view(current_); }
    [[nodiscard]] const vector_clock& clock() noexcept { return view().happened; }

    // Set at construction.
    const model_options options_;
    const std::function<void(model_run&)> scenario_;
    // Of all executions.
    site_table sites_;
    choice_path path_;
    os::fiber host_;
    std::vector<std::unique_ptr<actor>> actors_;
    model_memory memory_;
    model_scheduler scheduler_;
    model_trace trace_;
    model_report report_;
    object_room room_;   // of the objects that the scenario makes
    std::vector<swap_option> swap_options_;
    std::vector<store_id> places_;
    std::vector<std::size_t> waiting_;
    // Of the execution that runs.
    std::vector<kept_object> kept_;
    std::vector<std::move_only_function<void()>> finals_;
    std::size_t threads_ = 0;          // that the scenario has added
    std::size_t current_ = 0;
    std::size_t advanced_by_ = none;   // goes on when the current one parks
    std::uint32_t sequence_ = 0;       // of stores
    std::uint64_t steps_ = 0;
    unsigned spurious_failures_ = 0;
    std::array<vector_clock, model_threads_max> shown_{};   // at each thread's last light barrier
    vector_clock heavy_;               // what the heavy barriers so far show to the light ones
    bool concurrent_ = false;          // the threads run, not the scenario
    bool running_ = false;
    std::array<std::source_location, model_threads_max> where_{};   // each thread was last
};

}  // namespace troika::testing::impl
