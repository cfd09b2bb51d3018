// SPDX-License-Identifier: MIT
// The page: one axis of time over all panels, and everything that mouse and keys do.

const RANGE_LEAST = 40;        // nanoseconds over the whole width
const IDLE_SHOWN_MAX = 100;    // tasks
const SETTLED_MS = 150;
const FOUND_MAX = 2 ** 22;     // marked spans

class View {
    constructor() {
        this.shows = {threads: true, tasks: true, idle: true, strips: true, counters: true,
                      arrows: true};
        this.panels = [];
        this.pointers = new Map();
        this.lengths = new Map();
        this.frames = 0;
        this.find = name => document.querySelector(name);
        this.tip = this.find(".tip");
        this.status = this.find("[role=status]");
        this.details = this.find(".details");
        this.help = this.find(".help");
        this.search = this.find(".search input");
        this.found = this.find(".search output");
        this.axis = this.find(".axis canvas");
        this.now = this.find(".axis .now");
        this.reduced = matchMedia("(prefers-reduced-motion: reduce)");
        this.measurer = document.createElement("canvas").getContext("2d");
        this.font = getComputedStyle(document.body).fontFamily;
        this.measurer.font = `11px ${this.font}`;
    }

    start() {
        const dark = matchMedia("(prefers-color-scheme: dark)");
        this.theme = dark.matches ? "dark" : "light";
        dark.addEventListener("change", () => this.setTheme(dark.matches ? "dark" : "light"));
        for (const section of document.querySelectorAll("main .panel")) {
            try {
                this.panels.push(new Panel(this, section));
            } catch (error) {
                section.append(make("p", "note made",
                                    `This timeline cannot be read: ${error.message}`));
            }
        }
        if (!this.panels.length) return;
        this.loaded = performance.now();
        this.length = Math.max(1, ...this.panels.map(panel => panel.trace.length));
        this.busyMost = Math.max(1, ...this.panels.map(panel => Math.ceil(panel.busyPeak - 0.05)));
        this.from = 0;
        this.to = this.most;
        // Of many tasks, most are of no interest when a part of the time is shown.
        this.shows.idle = this.panels.every(panel => panel.lanesOf[TASK] <= IDLE_SHOWN_MAX);
        this.find(".bar").hidden = false;
        this.makeLegend();
        this.makeSwitches();
        this.setTheme(this.theme);
        this.resize();
        this.listen();
        const watch = new IntersectionObserver(seen => {
            for (const {target, isIntersecting} of seen) {
                const panel = this.panels.find(p => p.section === target);
                panel.visible = isIntersecting;
                if (isIntersecting && panel.dirty) this.schedule();
            }
        }, {rootMargin: "100px"});
        for (const panel of this.panels) watch.observe(panel.section);
    }

    // ---- size, colours, frames

