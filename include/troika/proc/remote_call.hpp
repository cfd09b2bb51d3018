// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/intrusive_list.hpp>
#include <troika/core/future.hpp>
#include <troika/proc/map_journal.hpp>
#include <troika/proc/remote_function.hpp>
#include <troika/proc/wire_codec.hpp>
#include <troika/proc/wire_reader.hpp>
#include <troika/proc/wire_writer.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

namespace troika::impl {

class call_engine;
class mpi_engine;
class process_engine;
class rank_worker;
class remote_worker;

/// A call to another process, as far as the types do not matter. It stays with its engine until it
/// is told the end, once, by accept() or fail().
class remote_call : public list_hook<> {
public:
    remote_call(const remote_call&) = delete;
    remote_call& operator=(const remote_call&) = delete;

    /// Writes the arguments; several times where a worker died before it began.
    /// What is referenced stays until the end. Thread: one at a time.
    virtual void write(wire_writer& to) const = 0;
    /// The result is there. What reading it throws is the result. Thread: any.
    virtual void accept(wire_reader& from) noexcept = 0;
    virtual void fail(std::exception_ptr error) noexcept = 0;

    [[nodiscard]] const function_identity& entry() const noexcept { return entry_; }

protected:
    explicit remote_call(const function_identity& entry) noexcept : entry_(entry) {}
    ~remote_call() = default;

    /// Does what is asked of `core`, which is a Call.
    template <class Call, class Core>
    static bool obey_as(Core& core, promise_core::order what) noexcept {
        auto& me = static_cast<Call&>(core);
        switch (what) {
            case promise_core::order::run: break;   // it can only be run elsewhere
            case promise_core::order::cancel: return me.cancel();
            case promise_core::order::help: me.help(me); break;
            case promise_core::order::destroy: delete &me; break;
        }
        return false;
    }
    /// Withdraws it if it has not begun, else asks it to stop.
    /// Returns: whether it never will begin.
    bool cancel() noexcept;
    /// Takes results of its worker from here, until it is done or that is another thread's affair.
    void help(const future_core& core) noexcept;

private:
    friend class call_engine;
    friend class mpi_engine;
    friend class process_engine;
    friend class rank_worker;
    friend class remote_worker;

    /// What keeps the engine there while another thread asks something of this call.
    class engine_use;

    const function_identity& entry_;
    spin_lock use_lock_;
    call_engine* engine_ = nullptr;   // until the end; guarded by use_lock_

    // guarded by the engine's mutex
    remote_worker* worker_ = nullptr;    // to which it was given
    rank_worker* holder_ = nullptr;      // likewise, of an mpi_pool
    std::uint32_t slot_ = 0;
    std::uint32_t tries_ = 0;            // how many workers died before they began it
    std::uint64_t number_ = 0;
    bool waits_ = false;                 // it is in the list of those without a worker
    bool stopping_ = false;              // it was asked to stop
    bool pinned_ = false;                // no other worker may make it
};

template <class... T>
const std::tuple<T...>& arguments_in(const std::tuple<T...>& kept) noexcept {
    return kept;
}
template <class A>
const A& arguments_in(const std::shared_ptr<const A>& kept) noexcept {
    return *kept;
}

/// A call with its result and its arguments: a tuple, or what several calls share of one.
template <class T, class A>
class typed_remote_call final : public promise_state<T>, public remote_call {
public:
    static void* operator new(std::size_t bytes) { return allocate(bytes); }
    static void operator delete(void* memory, std::size_t bytes) noexcept {
        deallocate(memory, bytes);
    }

    template <class... Arguments>
    explicit typed_remote_call(const function_identity& entry, Arguments&&... arguments)
        : promise_state<T>(&typed_remote_call::obey), remote_call(entry),
          arguments_(std::in_place, std::forward<Arguments>(arguments)...) {}

private:
    ~typed_remote_call() = default;

    void write(wire_writer& to) const override {
        std::apply([&](const auto&... each) { to.write(each...); }, arguments_in(*arguments_));
    }
    void accept(wire_reader& from) noexcept override {
        try {
            if constexpr (std::is_void_v<T>)
                this->outcome_.emplace();
            else
                this->outcome_.emplace(from.read<T>());
        } catch (...) {
            this->outcome_.fail(std::current_exception());
        }
        end();
    }
    void fail(std::exception_ptr error) noexcept override {
        this->outcome_.fail(std::move(error));
        end();
    }
    void end() noexcept {
        arguments_.reset();   // whoever keeps the future keeps no shared memory by it
        static_cast<void>(this->try_start());   // so that nobody cancels what has a result
        if (this->complete_and_release()) promise_state<T>::destroy(this);
    }
    static bool obey(promise_core& core, promise_core::order what) noexcept {
        return obey_as<typed_remote_call>(static_cast<promise_state<T>&>(core), what);
    }

