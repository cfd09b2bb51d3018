// SPDX-License-Identifier: MIT
#include "apps/troika/get_display.hpp"

#include "fetch/events.hpp"
#include "fetch/human.hpp"
#include "fetch/printable.hpp"
#include "fetch/progress.hpp"
#include "os/terminal.hpp"

#include <algorithm>

namespace troika::apps {

namespace {

constexpr std::size_t events_bytes_max = 16 * 1024;
constexpr std::chrono::seconds progress_event_interval{1};

fetch::download_identity identity(const fetch::download& what) { return {what.id, what.url}; }

std::string_view shown_name(const fetch::active_download& file) {
    const std::string& path = file.what.path.empty() ? file.what.url : file.what.path;
    return path;
}

}  // namespace

void get_display::say(const std::string& line) {
    os::write_text(2, style_.terminal ? painter_.print_above(line + "\n") : line + "\n");
}

void get_display::tell(std::string event) {
    events_ += event;
    if (!events_.ends_with('\n')) events_ += '\n';
    if (events_.size() >= events_bytes_max) flush_events();
}

void get_display::flush_events() {
    os::write_text(1, events_);
    events_.clear();
}

void get_display::queued(const fetch::download& what) {
    if (options_.json) tell(fetch::queued_event(identity(what)));
}

void get_display::started(const fetch::active_download& file, std::uint64_t resumed_from) {
    if (options_.json)
        tell(
            fetch::started_event(identity(file.what), file.what.path, file.attempts, resumed_from));
    else if (options_.verbose)
        say("start " + fetch::printable(shown_name(file)) + " from " +
            fetch::redacted(file.what.url) +
            (resumed_from > 0 ? ", going on at " + fetch::human_size(resumed_from) : ""));
}

void get_display::retried(const fetch::active_download& file, const fetch::failure& error,
                          std::chrono::nanoseconds wait) {
    if (options_.json)
        tell(fetch::retry_event(identity(file.what), error, file.attempts, wait));
    else if (!options_.quiet)
        say("retry " + std::string(error.what()) + "; again in " + fetch::human_duration(wait));
}

void get_display::finished(const fetch::active_download& file, const fetch::finished_facts& facts) {
    if (options_.json) {
        tell(fetch::finished_event(identity(file.what), facts));
        return;
    }
    // On a terminal the bars have shown it; a thousand lines would only push them around.
    if (options_.quiet || (style_.terminal && !options_.verbose)) return;
    fetch::file_report report;
    report.name = shown_name(file);
    report.bytes = facts.bytes;
    report.time = facts.time;
    report.skipped = facts.skipped;
    say(fetch::render_report(report, style_.colour));
}

void get_display::failed(const fetch::active_download& file, const fetch::failure& error,
                         bool resumable) {
    if (resumable) ++resumable_;
    if (options_.json) {
        tell(fetch::failed_event(identity(file.what), error, file.attempts, resumable));
        return;
    }
    fetch::file_report report;
    report.name = shown_name(file);
    report.bytes = file.bytes;
    report.failure = error.what();
    report.resumable = resumable;
    say(fetch::render_report(report, style_.colour));
}

void get_display::would_get(const fetch::active_download& file, bool resumable) {
    if (options_.json) {
        tell(fetch::would_get_event(identity(file.what), file.what.path, file.total, resumable));
        return;
    }
    if (options_.quiet) return;
    const std::string size = file.total ? fetch::human_size(*file.total) : "of unknown size";
    say("would get  " + fetch::printable(shown_name(file)) + "  " + size +
        (resumable ? "" : ", not resumable"));
}

void get_display::warned(const std::string& text) {
    if (options_.json)
        tell(fetch::warning_event(text));
    else
        say("troika get: " + text);
}

void get_display::tick(fetch::downloader& run, time_point now) {
    speed_.update(now, run.totals().received);
    for (fetch::active_download& file : run.active()) file.speed.update(now, file.received);
    if (options_.json) {
        if (now - told_progress_ >= progress_event_interval) {
            told_progress_ = now;
            for (const fetch::active_download& file : run.active())
                tell(fetch::progress_event(identity(file.what), file.bytes, file.total,
                                           file.speed.bytes_per_second()));
        }
        flush_events();
    }
    if (style_.terminal) paint(run, now);
}

void get_display::paint(fetch::downloader& run, time_point now) {
    const os::terminal_size size = os::size_of_terminal(2);
    if (columns_ != 0 && columns_ != size.columns) painter_.forget();
    columns_ = size.columns;
    const fetch::progress_style style{.columns = size.columns,
                                      .rows_max = std::clamp<std::size_t>(size.rows / 2, 1, 10),
                                      .colour = style_.colour,
                                      .unicode = style_.unicode};
    std::vector<fetch::file_progress> rows;
    fetch::progress_snapshot snapshot;
    std::uint64_t expected = run.totals().landed;
    bool all_known = run.queue().all_read() && run.queue().waiting() == 0;
    for (const fetch::active_download& file : run.active()) {
        ++snapshot.active;
        expected += file.total.value_or(0);
        all_known = all_known && file.total;
        if (rows.size() >= style.rows_max * 2) continue;
        fetch::file_progress row;
        row.name = shown_name(file);
        row.state = file.state;
        row.bytes = file.bytes;
        row.total = file.total;
        row.bytes_per_second = file.speed.bytes_per_second();
        if (file.state == fetch::file_state::waiting)
            row.time_left = std::chrono::ceil<std::chrono::seconds>(
                std::max(duration::zero(), file.next_attempt - now));
        else if (file.total && *file.total >= file.bytes)
            row.time_left = file.speed.time_left(*file.total - file.bytes);
        rows.push_back(row);
    }
    const fetch::run_totals& totals = run.totals();
    snapshot.files = rows;
    snapshot.queued = totals.queued;
    snapshot.done = totals.finished + totals.skipped;
    snapshot.failed = totals.failed;
    snapshot.bytes = totals.received;
    if (all_known) {
        snapshot.total = expected;
        if (expected >= totals.received)
            snapshot.time_left = speed_.time_left(expected - totals.received);
    }
    snapshot.bytes_per_second = speed_.bytes_per_second();
    os::write_text(2, painter_.paint(fetch::render_progress(snapshot, style)));
}

void get_display::summarize(const fetch::downloader& run, std::chrono::nanoseconds time,
                            int exit_code) {
    const fetch::run_totals& totals = run.totals();
    if (options_.json) {
        fetch::summary_facts facts;
        facts.finished = totals.finished;
        facts.skipped = totals.skipped;
        facts.failed = totals.failed;
        facts.unfinished = totals.queued;
        facts.received = totals.received;
        facts.time = time;
        facts.exit_code = exit_code;
        tell(fetch::summary_event(facts));
        flush_events();
        return;
    }
    if (style_.terminal) os::write_text(2, painter_.clear());
    if (options_.quiet) return;
    const double seconds = std::chrono::duration<double>(time).count();
    std::string text = std::to_string(totals.finished) +
                       (totals.finished == 1 ? " file, " : " files, ") +
                       fetch::human_size(totals.received) + " in " + fetch::human_duration(time);
    if (seconds > 0)
        text += ", " + fetch::human_speed(static_cast<double>(totals.received) / seconds);
    if (totals.skipped > 0) text += "; " + std::to_string(totals.skipped) + " there already";
    if (totals.asked > 0)
        text += "; " + std::to_string(totals.asked) + " could be had, " +
                fetch::human_size(totals.asked_bytes);
    if (totals.failed > 0) text += "; " + std::to_string(totals.failed) + " failed";
    if (resumable_ > 0)
        text += "; the same command again goes on with " + std::to_string(resumable_);
    os::write_text(2, text + "\n");
}

}  // namespace troika::apps