    get most() {
        return this.length * 1.012;
    }
    resize() {
        const narrow = innerWidth < 720;
        this.labelWidth = this.printing ? 130 : narrow ? 92 : 176;
        this.share = narrow && !this.printing ? 0 : 96;
        document.documentElement.style.setProperty("--labels", `${this.labelWidth}px`);
        const inner = this.panels[0].box.clientWidth;
        this.gutter = this.panels[0].box.offsetWidth - inner;
        this.width = Math.max(60, inner - this.labelWidth - this.share);
        const ratio = this.printing ? 2 : Math.min(3, devicePixelRatio || 1);
        if (ratio !== this.ratio) {
            this.ratio = ratio;
            this.zoom = ratio >= 1.75 ? 2 : 1;
            this.readColours();
        }
        for (const panel of this.panels) panel.layout();
        this.changed();
    }
    setTheme(theme) {
        this.theme = theme;
        document.documentElement.dataset.theme = theme;
        this.find("[data-do=theme]").textContent = theme === "dark" ? "Light" : "Dark";
        if (this.zoom) this.readColours();
        for (const panel of this.panels) panel.invalidate();
    }
    readColours() {
        const style = getComputedStyle(document.documentElement);
        this.palette = new Palette(style, this.zoom);
        const colour = name => style.getPropertyValue(name).trim();
        this.colours = {card: colour("--card"), ink: colour("--ink"), muted: colour("--muted"),
                        onBar: colour("--on-bar"), arrow: colour("--arrow"),
                        accent: colour("--accent"), rule: colour("--rule")};
        this.drawLegend();
    }
    schedule() {
        if (this.scheduled || !this.palette) return;
        this.scheduled = true;
        requestAnimationFrame(() => this.frame());
    }
    frame() {
        this.scheduled = false;
        ++this.frames;
        if (this.axisDirty) this.drawAxis();
        for (const panel of this.panels) if (panel.dirty && panel.visible) panel.draw();
        if (this.drawnFirst === undefined) {
            this.drawnFirst = performance.now();
            performance.mark("timeline-drawn");
        }
    }
    // Another part of the time is shown.
    changed() {
        this.ticks = this.ticksOf();
        this.axisDirty = true;
        for (const panel of this.panels) panel.dirty = true;
        this.showMeasure();
        this.schedule();
        if (this.shows.idle) return;
        clearTimeout(this.settling);
        this.settling = setTimeout(() => {
            for (const panel of this.panels) panel.rebuildRows();
        }, SETTLED_MS);
    }

    lengthOf(text) {
        let length = this.lengths.get(text);
        if (length === undefined) {
            if (this.lengths.size > 20000) this.lengths.clear();
            length = this.measurer.measureText(text).width;
            this.lengths.set(text, length);
        }
        return length;
    }
    // As much of `text` as has room, or nothing if that would say too little.
    fit(text, room, least) {
        const length = text.length > 200 ? Infinity : this.lengthOf(text);
        if (length <= room) return text;
        const whole = text.length > 200 ? 6.2 : length / text.length;
        const letters = Math.floor(room / whole) - 1;
        return letters < least ? "" : `${text.slice(0, letters).trimEnd()}…`;
    }

    // ---- axis

    ticksOf() {
        const range = this.to - this.from;
        const least = range * 100 / this.width;
        const power = 10 ** Math.floor(Math.log10(least));
        this.step = power * ([1, 2, 5, 10].find(n => n * power >= least) || 10);
        this.step = Math.max(1, this.step);
        const ticks = [];
        for (let t = Math.ceil(this.from / this.step) * this.step; t <= this.to; t += this.step)
            ticks.push(t);
        return ticks;
    }
    formatTick(time) {
        if (time === 0) return "0";
        const [unit, name] = this.to < 1e3 ? [1, "ns"] : this.to < 1e6 ? [1e3, "µs"]
            : this.to < 1e9 ? [1e6, "ms"] : [1e9, "s"];
        const digits = Math.max(0, Math.ceil(Math.log10(unit / this.step) - 1e-9));
        return `${(time / unit).toFixed(digits)} ${name}`;
    }
    drawAxis() {
        this.axisDirty = false;
        const {ratio, axis} = this;
        const height = 24;
        axis.width = Math.round((this.width + this.share) * ratio);
        axis.height = height * ratio;
        axis.style.width = `${this.width + this.share}px`;
        axis.style.height = `${height}px`;
        const context = axis.getContext("2d");
        context.scale(ratio, ratio);
        context.font = `11px ${this.font}`;
        context.textBaseline = "middle";
        context.fillStyle = context.strokeStyle = this.colours.muted;
        const scale = this.width / (this.to - this.from);
        let free = -1;
        for (const tick of this.ticks) {
            const x = (tick - this.from) * scale;
            context.fillRect(Math.round(x), height - 5, 1, 5);
            const text = this.formatTick(tick);
            const length = context.measureText(text).width;
            const left = Math.max(0, x - (tick === 0 ? 0 : length / 2));
            if (left < free || left + length > this.width + (this.share ? 30 : 0)) continue;
            context.fillText(text, left, height / 2 - 2);
            free = left + length + 12;
        }
    }

    // ---- moving

