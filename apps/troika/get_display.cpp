// SPDX-License-Identifier: MIT
#include "apps/troika/get_display.hpp"

#include "fetch/events.hpp"
#include "fetch/human.hpp"
#include "fetch/printable.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace troika::apps {

namespace {

constexpr std::size_t events_bytes_max = 16 * 1024;
constexpr std::chrono::seconds progress_event_interval{1};
// Messages that wait for a terminal whose user holds it; with more the run waits as well.
constexpr std::size_t unsent_bytes_max = 64 * 1024;
// Ticks come far more often, unless the program or the machine was stopped.
constexpr std::chrono::seconds pause_min{1};
constexpr std::size_t rows_limit = 24;

fetch::download_identity identity(const fetch::download& what) { return {what.id, what.url}; }

std::string_view shown_name(const fetch::active_download& file) {
    const std::string& path = file.what.path.empty() ? file.what.url : file.what.path;
    return path;
}

// Without the directory that all of them go to.
std::string_view row_name(const fetch::active_download& file, std::string_view directory) {
    std::string_view name = shown_name(file);
    while (directory.ends_with('/')) directory.remove_suffix(1);
    if (directory.empty() || !name.starts_with(directory)) return name;
    const std::size_t rest = name.find_first_not_of('/', directory.size());
    return rest > directory.size() && rest != name.npos ? name.substr(rest) : name;
}

fetch::file_progress row_of(const fetch::active_download& file, std::string_view directory,
                            time_point now) {
    fetch::file_progress row;
    row.name = row_name(file, directory);
    row.state = file.state;
    row.bytes = file.bytes;
    row.total = file.total;
    row.bytes_per_second = file.speed.bytes_per_second();
    if (file.state == fetch::file_state::waiting)
        row.time_left = std::chrono::ceil<std::chrono::seconds>(
            std::max(duration::zero(), file.next_attempt - now));
    else if (file.state == fetch::file_state::downloading && file.total &&
             *file.total >= file.bytes)
        row.time_left = file.speed.time_left(*file.total - file.bytes);
    return row;
}

}  // namespace

get_display::style get_display::choose_style(const fetch::get_options& options, terminals which,
                                             const environment_lookup& environment) {
    const terminal_wishes wishes = read_terminal_wishes(environment);
    style how;
    how.bars = wishes.capable && which.error && options.progress && !options.quiet &&
               !options.json && !(options.output == "-" && which.output);
    how.colour = wishes.colour && which.error;
    how.unicode = wishes.unicode;
    // A file or a pipe may be read anywhere; names in it stay what they are.
    how.unicode = how.unicode || !which.error;
    return how;
}

get_display::get_display(const fetch::get_options& options, const style& how)
    : options_(options), style_(how) {
    if (style_.bars) screen_.reset(std::max(os::open_terminal_again(2), -1));
}

bool get_display::may_draw() {
    if (!style_.bars) return false;
    if (os::in_foreground(2)) return true;
    painter_.forget();   // whoever is there now writes where it was
    return false;
}

bool get_display::flush_screen() {
    if (!screen_) {
        os::write_text(2, std::exchange(unsent_, {}));
        return true;
    }
    while (!unsent_.empty()) {
        const int count =
            os::write_some(screen_.get(), unsent_.data(), static_cast<unsigned>(unsent_.size()));
        if (count == -EAGAIN) return false;
        if (count <= 0)
            unsent_.clear();   // it has gone, and its reader with it
        else
            unsent_.erase(0, static_cast<std::size_t>(count));
    }
    return true;
}

void get_display::say(const std::string& line) {
    const std::string text = (style_.unicode ? line : fetch::ascii_only(line)) + "\n";
    unsent_ += may_draw() ? painter_.print_above(text) : text;
    if (!style_.bars || (!flush_screen() && unsent_.size() > unsent_bytes_max))
        os::write_text(2, std::exchange(unsent_, {}));
}

void get_display::leave_screen() {
    if (may_draw()) unsent_ += painter_.clear();
    flush_screen();
}

void get_display::command_begins() {
    if (commands_++ == 0) leave_screen();
}

void get_display::hide_bars() {
    if (may_draw()) unsent_ += painter_.paint({""});
    flush_screen();
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
        say(fetch::render_retry(error.what(), wait, style_.colour));
}

