// SPDX-License-Identifier: MIT
#include "lab/comparison_advice.hpp"

#include "lab/quantities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace troika::lab {

namespace {

double seconds(duration time) { return std::chrono::duration<double>(time).count(); }
double wall(const model_result& of) { return of.wall().median; }
double memory(const model_result& of) { return of.of(&run_figures::memory_peak_bytes).median; }
std::string time_of(const model_result& of) { return seconds_text(wall(of)); }

// The processes and threads that it takes.
std::pair<double, double> size_of(const model_result& of) {
    return {of.of(&run_figures::processes).median, of.of(&run_figures::threads).median};
}

bool can_be_chosen(const model_result& of) { return of.model != work_model::threads_gil; }

class adviser {
public:
    explicit adviser(const comparison& of) : of_(of), best_(best_of(of)) {}

    std::vector<std::string> all() {
        if (best_ == nullptr) return {};
        choose();
        explain_floor();
        explain_async();
        explain_gil();
        explain_busy();
        explain_processes();
        doubt();
        return std::move(said_);
    }

private:
    template <class... Arguments>
    void say(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
        said_.push_back(fmt::format(text, std::forward<Arguments>(arguments)...));
    }
    [[nodiscard]] double computing() const { return seconds(of_.what.time(step_kind::compute)); }
    [[nodiscard]] bool others_work() const {
        return of_.machine.load_before > 0.5 * of_.machine.processors;
    }
    // Whether it matters who computes.
    [[nodiscard]] bool computes() const { return computing() > 0.3 * wall(*best_); }

    void choose() {
        std::vector<std::string_view> peers;
        double fastest = wall(*best_);
        for (const model_result& each : of_.models)
            if (can_be_chosen(each)) fastest = std::min(fastest, wall(each));
        for (const model_result& each : of_.models)
            if (&each != best_ && can_be_chosen(each) && wall(each) <= fastest * as_fast)
                peers.push_back(name_of(each.model));
        std::string text = fmt::format("Choose {}: {}", name_of(best_->model), time_of(*best_));
        const model_result* const sync = of_.find(work_model::sync);
        if (sync != nullptr && sync != best_)
            text += fmt::format(", {:.1f} times as fast as one after the other ({})",
                                wall(*sync) / wall(*best_), time_of(*sync));
        text += '.';
        if (sync == best_ && computes() && others_work())
            text += " Nothing was gained by doing several things at once, but others were at "
                    "work: repeat it on a quiet machine.";
        else if (sync == best_)
            text += " Nothing is gained by doing several things at once.";
        if (!peers.empty())
            text += fmt::format(" {} {} as fast (within 10 %), with no fewer threads or processes.",
                                fmt::join(peers, ", "), peers.size() == 1 ? "is" : "are");
        said_.push_back(std::move(text));
    }

    void explain_floor() {
        const double longest = seconds(of_.what.longest());
        if (of_.what.tasks.size() < 2 || longest <= 0 || wall(*best_) > longest * 1.5) return;
        say("All tasks together took hardly more than the longest of them ({}): their waits "
            "overlap. No model can be faster than that one.",
            seconds_text(longest));
    }

    void explain_async() {
        const model_result* const async = of_.find(work_model::async);
        if (async == nullptr || computing() <= 0 || !computes()) return;
        if (wall(*async) < 0.9 * computing()) return;
        std::string text = fmt::format(
            "async has one thread, which has {} to compute: it took {} and kept {:.2f} processors "
            "busy. While one task computes, all others stand still, whatever they wait for.",
            seconds_text(computing()), time_of(*async), async->busy().median);
        if (const model_result* const pool = of_.find(work_model::async_pool);
            pool != nullptr && wall(*pool) * as_fast < wall(*async))
            text += fmt::format(" With a pool of {} beside the loop it took {}.",
                                counted(pool->workers, "thread"), time_of(*pool));
        said_.push_back(std::move(text));
    }