    show(from, to) {
        const most = this.most;
        let range = Math.min(most, Math.max(RANGE_LEAST, to - from));
        const middle = (from + to) / 2;
        this.from = Math.min(Math.max(0, middle - range / 2), most - range);
        this.to = this.from + range;
        this.changed();
    }
    // The same, over some frames.
    glide(from, to) {
        cancelAnimationFrame(this.gliding);
        if (this.reduced.matches) return this.show(from, to);
        const start = performance.now(), a = this.from, b = this.to;
        const step = now => {
            const t = Math.min(1, Math.max(0, (now - start) / 160));
            const eased = 1 - (1 - t) ** 3;
            this.show(a + (from - a) * eased, b + (to - b) * eased);
            if (t < 1) this.gliding = requestAnimationFrame(step);
        };
        this.gliding = requestAnimationFrame(step);
    }
    zoomAt(time, factor, gently) {
        const range = Math.min(this.most, Math.max(RANGE_LEAST, (this.to - this.from) * factor));
        const share = (time - this.from) / (this.to - this.from);
        const from = time - share * range;
        if (gently) this.glide(from, from + range);
        else {
            cancelAnimationFrame(this.gliding);
            this.show(from, from + range);
        }
    }
    pan(share, gently) {
        const by = (this.to - this.from) * share;
        const from = Math.min(Math.max(0, this.from + by), this.most - (this.to - this.from));
        if (gently) this.glide(from, from + this.to - this.from);
        else this.show(from, from + this.to - this.from);
    }
    fit_all() {
        this.glide(0, this.most);
    }
    reveal(panel, lane, span) {
        const {trace} = panel;
        const begin = trace.begin[span], end = trace.end[span];
        const range = this.to - this.from;
        if (end - begin > range || begin < this.from || end > this.to) {
            const wanted = Math.max(range, (end - begin) * 1.5);
            const middle = (begin + end) / 2;
            this.show(middle - wanted / 2, middle + wanted / 2);
        } else if ((end - begin) / range * this.width < 3) {
            const wanted = Math.max(RANGE_LEAST, (end - begin) * this.width / 24);
            const middle = (begin + end) / 2;
            this.show(middle - wanted / 2, middle + wanted / 2);
        }
        panel.scrollToLane(lane);
        panel.section.scrollIntoView({block: "nearest"});
    }

    // ---- legend and switches

    makeLegend() {
        const present = new Set();
        for (const {totals} of this.panels)
            for (const times of totals) times.forEach((t, s) => t > 0 && present.add(s));
        const legend = this.find(".legend");
        legend.replaceChildren();
        this.swatches = [];
        for (let s = 0; s < NAMES.length; ++s) {
            if (!present.has(s) || s === HOLDS) continue;
            const item = make("li"), canvas = make("canvas");
            item.append(canvas, NAMES[s]);
            legend.append(item);
            this.swatches.push([s, canvas]);
        }
    }
    drawLegend() {
        const raster = new Raster(), {ratio, zoom, palette} = this;
        const width = Math.round(26 * ratio), height = Math.round(12 * ratio);
        for (const [state, canvas] of this.swatches) {
            canvas.width = width;
            canvas.height = height;
            raster.resize(width, height);
            raster.clear(palette.paper);
            raster.bar(0, 0, width, height, state, palette.normal.states[state], 0, zoom);
            canvas.getContext("2d").putImageData(raster.image, 0, 0);
        }
    }
    makeSwitches() {
        const some = {
            threads: this.panels.some(p => p.lanesOf[THREAD]),
            tasks: this.panels.some(p => p.lanesOf[TASK]),
            idle: this.panels.some(p => p.lanesOf[TASK] > 1),
            strips: this.panels.some(p => p.lanesOf[STRIP]),
            counters: this.panels.some(p => p.lanesOf[THREAD] || p.trace.counters.length),
            arrows: this.panels.some(p => p.trace.arrowCount),
        };
        const switches = this.find(".switches");
        switches.replaceChildren();
        for (const name of Object.keys(some)) {
            if (!some[name]) continue;
            const label = make("label"), box = make("input");
            box.type = "checkbox";
            box.checked = this.shows[name];
            box.name = name;
            box.addEventListener("change", () => {
                this.shows[name] = box.checked;
                for (const panel of this.panels) panel.buildRows();
            });
            label.append(box, name === "idle" ? "idle tasks" : name);
            if (name === "idle") label.title = "Tasks that do nothing in the time that is shown";
            switches.append(label);
        }
        this.unhide = make("button", "unhide");
        this.unhide.type = "button";
        this.unhide.hidden = true;
        this.unhide.addEventListener("click", () => {
            for (const panel of this.panels) {
                panel.hidden.clear();
                panel.buildRows();
            }
            this.hiddenChanged();
        });
        switches.append(this.unhide);
    }
    hiddenChanged() {
        const count = this.panels.reduce((sum, panel) => sum + panel.hidden.size, 0);
        this.unhide.hidden = count === 0;
        this.unhide.textContent = `Show ${count} hidden`;
    }