    friend class remote_call;
    std::optional<const A> arguments_;
};

/// A chunk of a map on its way, with the future of its end. Lifetime: `Job` until then.
template <class Callee, class Job>
class chunk_call final : public promise_state<void>, public remote_call {
    using T = Job::result;

public:
    static void* operator new(std::size_t bytes) { return allocate(bytes); }
    static void operator delete(void* memory, std::size_t bytes) noexcept {
        deallocate(memory, bytes);
    }

    /// `journal`: null, or what knows some of the results already.
    chunk_call(const typename Callee::parts& parts, Job& job, map_journal* journal)
        : promise_state<void>(&chunk_call::obey),
          remote_call(identity_of<&chunk_entry<Callee>::enter>()), parts_(parts), job_of_(job),
          journal_(journal) {
        for (std::size_t i = 0; i < job.count; ++i) {
            typename Callee::arguments given(
                static_cast<typename Job::input>(job.inputs[i].get()));
            if (journal != nullptr && recall(i, given)) continue;
            inputs_.push_back(std::move(given));
        }
    }

    /// Whether there is nothing to call.
    [[nodiscard]] bool all_known() const noexcept { return inputs_.empty(); }
    /// To be called instead of submitting it if there is nothing.
    void end() noexcept {
        this->outcome_.emplace();
        static_cast<void>(this->try_start());
        if (this->complete_and_release()) promise_state<void>::destroy(this);
    }

private:
    ~chunk_call() = default;

    void write(wire_writer& to) const override {
        to.write(parts_, static_cast<std::uint64_t>(inputs_.size()));
        for (const typename Callee::arguments& each : inputs_) to.write(each);
    }
    void accept(wire_reader& from) noexcept override {
        std::size_t i = 0;
        try {
            for (; i < inputs_.size(); ++i) {
                outcome<T>& into = result_of(i);
                if (from.read<bool>())
                    into.fail(read_exception(from));
                else
                    read_into(into, from);
                if (journal_ != nullptr && !into.has_error()) remember(i, into);
            }
        } catch (...) {
            fail_from(i, std::current_exception());
        }
        if (journal_ != nullptr) journal_->write();
        end();
    }
    void fail(std::exception_ptr error) noexcept override {
        fail_from(0, error);
        end();
    }
    void fail_from(std::size_t i, const std::exception_ptr& error) noexcept {
        for (; i < inputs_.size(); ++i) {
            result_of(i).reset();
            result_of(i).fail(error);
        }
    }
    /// Of the call with input `i`.
    outcome<T>& result_of(std::size_t i) noexcept {
        return job_of_.results[journal_ == nullptr ? i : unknown_[i].index];
    }
    static void read_into(outcome<T>& into, wire_reader& from) {
        if constexpr (std::is_void_v<T>)
            into.emplace();
        else
            into.emplace(from.read<T>());
    }

    /// Returns: whether the journal has had the result of element `i`. Throws: std::system_error.
    bool recall(std::size_t i, const typename Callee::arguments& given) {
        wire_writer text;
        text.write(parts_, given);
        const map_journal::key key = journal_->key_of(typeid(Callee).name(), text);
        std::vector<std::byte> found;
        if (journal_->find(key, found)) {
            try {
                memory_source source(found);
                wire_reader from(source, found.size());
                read_into(job_of_.results[i], from);
                from.finish();
                return true;
            } catch (...) {   // it was of another type
                job_of_.results[i].reset();
            }
        }
        unknown_.push_back({i, key});
        return false;
    }
    void remember(std::size_t i, const outcome<T>& made) {
        wire_writer text;
        if constexpr (!std::is_void_v<T>) text.write(made.get());
        journal_->add(unknown_[i].key, text);
    }
    static bool obey(promise_core& core, promise_core::order what) noexcept {
        return obey_as<chunk_call>(static_cast<promise_state<void>&>(core), what);
    }

    friend class remote_call;
    /// An element of the job whose result the journal does not have.
    struct element {
        std::size_t index;
        map_journal::key key;
    };

    const typename Callee::parts parts_;
    Job& job_of_;
    map_journal* const journal_;
    std::vector<element> unknown_;   // of each input, where there is a journal
    std::vector<typename Callee::arguments> inputs_;
};

}  // namespace troika::impl
