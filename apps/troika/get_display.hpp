// SPDX-License-Identifier: MIT
#pragma once

#include "apps/troika/terminal_wishes.hpp"
#include "fetch/downloader.hpp"
#include "fetch/progress.hpp"
#include "fetch/terminal_painter.hpp"
#include "os/fd.hpp"
#include "os/terminal.hpp"

#include <functional>
#include <optional>
#include <string>

namespace troika::apps {

/// What `troika get` says while it works: bars on a terminal, a line for each file elsewhere, or
/// events for programs.
class get_display final : public fetch::download_observer {
public:
    struct style {
        bool bars = false;   // standard error is a terminal that can, and they are wanted
        bool colour = false;
        bool unicode = false;
    };

    /// Which of the standard streams are terminals.
    struct terminals {
        bool output = false;
        bool error = false;
    };

    /// What `options` and the environment ask for: NO_COLOR takes the colours away, TERM=dumb bars
    /// and colours, a locale that is not UTF-8 all that is not ASCII. Where a terminal shows the
    /// file itself there are no bars.
    [[nodiscard]] static style choose_style(const fetch::get_options& options, terminals which,
                                            const environment_lookup& environment);

    get_display(const fetch::get_options& options, const style& how);

    /// What a run is like at a moment.
    struct run_state {
        const fetch::run_totals& totals;
        intrusive_list<fetch::active_download>& active;
        const fetch::download_queue& queue;
    };

    void queued(const fetch::download& what) override;
    void started(const fetch::active_download& file, std::uint64_t resumed_from) override;
    void retried(const fetch::active_download& file, const fetch::failure& error,
                 std::chrono::nanoseconds wait) override;
    void finished(const fetch::active_download& file, const fetch::finished_facts& facts) override;
    void failed(const fetch::active_download& file, const fetch::failure& error,
                bool resumable) override;
    void would_get(const fetch::active_download& file, bool resumable) override;
    void warned(const std::string& text) override;
    void command_begins() override;
    void command_ends() override { --commands_; }

    /// Brings bars and events up to date. Called about ten times a second.
    void tick(const run_state& run, time_point now);
    /// Takes the bars away: the shell, or nobody, goes on from there. The next tick brings them
    /// back.
    void leave_screen();
    /// Takes the bars away when the run is about to end. What the terminal shows there for Ctrl-C
    /// goes with the next message.
    void hide_bars();
    /// Others have written to the terminal meanwhile, as while the program was stopped.
    void forget_screen() noexcept { painter_.forget(); }
    /// Shows what the terminal has not taken yet, as while its user holds it with Ctrl-S.
    /// Returns: whether it has taken all. Never waits for it.
    bool flush_screen();
    /// The last words of a run that took `time`.
    void summarize(const fetch::run_totals& totals, std::chrono::nanoseconds time, int exit_code);

    [[nodiscard]] bool has_bars() const noexcept { return style_.bars; }
    [[nodiscard]] bool wants_ticks() const noexcept { return style_.bars || options_.json; }
    [[nodiscard]] std::uint64_t resumable() const noexcept { return resumable_; }

private:
    void say(const std::string& line);
    void tell(std::string event);
    void flush_events();
    void measure(const run_state& run, time_point now);
    void paint(const run_state& run, time_point now);
    bool may_draw();

    const fetch::get_options& options_;
    const style style_;
    fetch::terminal_painter painter_;
    fetch::speed_meter speed_;
    os::fd screen_;        // the terminal, never blocking; none if it cannot be had so
    std::string unsent_;   // that it has not taken yet
    os::terminal_size size_;
    time_point measured_{};
    std::uint64_t resumable_ = 0;
    std::size_t commands_ = 0;   // that run, and may write to the terminal
    std::string events_;   // written in batches
    time_point told_progress_{};
};

}  // namespace troika::apps