    // ---- marking: a search, or one task

    mark(panel, spans) {
        panel.marked = spans;
        panel.chain = [];
        panel.invalidate();
    }
    unmark() {
        for (const panel of this.panels) this.mark(panel, null);
        this.chosen = null;
        this.details.hidden = true;
        this.schedule();
    }

    find_text(text) {
        const wanted = text.trim().toLowerCase();
        this.wanted = wanted;
        this.place = -1;
        this.unmark();
        this.matches = 0;
        if (!wanted) {
            this.found.textContent = "";
            return;
        }
        for (const panel of this.panels) {
            const {trace} = panel;
            const has = new Uint8Array(trace.textCount);
            for (let i = 0; i < has.length; ++i)
                has[i] = trace.text(i).toLowerCase().includes(wanted) ? 1 : 0;
            const laneHas = new Uint8Array(trace.laneCount + 1);   // index + 1
            for (let lane = 0; lane < trace.laneCount; ++lane)
                laneHas[lane + 1] = trace.laneName[lane] ? has[trace.laneName[lane]]
                    : trace.laneTitle(lane).includes(wanted) ? 1 : 0;
            const spans = [];
            for (let lane = 0; lane < trace.laneCount; ++lane) {
                for (let i = trace.laneFirst[lane]; i < trace.laneFirst[lane + 1]; ++i) {
                    if ((laneHas[lane + 1] || has[trace.name[i]] || has[trace.detail[i]] ||
                         laneHas[trace.task[i]]) && spans.length < FOUND_MAX) spans.push(i);
                }
            }
            this.mark(panel, Uint32Array.from(spans));
            this.matches += spans.length;
        }
        this.found.textContent = this.matches ? formatCount(this.matches) : "none";
        this.schedule();
    }
    // Goes to the next span that was found, or the one before.
    next_found(by) {
        if (!this.matches) return;
        this.place = ((this.place < 0 && by < 0 ? 0 : this.place) + by + this.matches) %
            this.matches;
        this.found.textContent = `${formatCount(this.place + 1)} / ${formatCount(this.matches)}`;
        let left = this.place;
        for (const panel of this.panels) {
            if (left >= panel.marked.length) {
                left -= panel.marked.length;
                continue;
            }
            const span = panel.marked[left];
            const lane = panel.trace.laneOfSpan(span);
            this.focusOn(panel, lane, span);
            this.reveal(panel, lane, span);
            return;
        }
    }