void get_display::finished(const fetch::active_download& file, const fetch::finished_facts& facts) {
    if (options_.json) {
        tell(fetch::finished_event(identity(file.what), facts));
        return;
    }
    // On a terminal the bars have shown it; a thousand lines would only push them around.
    if (options_.quiet || (style_.bars && !options_.verbose)) return;
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
    // A URL that is wrong has no file; it may still hold a password.
    const std::string name =
        file.what.path.empty() ? fetch::redacted(file.what.url) : file.what.path;
    fetch::file_report report;
    report.name = name;
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

void get_display::tick(const run_state& run, time_point now) {
    measure(run, now);
    if (options_.json) {
        if (now - told_progress_ >= progress_event_interval) {
            told_progress_ = now;
            for (const fetch::active_download& file : run.active)
                tell(fetch::progress_event(identity(file.what), file.bytes, file.total,
                                           file.speed.bytes_per_second()));
        }
        flush_events();
    }
    // A frame that the terminal would not take is left out.
    if (flush_screen() && commands_ == 0 && may_draw()) paint(run, now);
}

void get_display::measure(const run_state& run, time_point now) {
    const bool paused = now - std::exchange(measured_, now) > pause_min;
    const std::uint64_t received = run.totals.received;
    paused ? speed_.skip(now, received) : speed_.update(now, received);
    for (fetch::active_download& file : run.active) {
        const bool counts = !paused && file.state == fetch::file_state::downloading;
        counts ? file.speed.update(now, file.received) : file.speed.skip(now, file.received);
    }
}

void get_display::paint(const run_state& run, time_point now) {
    const os::terminal_size size = os::size_of_terminal(2);
    if (size != std::exchange(size_, size)) painter_.resized();
    const fetch::progress_style style{
        .columns = size.columns,
        .rows_max = std::clamp<std::size_t>(size.rows / 2, 1, rows_limit),
        .colour = style_.colour,
        .unicode = style_.unicode};
    const fetch::run_totals& totals = run.totals;
    fetch::progress_snapshot snapshot;
    snapshot.queued = totals.queued;
    snapshot.done = totals.finished + totals.skipped;
    snapshot.failed = totals.failed;
    // Bytes of the files, not of the network: what was there before counts, what came in vain does
    // not.
    snapshot.bytes = totals.landed;
    std::uint64_t expected = totals.landed;
    bool all_known = true;
    std::vector<const fetch::active_download*> first, moving, waiting;   // of each what has room
    const auto put = [&style](auto& into, const fetch::active_download& file) {
        if (into.size() < style.rows_max) into.push_back(&file);
    };
    for (const fetch::active_download& file : run.active) {
        if (file.state == fetch::file_state::done || file.state == fetch::file_state::failed)
            continue;   // among the totals already
        ++snapshot.active;
        snapshot.bytes += file.bytes;
        expected += file.total.value_or(0);
        all_known = all_known && file.total;
        const bool moves = file.state == fetch::file_state::downloading ||
                           file.state == fetch::file_state::verifying;
        put(first, file);
        put(moves ? moving : waiting, file);
    }
    if (snapshot.active >= style.rows_max) {
        // Not all have room, besides the total: those that wait give way.
        first = std::move(moving);
        for (const fetch::active_download* file : waiting) put(first, *file);
    }
    std::vector<fetch::file_progress> rows;
    for (const fetch::active_download* file : first)
        rows.push_back(row_of(*file, options_.directory, now));
    snapshot.files = rows;
    if (!run.queue.all_read()) {
        // Arguments can be counted; how long a list is shows at its end.
        const std::uint64_t seen =
            snapshot.queued + snapshot.active + snapshot.done + snapshot.failed;
        snapshot.more = !options_.list.empty();
        if (!snapshot.more && options_.urls.size() > seen)
            snapshot.queued += options_.urls.size() - seen;
    }
    if (all_known && !snapshot.more && snapshot.queued == 0) {
        snapshot.total = expected;
        if (expected >= snapshot.bytes)
            snapshot.time_left = speed_.time_left(expected - snapshot.bytes);
    }
    snapshot.bytes_per_second = speed_.bytes_per_second();
    unsent_ = painter_.paint(fetch::render_progress(snapshot, style));
    flush_screen();
}

void get_display::summarize(const fetch::run_totals& totals, std::chrono::nanoseconds time,
                            int exit_code) {
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
    leave_screen();
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
    unsent_ += text + "\n";
    flush_screen();
}

}  // namespace troika::apps
