// SPDX-License-Identifier: MIT
#pragma once

#include "fetch/downloader.hpp"
#include "fetch/terminal_painter.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace troika::apps {

/// What `troika get` says while it works: bars on a terminal, a line for each file elsewhere, or
/// events for programs.
class get_display final : public fetch::download_observer {
public:
    struct style {
        bool terminal = false;   // standard error is one, and bars are wanted
        bool colour = false;
        bool unicode = false;
    };

    get_display(const fetch::get_options& options, const style& how)
        : options_(options), style_(how) {}

    void queued(const fetch::download& what) override;
    void started(const fetch::active_download& file, std::uint64_t resumed_from) override;
    void retried(const fetch::active_download& file, const fetch::failure& error,
                 std::chrono::nanoseconds wait) override;
    void finished(const fetch::active_download& file, const fetch::finished_facts& facts) override;
    void failed(const fetch::active_download& file, const fetch::failure& error,
                bool resumable) override;
    void would_get(const fetch::active_download& file, bool resumable) override;
    void warned(const std::string& text) override;

    /// Brings bars and events up to date. Called about ten times a second.
    void tick(fetch::downloader& run, time_point now);
    /// The last words of a run that took `time`.
    void summarize(const fetch::downloader& run, std::chrono::nanoseconds time, int exit_code);

    [[nodiscard]] bool wants_ticks() const noexcept { return style_.terminal || options_.json; }
    [[nodiscard]] std::uint64_t resumable() const noexcept { return resumable_; }

private:
    void say(const std::string& line);
    void tell(std::string event);
    void flush_events();
    void paint(fetch::downloader& run, time_point now);

    const fetch::get_options& options_;
    const style style_;
    fetch::terminal_painter painter_;
    fetch::speed_meter speed_;
    std::size_t columns_ = 0;
    std::uint64_t resumable_ = 0;
    std::string events_;   // written in batches
    time_point told_progress_{};
};

}  // namespace troika::apps