    // Follows the task that `span` of `lane` belongs to, over all lanes.
    choose(panel, lane, span) {
        this.unmark();
        const {trace} = panel;
        const task = trace.task[span] || (trace.laneKind[lane] !== STRIP ? lane + 1 : 0);
        const whole = trace.laneKind[lane] === TASK || trace.task[span] !== 0;
        const spans = [];
        for (let l = 0; l < trace.laneCount; ++l)
            for (let i = trace.laneFirst[l]; i < trace.laneFirst[l + 1]; ++i)
                if (whole ? trace.task[i] === task || l + 1 === task
                    : l === lane ? trace.name[i] === trace.name[span]
                        : trace.task[i] === task && trace.state[i] === HOLDS) spans.push(i);
        this.mark(panel, Uint32Array.from(spans));
        panel.chain = trace.chainOf(lane, trace.begin[span])
            .concat(trace.arrowsFrom(lane, trace.begin[span], trace.end[span]));
        if (!panel.chain.length && task && task !== lane + 1)
            panel.chain = trace.chainOf(task - 1, trace.begin[span]);
        this.chosen = {panel, lane, span, task: whole ? task - 1 : -1, spans: spans.length};
        this.showDetails(spans);
        this.schedule();
    }
    showDetails(spans) {
        const {panel, lane, span, task} = this.chosen;
        const {trace} = panel;
        const box = this.details;
        box.replaceChildren();
        const head = make("h2", "", task >= 0 ? trace.laneTitle(task)
            : trace.text(trace.name[span]) || NAMES[trace.state[span]]);
        const close = make("button", "close", "×");
        close.type = "button";
        close.setAttribute("aria-label", "Close");
        close.addEventListener("click", () => this.unmark());
        box.append(close, head);
        const times = new Float64Array(STATE_SLOTS);
        const own = task >= 0 ? trace.laneFirst[task] : 0;
        const ownLast = task >= 0 ? trace.laneFirst[task + 1] : 0;
        if (ownLast > own) trace.addTimes(own, ownLast, times);
        else for (const i of spans) times[trace.state[i]] += trace.end[i] - trace.begin[i];
        const list = make("dl");
        const add = (name, value) => {
            const pair = make("div");
            pair.append(make("dt", "", name), make("dd", "", value));
            list.append(pair);
        };
        add("panel", panel.name);
        times.forEach((time, s) => time > 0 && add(NAMES[s], formatTime(time)));
        add("spans", formatCount(spans.length));
        box.append(list);
        const causes = panel.chain.filter(i => trace.arrowTo[i] <= trace.begin[span]).slice(0, 8);
        if (causes.length) {
            box.append(make("h3", "", "Because of"));
            const steps = make("ol");
            for (const i of causes) {
                const item = make("li");
                const button = make("button", "", `${BECAUSE[trace.arrowKind[i]]} ` +
                    `${trace.laneTitle(trace.arrowFromLane[i])} at ` +
                    `${formatTime(trace.arrowFrom[i])}`);
                button.type = "button";
                button.addEventListener("click", () => {
                    const from = trace.arrowFromLane[i];
                    const cause = trace.spanAt(from, trace.arrowFrom[i]);
                    if (cause >= 0) this.reveal(panel, from, cause);
                });
                item.append(button);
                steps.append(item);
            }
            box.append(steps);
        }
        box.hidden = false;
    }

    // ---- words about a span