    void explain_gil() {
        const model_result* const gil = of_.find(work_model::threads_gil);
        const model_result* const threads = of_.find(work_model::threads);
        if (gil == nullptr || threads == nullptr) return;
        if (wall(*gil) <= wall(*threads) * as_fast && computes()) {
            say("With a GIL {} took {}, without {}: hardly a difference here, where threads kept "
                "no more than {:.2f} processors busy.",
                counted(gil->workers, "thread"), time_of(*gil), time_of(*threads),
                threads->busy().median);
            return;
        }
        if (wall(*gil) <= wall(*threads) * as_fast) {
            say("A GIL would cost these threads little: {} with it, {} without. It is given back "
                "for whatever waits.",
                time_of(*gil), time_of(*threads));
            return;
        }
        std::string text = fmt::format(
            "Under a GIL, as CPython has it, the same {} took {} instead of {}: one of them "
            "computes at a time, {:.2f} processors were busy.",
            counted(gil->workers, "thread"), time_of(*gil), time_of(*threads),
            gil->busy().median);
        if (const model_result* const sync = of_.find(work_model::sync); sync != nullptr)
            text += fmt::format(" One after the other takes {}.", time_of(*sync));
        if (computing() > 0 && of_.what.waiting() > duration(0))
            text += fmt::format(" A thread that has waited gets the GIL after up to {} for each "
                                "that computes.",
                                seconds_text(of_.switch_interval));
        said_.push_back(std::move(text));
    }

    void explain_busy() {
        if (!computes()) return;
        const double processors = of_.machine.processors;
        const model_result* busiest = nullptr;
        for (const model_result& each : of_.models) {
            if (each.model == work_model::ranks && each.busy().median > processors)
                say("ranks kept {:.2f} processors busy, those of other machines among them.",
                    each.busy().median);
            else if (busiest == nullptr || each.busy().median > busiest->busy().median)
                busiest = &each;
        }
        if (busiest == nullptr) return;
        const double busy = busiest->busy().median;
        if (of_.machine.processors == 1) {
            say("This machine gives us one processor: nothing makes computing faster here.");
        } else if (busy < 0.75 * processors) {
            say("Of {} processors at most {:.2f} were busy ({}): the others had other things to "
                "do, or there was too little work for them.",
                of_.machine.processors, busy, name_of(busiest->model));
        } else {
            say("{} kept {:.2f} of {} processors busy: more threads or processes would compute "
                "nothing faster.",
                name_of(busiest->model), busy, of_.machine.processors);
        }
    }

    void explain_processes() {
        const model_result* const processes = of_.find(work_model::processes);
        if (processes == nullptr || processes == best_ || memory(*best_) <= 0) return;
        const double times = memory(*processes) / memory(*best_);
        if (times < 1.5) return;
        say("processes took {}, {:.1f} times the memory of {}, and {}. They are for what may "
            "crash, is not thread-safe, or has a GIL.",
            bytes_text(static_cast<std::uint64_t>(memory(*processes))), times,
            name_of(best_->model), time_of(*processes));
    }

    void doubt() {
        if (of_.repeats == 1) say("Each model ran once only: --repeats says how far to trust it.");
        std::vector<std::string> wide;
        for (const model_result& each : of_.models)
            if (const double by = each.wall().relative(); by > spread_max)
                wide.push_back(fmt::format("{} {:.0f} %", name_of(each.model), by * 100));
        if (!wide.empty())
            say("Times differed much from run to run ({}): compare what is far apart only, or "
                "repeat it on a quiet machine.",
                fmt::join(wide, ", "));
        if (others_work())
            say("Others were at work when it began: a load of {:.1f} on {}.",
                of_.machine.load_before, counted(of_.machine.processors, "processor"));
    }

    const comparison& of_;
    const model_result* best_;
    std::vector<std::string> said_;
};

}  // namespace

const model_result* best_of(const comparison& of) {
    double fastest = 0;
    bool found = false;
    for (const model_result& each : of.models) {
        if (!can_be_chosen(each) || each.runs.empty()) continue;
        fastest = found ? std::min(fastest, wall(each)) : wall(each);
        found = true;
    }
    const model_result* best = nullptr;
    for (const model_result& each : of.models) {
        if (!can_be_chosen(each) || each.runs.empty() || wall(each) > fastest * as_fast) continue;
        if (best == nullptr || size_of(each) < size_of(*best)) best = &each;
    }
    return best;
}

std::vector<std::string> advise_on(const comparison& of) { return adviser(of).all(); }

}  // namespace troika::lab
