// SPDX-License-Identifier: MIT
#include <troika/tasks/resume_on.hpp>

#include <troika/core/context_var.hpp>
#include <troika/core/recycler.hpp>
#include <troika/core/remote_suspension.hpp>
#include <troika/core/spin_lock.hpp>

#include <exception>
#include <string>
#include <utility>

namespace troika {

namespace impl {

class trip;

namespace {

/// A coroutine of a task that runs once and is gone when it has ended. In stacks it stands for the
/// coroutine that has moved away: at the await with which that has left, before its awaiter.
struct errand {
    struct promise_type : promise_base {
        explicit promise_type(const trip* of) noexcept;
        errand get_return_object() noexcept {
            return {std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const noexcept { std::terminate(); }
    };
    std::coroutine_handle<> frame;
};

}  // namespace

/// A task's part at another scheduler: what the task is there for.
///
/// A task has a home, and its node is touched there only; so the coroutine that moves is run under
/// a node of its own at each place where it comes, a visitor, while the task waits at home. This
/// object is what it waits for, and what follows the coroutine in the place of its awaiter.
class trip final : public remote_suspension, public continuation_hook {
public:
    class visitor final : public task_node, public recycled {
    public:
        visitor(task_owner& owner, trip& of) noexcept
            : task_node(owner, of.frame_, of.origin_.name(), 1) {
            started_ = true;
            context_ = std::exchange(of.context_, nullptr);
            cancelled_.store(owner.is_cancelled(), std::memory_order_relaxed);
        }
        /// Gives its context back. The scheduler finishes it once this turn is over.
        context_binding* end() noexcept {
            frame_ = std::noop_coroutine().address();
            enter(run_state::ended);
            link_.dispose = [](task_node* me) noexcept { delete static_cast<visitor*>(me); };
            return std::exchange(context_, nullptr);
        }
    };

    using root_end = void (*)(std::coroutine_handle<>) noexcept;
    friend struct errand::promise_type;

    trip(task_node& origin, std::coroutine_handle<> frame, promise_base& promise, root_end end)
        : origin_(origin), frame_(frame), promise_(promise), awaiter_(promise.awaiter_), end_(end),
          way_back_(come_back(this).frame) {}
    ~trip() { context_binding::release(context_); }

    /// The coroutine of `promise`, at its task's home or on its way, goes to `where`.
    static void move(std::coroutine_handle<> frame, promise_base& promise, root_end end,
                     scheduler& where) {
        trip* const under_way =
            promise.has_hook() ? dynamic_cast<trip*>(promise.hook()) : nullptr;
        if (under_way == nullptr) {
            auto* const begun = new trip(promise.node(), frame, promise, end);
            begun->set_out(where);
        } else if (&where == &under_way->origin_.home()) {
            under_way->end_visit();
            under_way->go_home(frame);
        } else {
            under_way->end_visit();
            under_way->go_to(where);
        }
    }

    [[nodiscard]] std::string label() const override { return "what it does elsewhere"; }

private:
    /// Calls the visitor into being at a place that only its own thread may change.
    class arrival final : public troika::posted, public recycled {
    public:
        arrival(trip& of, scheduler& where) noexcept : of_(of), where_(where) {}
        void run() noexcept override {
            trip& of = of_;
            scheduler& where = where_;
            delete this;
            of.arrive(where);
        }

    private:
        trip& of_;
        scheduler& where_;
    };

    void set_out(scheduler& where) {
        context_ = std::exchange(origin_.context_, nullptr);
        park(origin_, way_back_);
        go_to(where);
    }

    /// Nothing of the coroutine may be touched afterwards: it may be running there.
    void go_to(scheduler& where) {
        if (where.is_shared())
            arrive(where);
        else
            where.post(*new arrival(*this, where));
    }

    void arrive(scheduler& where) {
        auto* const guest = new visitor(where.roots(), *this);
        promise_.begin_under(*guest, this);
        bool stop = false;
        {
            const spin_guard here(&lock_);
            guest_ = guest;
            stop = cancelled_;
            if (stop) guest->retain();
        }
        where.roots().adopt(*guest);
        // Not before it is part of the tree; by then it may have ended.
        if (!stop) return;
        cancel_future(*guest);
        guest->release_untyped();
    }

    /// The coroutine leaves the place where it is, which is this thread's.
    void end_visit() noexcept {
        visitor* guest = nullptr;
        {
            const spin_guard here(&lock_);
            guest = std::exchange(guest_, nullptr);
        }
        context_ = guest->end();
    }

    /// At home, `next` is resumed, or, where it is null, what follows the coroutine.
    void go_home(std::coroutine_handle<> next) noexcept {
        next_ = next;
        promise_.node_ = &origin_;
        promise_.awaiter_ = awaiter_;
        context_binding::release(std::exchange(origin_.context_, std::exchange(context_, nullptr)));
        wake_from_anywhere();
    }

    /// Runs in the task at home, so that nobody holds this suspension any more.
    static errand come_back(trip* of) {
        const std::coroutine_handle<> frame = of->frame_;
        promise_base& promise = of->promise_;
        const bool failed = of->failed_;
        std::coroutine_handle<> next = of->next_;
        const bool ended = next == nullptr;
        const root_end end = of->end_;
        delete of;
        if (ended) {
            if (!promise.has_hook())
                next = promise.awaiter();
            else if (continuation_hook* const hook = promise.hook())
                next = hook->coroutine_ended(frame, promise, failed);
            else
                end(frame);
        }
        if (next != nullptr) next.resume();
        co_return;
    }

    std::coroutine_handle<> coroutine_ended(std::coroutine_handle<> self, promise_base& promise,
                                            bool failed) noexcept override {
        static_cast<void>(self);
        static_cast<void>(promise);
        failed_ = failed;
        end_visit();
        go_home(nullptr);
        return std::noop_coroutine();
    }
    [[nodiscard]] std::coroutine_handle<> successor() const noexcept override {
        // The part of the stack that is at home is shown there.
        return nullptr;
    }

    abort_answer abort() noexcept override {
        visitor* guest = nullptr;
        {
            const spin_guard here(&lock_);
            cancelled_ = true;
            guest = guest_;
            if (guest != nullptr) guest->retain();
        }
        if (guest != nullptr) {
            cancel_future(*guest);
            guest->release_untyped();
        }
        return abort_answer::pending;   // it comes back first
    }

    task_node& origin_;
    const std::coroutine_handle<> frame_;   // the coroutine that moves
    promise_base& promise_;
    void* const awaiter_;                   // what followed it, as its promise had it
    const root_end end_;                    // ends it where it is the root of its task
    const std::coroutine_handle<> way_back_;
    std::coroutine_handle<> next_;
    context_binding* context_ = nullptr;    // on the way
    bool failed_ = false;

    spin_lock lock_;
    visitor* guest_ = nullptr;              // guarded by lock_; null on the way
    bool cancelled_ = false;                // guarded by lock_
};

errand::promise_type::promise_type(const trip* of) noexcept : promise_base(of->promise_.where()) {
    if (of->promise_.has_hook())
        begin_under(of->origin_, static_cast<continuation_hook*>(nullptr));
    else
        begin_under(of->origin_, of->promise_.awaiter());
}

}  // namespace impl

void resume_operation::move(std::coroutine_handle<> frame, impl::promise_base& promise,
                            root_end end) {
    impl::trip::move(frame, promise, end, where_);
}

}  // namespace troika