    describe(panel, lane, span) {
        const {trace} = panel;
        const lines = [`${NAMES[trace.state[span]]} for ` +
                       `${formatTime(trace.end[span] - trace.begin[span], 4)}, from ` +
                       `${formatTime(trace.begin[span], 6)}`];
        const task = trace.task[span];
        if (task && task !== lane + 1) lines.push(trace.laneTitle(task - 1));
        if (trace.detail[span]) lines.push(trace.text(trace.detail[span]));
        const cause = trace.causeOf(lane, trace.begin[span]);
        const before = span > trace.laneFirst[lane] ? trace.begin[span - 1] : -1;
        if (cause >= 0 && trace.arrowTo[cause] > before) {
            const took = trace.arrowTo[cause] - trace.arrowFrom[cause];
            lines.push(`${BECAUSE[trace.arrowKind[cause]]} ` +
                       trace.laneTitle(trace.arrowFromLane[cause]) +
                       (took > 0 ? `, ${formatTime(took)} before` : ""));
        }
        const title = trace.text(trace.name[span]) || trace.laneTitle(lane);
        return {title, lane: trace.laneAddress(lane), lines};
    }
    showTip(hit, x, y) {
        const {tip} = this;
        const {panel, lane} = hit;
        const {trace} = panel;
        tip.replaceChildren();
        const chart = panel.chartWords(hit.row, hit.time);
        if (chart) tip.append(make("p", "", chart));
        if (hit.moment >= 0) {
            tip.append(make("b", "", trace.text(trace.momentName[hit.moment])),
                       make("p", "", `at ${formatTime(trace.momentAt[hit.moment], 6)}`));
        }
        if (hit.crowd) {
            const times = new Float64Array(STATE_SLOTS);
            trace.addTimes(hit.low, hit.high, times);
            tip.append(make("b", "", `${formatCount(hit.spans)} spans`),
                       make("p", "lane", trace.laneAddress(lane)));
            times.forEach((time, s) => time > 0 &&
                tip.append(make("p", "", `${NAMES[s]} ${formatTime(time)}`)));
            tip.append(make("p", "lane", "Zoom in to tell them apart."));
        } else if (hit.span >= 0) {
            const words = this.describe(panel, lane, hit.span);
            tip.append(make("b", "", words.title), make("p", "lane", words.lane));
            for (const line of words.lines) tip.append(make("p", "", line));
        }
        tip.hidden = !tip.firstChild;
        if (tip.hidden) return;
        const left = Math.min(x + 14, innerWidth - tip.offsetWidth - 8);
        const below = y + 18 + tip.offsetHeight < innerHeight;
        tip.style.transform = `translate(${Math.max(4, left)}px, ` +
            `${below ? y + 18 : Math.max(4, y - tip.offsetHeight - 10)}px)`;
    }

    // ---- the keyboard's span

    focusOn(panel, lane, span) {
        for (const other of this.panels)
            if (other.focus && other !== panel) {
                other.focus = null;
                other.dirty = true;
            }
        panel.focus = {lane, span};
        panel.dirty = true;
        this.active = panel;
        if (span >= 0) {
            const words = this.describe(panel, lane, span);
            this.status.textContent = `${words.lane}: ${words.title}, ${words.lines.join(", ")}`;
        } else {
            this.status.textContent = `${panel.trace.laneTitle(lane)}: nothing in this time`;
        }
        this.schedule();
    }
    stepLane(by) {
        const panel = this.active || this.panels[0];
        const lanes = panel.rowOfLane;
        let row = panel.focus ? lanes[panel.focus.lane] : by > 0 ? -1 : panel.rowKind.length;
        do row += by; while (row >= 0 && row < panel.rowKind.length &&
                             panel.rowKind[row] !== ROW_LANE);
        if (row < 0 || row >= panel.rowKind.length) return;
        const lane = panel.rowRef[row], {trace} = panel;
        const time = panel.focus && panel.focus.span >= 0 ? trace.begin[panel.focus.span]
            : this.from;
        let span = trace.spanAfter(lane, Math.max(time, this.from));
        if (span >= trace.laneFirst[lane + 1]) --span;
        this.focusOn(panel, lane, span >= trace.laneFirst[lane] ? span : -1);
        panel.scrollToLane(lane);
    }
    stepSpan(by) {
        const panel = this.active || this.panels[0];
        if (!panel.focus) return this.stepLane(1);
        const {lane, span} = panel.focus, {trace} = panel;
        const next = span + by;
        if (span < 0 || next < trace.laneFirst[lane] || next >= trace.laneFirst[lane + 1]) return;
        this.focusOn(panel, lane, next);
        this.reveal(panel, lane, next);
    }

    // ---- measuring

    showMeasure() {
        for (const panel of this.panels) {
            const {measure} = panel;
            measure.hidden = !this.measured;
            if (!this.measured) continue;
            const [a, b] = this.measured;
            const scale = this.width / (this.to - this.from);
            const x0 = Math.max(-2, (Math.min(a, b) - this.from) * scale);
            const x1 = Math.min(this.width + 2, (Math.max(a, b) - this.from) * scale);
            measure.hidden = x1 <= x0;
            measure.style.transform = `translateX(${x0}px)`;
            measure.style.width = `${Math.max(1, x1 - x0)}px`;
            measure.firstChild.textContent = formatTime(Math.abs(b - a), 4);
        }
    }
}
