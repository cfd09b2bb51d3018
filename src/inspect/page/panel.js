// SPDX-License-Identifier: MIT
// One trace on the page: its rows, how they are drawn, and what is where.

const ROW_PROCESS = 0, ROW_BUSY = 1, ROW_COUNTER = 2, ROW_LANE = 3;
const ARROWS_SHOWN_MAX = 800;
const SCROLL_MAX = 8e6;        // pixels: browsers limit how high an element may be
const NAMES = ["runs", "waits", "waits for a lock", "ready", "blocked in a call", "failed", "held"];

function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
}

class Panel {
    constructor(view, section) {
        this.view = view;
        this.section = section;
        this.name = section.querySelector("h2").textContent;
        const data = section.querySelectorAll("script[type='application/octet-stream;base64']");
        this.trace = new Trace(joinBytes([...data].map(e => bytesOfBase64(e.textContent.trim()))));
        this.raster = new Raster();
        this.hidden = new Set();
        this.marked = null;      // spans in full colour while all others are dimmed
        this.chain = [];         // arrows of the chosen span
        this.focus = null;       // {lane, span} of the keyboard
        this.visible = true;
        this.dirty = true;
        this.readFigures();
        this.makeElements();
        this.buildRows();
    }

    // ---- figures

    readFigures() {
        const trace = this.trace;
        this.lanesOf = [0, 0, 0];
        const order = new Uint32Array(trace.laneCount);   // of a lane among those of its kind
        for (let lane = 0; lane < trace.laneCount; ++lane)
            order[lane] = this.lanesOf[trace.laneKind[lane]]++;
        this.holderOf = task => task ? order[task - 1] % HOLDERS_MAX : HOLDERS_MAX - 1;
        this.totals = [THREAD, TASK, STRIP].map(kind => trace.totals(kind));
        this.busy = trace.length ? this.totals[THREAD][RUNS] / trace.length : 0;
        const bins = new Float64Array(400);
        this.addBusy(0, Math.max(1, trace.length) / bins.length, bins);
        this.busyPeak = bins.reduce((a, b) => Math.max(a, b), 0);
    }

    // How many threads run, on average, in each of the times that `values` stands for.
    addBusy(from, each, values) {
        const trace = this.trace, {begin, end, state} = trace;
        const times = new Float64Array(STATE_SLOTS);
        for (let lane = 0; lane < trace.laneCount; ++lane) {
            if (trace.laneKind[lane] !== THREAD) continue;
            const last = trace.laneFirst[lane + 1];
            let i = trace.spanAfter(lane, from);
            while (i < last) {
                const start = Math.max(begin[i], from);
                let bin = Math.floor((start - from) / each);
                if (bin >= values.length) break;
                const until = from + (bin + 1) * each;
                if (end[i] > until || start > begin[i]) {   // goes beyond its bin, at one end
                    if (state[i] === RUNS)
                        for (; bin < values.length && from + bin * each < end[i]; ++bin)
                            values[bin] += (Math.min(end[i], from + (bin + 1) * each) -
                                            Math.max(start, from + bin * each)) / each;
                    ++i;
                    continue;
                }
                let next = trace.beginAfter(i + 1, last, until);
                if (next > i + 1 && end[next - 1] > until) --next;
                times.fill(0);
                trace.addTimes(i, next, times);
                values[bin] += times[RUNS] / each;
                i = next;
            }
        }
    }

    // What the figures say, in words.
    explanation() {
        const {trace, totals, lanesOf} = this;
        const words = [];
        const share = (part, whole) => whole ? `${Math.round(100 * part / whole)}\u202f%` : "0";
        const all = times => times.reduce((a, b) => a + b, 0);
        const many = (n, word) => `${formatCount(n)} ${word}${n === 1 ? "" : "s"}`;
        if (lanesOf[THREAD])
            words.push(`${many(lanesOf[THREAD], "thread")} kept ${this.busy.toFixed(2)} ` +
                       "processors busy on average.");
        const locked = totals[THREAD][STATES.indexOf("locked")];
        if (locked > 0)
            words.push(`They spent ${share(locked, all(totals[THREAD]))} waiting for a lock.`);
        for (let lane = 0, said = 0; lane < trace.laneCount && said < 3; ++lane) {
            if (trace.laneKind[lane] !== STRIP) continue;
            const times = new Float64Array(STATE_SLOTS);
            const first = trace.laneFirst[lane], last = trace.laneFirst[lane + 1];
            trace.addTimes(first, last, times);
            if (times[HOLDS] === 0) continue;
            words.push(`${trace.laneTitle(lane)}: held ${share(times[HOLDS], trace.length)} of ` +
                       `the time, in ${many(last - first, "turn")}.`);
            ++said;
        }
        if (lanesOf[TASK]) {
            const whole = all(totals[TASK]);
            words.push(`${many(lanesOf[TASK], "task")} ran ${share(totals[TASK][RUNS], whole)} ` +
                       `of their time and waited ${share(totals[TASK][WAITS], whole)}.`);
        }
        if (trace.lost)
            words.push(`${many(trace.lost, "record")} did not fit into the rings and are missing.`);
        return words.join(" ");
    }

    // ---- elements

    makeElements() {
        const section = this.section;
        for (const old of section.querySelectorAll(".made")) old.remove();   // of a saved page
        const head = section.querySelector("h2");
        const figures = make("p", "figures made");
        for (const [value, label] of [
            [formatTime(this.trace.length), ""], [this.busy.toFixed(2), "busy"],
            [formatCount(this.trace.spanCount), "spans"]]) {
            figures.append(make("b", "", value), label ? ` ${label}` : "", " ");
        }
        head.before(figures);
        const caption = section.querySelector(".caption");
        const explain = make("p", "explanation made", this.explanation());
        (caption || head).after(" ", explain);
        this.note = make("p", "more", "More arrows than can be told apart: zoom in to see them.");
        this.note.hidden = true;
        this.box = make("div", "view made");
        this.box.tabIndex = 0;
        this.box.setAttribute("role", "application");
        this.box.setAttribute("aria-roledescription", "timeline");
        this.box.setAttribute("aria-label", `Timeline of ${this.name}. ${explain.textContent} ` +
                              "Press question mark for the keys.");
        this.stage = make("div", "stage");
        this.labels = make("div", "labels");
        this.canvas = make("canvas");
        this.cursor = make("div", "cursor");
        this.ring = make("div", "ring");
        this.measure = make("div", "measure");
        this.measure.append(make("span"));
        this.spacer = make("div", "spacer");
        for (const e of [this.cursor, this.ring, this.measure]) e.hidden = true;
        this.overlay = make("div", "overlay");
        this.overlay.append(this.measure, this.cursor, this.ring, this.note);
        this.stage.append(this.labels, this.canvas, this.overlay);
        this.box.append(this.stage, this.spacer);
        this.table = make("details", "made lanes");
        this.table.append(make("summary", "", "Lanes as a table"));
        this.table.addEventListener("toggle", () => this.fillTable(), {once: true});
        explain.after(this.box, this.table);
        this.context = this.canvas.getContext("2d", {alpha: false});
        this.box.addEventListener("scroll", () => this.invalidate());
        this.labelPool = [];
    }

    // At most two hundred lanes: who reads a table aloud wants no more.
    fillTable() {
        const trace = this.trace, table = make("table");
        const head = table.createTHead().insertRow();
        for (const text of ["lane", "kind", "spans", ...NAMES]) head.append(make("th", "", text));
        const body = table.createTBody();
        const shown = Math.min(trace.laneCount, 200);
        for (let lane = 0; lane < shown; ++lane) {
            const times = new Float64Array(STATE_SLOTS);
            const first = trace.laneFirst[lane], last = trace.laneFirst[lane + 1];
            trace.addTimes(first, last, times);
            const row = body.insertRow();
            row.append(make("th", "", trace.laneTitle(lane)));
            for (const text of [["thread", "task", "strip"][trace.laneKind[lane]],
                                formatCount(last - first),
                                ...NAMES.map((_, s) => times[s] ? formatTime(times[s]) : "")])
                row.append(make("td", "", text));
        }
        const scroll = make("div", "scroll");
        scroll.append(table);
        this.table.append(scroll);
        if (shown < trace.laneCount)
            this.table.append(make("p", "", `The first ${shown} of ` +
                                   `${formatCount(trace.laneCount)} lanes.`));
    }

    // ---- rows

    buildRows() {
        const {trace, view} = this;
        const kinds = [], refs = [];
        const add = (kind, ref) => {
            kinds.push(kind);
            refs.push(ref);
        };
        if (view.shows.counters && this.lanesOf[THREAD]) add(ROW_BUSY, 0);
        const wanted = [view.shows.threads, view.shows.tasks, view.shows.strips];
        const lanesBy = trace.processes.map(() => [[], [], []]);
        for (let lane = 0; lane < trace.laneCount; ++lane) {
            const kind = trace.laneKind[lane];
            if (!wanted[kind] || this.hidden.has(lane)) continue;
            if (kind === TASK && !view.shows.idle &&
                !trace.hasWithin(lane, view.from, view.to)) continue;
            lanesBy[trace.laneProcess[lane]][kind].push(lane);
        }
        trace.processes.forEach((_, process) => {
            const counters = view.shows.counters ? trace.counters.map((c, i) => i)
                .filter(i => trace.counters[i].process === process) : [];
            const lanes = lanesBy[process];
            const several = lanes[TASK].length + lanes[THREAD].length + lanes[STRIP].length;
            if (trace.processes.length > 1 && several + counters.length > 1)
                add(ROW_PROCESS, process);
            for (const i of counters) add(ROW_COUNTER, i);
            for (const kind of [STRIP, THREAD, TASK])
                for (const lane of lanes[kind]) add(ROW_LANE, lane);
        });
        const tall = kinds.length <= 8;
        this.rowKind = Uint8Array.from(kinds);
        this.rowRef = Uint32Array.from(refs);
        this.rowTop = new Float64Array(kinds.length + 1);
        this.rowOfLane = new Int32Array(trace.laneCount).fill(-1);
        for (let row = 0, top = 0; row < kinds.length; ++row) {
            const ref = refs[row];
            if (kinds[row] === ROW_LANE) this.rowOfLane[ref] = row;
            top += kinds[row] === ROW_PROCESS ? 22 : kinds[row] !== ROW_LANE ? 40
                : trace.laneKind[ref] === STRIP ? 20
                    : trace.laneKind[ref] === THREAD ? (tall ? 28 : 24) : (tall ? 22 : 18);
            this.rowTop[row + 1] = top;
        }
        this.total = this.rowTop[kinds.length];
        this.layout();
    }

    // The rows for another part of the time: what was at the top stays there, if it is still shown.
    rebuildRows() {
        const first = this.rowAt(0);
        let lane = -1;
        for (let row = first; row >= 0 && row < this.rowKind.length && lane < 0; ++row)
            if (this.rowKind[row] === ROW_LANE) lane = this.rowRef[row];
        const offset = lane < 0 ? 0 : this.rowTop[this.rowOfLane[lane]] - this.top;
        this.buildRows();
        while (lane >= 0 && lane < this.trace.laneCount && this.rowOfLane[lane] < 0) ++lane;
        const row = lane < 0 ? -1 : this.rowOfLane[lane] ?? this.rowKind.length - 1;
        if (row >= 0) this.scrollTo(this.rowTop[row] - offset);
        if (this.focus) this.scrollToLane(this.focus.lane);
    }

    layout() {
        const {view} = this;
        const most = view.panels.length === 1 ? Math.max(220, innerHeight - 240)
            : Math.max(180, Math.min(440, innerHeight * 0.5));
        this.height = Math.max(24, Math.min(this.total, Math.floor(most)));
        this.scrolled = Math.min(this.total, SCROLL_MAX);
        this.stage.style.height = `${this.height}px`;
        this.box.style.height = `${this.height}px`;
        this.spacer.style.height = `${Math.max(0, this.scrolled - this.height)}px`;
        this.box.classList.toggle("scrolls", this.total > this.height);
        this.invalidate();
    }

    get top() {
        const range = this.scrolled - this.height;
        if (range <= 0) return 0;
        return Math.min(1, this.box.scrollTop / range) * (this.total - this.height);
    }
    scrollToLane(lane) {
        const row = this.rowOfLane[lane];
        if (row < 0 || this.total <= this.height) return;
        const top = this.top;
        let wanted = top;
        if (this.rowTop[row] < top) wanted = this.rowTop[row];
        if (this.rowTop[row + 1] > top + this.height) wanted = this.rowTop[row + 1] - this.height;
        if (wanted !== top) this.scrollTo(wanted);
    }
    scrollTo(top) {
        if (this.total <= this.height) return;
        this.box.scrollTop = top / (this.total - this.height) * (this.scrolled - this.height);
    }
    rowAt(y) {
        const at = y + this.top;
        const row = firstWhere(0, this.rowKind.length, i => this.rowTop[i + 1] > at);
        return row < this.rowKind.length ? row : -1;
    }

    // Something but the time has changed.
    invalidate() {
        this.dirty = true;
        this.last = null;
        this.view.schedule();
    }

    // ---- drawing

    draw() {
        this.dirty = false;
        const {view, trace, raster, context} = this;
        const {palette, zoom, ratio} = view;
        const width = Math.round(view.width * ratio);
        const whole = Math.round((view.width + view.share) * ratio);
        const height = Math.round(this.height * ratio);
        if (whole <= 0 || height <= 0) return;
        if (this.canvas.width !== whole || this.canvas.height !== height) {
            this.canvas.width = whole;
            this.canvas.height = height;
            this.canvas.style.width = `${view.width + view.share}px`;
            this.canvas.style.height = `${this.height}px`;
        }
        raster.resize(whole, height);
        const scale = width / (view.to - view.from);
        const port = {from: view.from, scale, width, zoom, seam: palette.ground,
                      shift: Math.round(-view.from * scale % 1024)};
        const dim = this.marked !== null;
        const tiles = dim ? palette.dim : palette.normal;
        const top = this.top;
        const texts = this.reuse(port, top);
        const known = new Set(texts.map(text => text.span));
        const wide = (span, left, right, row) =>
            known.has(span) || texts.push({span, left, right, row});
        raster.clear(palette.ground);
        const beyond = Math.round((trace.length - view.from) * scale);
        if (beyond < width) raster.fill(beyond, 0, width, height, palette.beyond);
        raster.fill(beyond, 0, beyond + zoom, height, palette.end);
        for (const tick of view.ticks) {
            const x = Math.round((tick - view.from) * scale);
            raster.fill(x, 0, x + 1, height, palette.grid);
        }
        const rows = [];
        for (let r = this.rowAt(0); r >= 0 && r < this.rowKind.length; ++r) {
            const y = this.rowTop[r] - top;
            if (y >= this.height) break;
            const y0 = Math.round(y * ratio);
            const y1 = Math.round((this.rowTop[r + 1] - top) * ratio);
            rows.push({row: r, y, height: this.rowTop[r + 1] - this.rowTop[r]});
            raster.fill(0, y1 - 1, whole, y1, palette.stripe);
            if (this.rowKind[r] === ROW_LANE) {
                const lane = this.rowRef[r];
                const inset = Math.round((trace.laneKind[lane] === THREAD ? 4 : 3) * ratio);
                const row = {y0: y0 + inset, y1: y1 - inset};
                raster.lane(trace, lane, row, port, tiles, this.holderOf, wide);
                if (dim)
                    raster.marked(trace, lane, this.marked, row, port, palette.normal,
                                  this.holderOf);
                raster.moments(trace, lane, {y0: y0 + 1, y1: y1 - 1}, port, palette.moment);
            } else if (this.rowKind[r] !== ROW_PROCESS) {
                this.drawChart(r, {y0: y0 + Math.round(5 * ratio), y1: y1 - 1}, port);
            } else {
                raster.fill(0, y0, whole, y1 - 1, palette.stripe);
            }
        }
        raster.clip(width, whole);
        raster.fill(width, 0, whole, height, palette.ground);
        if (view.share) this.drawShares(rows, width);
        raster.clip(0, whole);
        context.putImageData(raster.image, 0, 0);
        this.last = {...port, top, texts};
        this.drawTexts(texts, width);
        this.drawArrows(port, top);
        this.drawShareTexts(rows, width);
        this.drawLabels(rows);
        this.placeRing();
        this.drawn = raster.drawn;
    }

    // If only the time has moved, by whole pixels, since the last picture: moves that, and lets only
    // the rest be drawn. Returns: the texts that stay.
    reuse(port, top) {
        const {raster, last} = this;
        raster.clip(0, port.width);
        port.origin = port.from;
        if (!last || last.top !== top || last.width !== port.width ||
            Math.abs(last.scale / port.scale - 1) > 1e-9) return [];
        const exact = (last.origin - port.from) * port.scale;
        const by = Math.round(exact);
        if (Math.abs(exact - by) > 0.02 || Math.abs(by) > port.width / 2) return [];
        raster.move(port.width, by);
        // A little more than what is new: what is drawn there may depend on its neighbours.
        if (by >= 0) raster.clip(0, by + 4);
        else raster.clip(port.width + by - 4, port.width);
        port.shift = last.shift + by;
        port.origin = last.origin - by / port.scale;   // so that errors do not add up
        return last.texts.filter(text => {
            text.left += by;
            text.right += by;
            return text.right > 0 && text.left < port.width;
        });
    }

    // One pixel before those that are drawn: the line comes from there.
    chartFirst() {
        return Math.max(0, this.raster.first - 1);
    }
    chartValues(row, port) {
        const first = this.chartFirst();
        const values = new Float64Array(this.raster.last - first);
        const each = 1 / port.scale;
        const from = port.from + first * each;
        if (this.rowKind[row] === ROW_BUSY) {
            this.addBusy(from, each, values);
            const end = (this.trace.length - from) * port.scale;
            for (let k = Math.max(0, Math.ceil(end)); k < values.length; ++k) values[k] = NaN;
            return values.map(v => v / this.view.busyMost);
        }
        const {at, value, least, greatest} = this.trace.counters[this.rowRef[row]];
        const range = greatest - least || 1;
        let i = firstWhere(0, at.length, n => at[n] > from);
        for (let k = 0; k < values.length; ++k) {
            const until = from + (k + 1) * each;
            if (until - each > this.trace.length) {
                values[k] = NaN;
                continue;
            }
            let highest = i > 0 ? value[i - 1] : NaN;
            for (; i < at.length && at[i] < until; ++i)
                highest = highest > value[i] ? highest : value[i];
            values[k] = (highest - least) / range;
        }
        return values;
    }
    drawChart(row, place, port) {
        const {palette, zoom} = this.view;
        const values = this.chartValues(row, port);
        if (this.rowKind[row] === ROW_BUSY) {
            this.raster.area(values, this.chartFirst(), place, palette.area, palette.areaLine, zoom);
            return;
        }
        const colour = palette.lines[this.rowRef[row] % palette.lines.length];
        this.raster.area(values, this.chartFirst(), place, pixelOf(blend(colour, palette.back, 0.14)),
                         pixelOf(colour), zoom);
    }

    // What a bar is, in it.
    drawTexts(texts, width) {
        const {context, trace, view} = this;
        const {ratio, colours} = view;
        context.font = `${11 * ratio}px ${view.font}`;
        context.textBaseline = "middle";
        context.textAlign = "left";
        for (const {span, left, right, row} of texts) {
            const state = trace.state[span];
            const text = trace.text(trace.name[span]);
            const x = Math.max(left, 0) + 5 * ratio;
            const room = Math.min(right, width) - x - 4 * ratio;
            if (!text || room < 14 * ratio || row.y1 - row.y0 < 10 * ratio) continue;
            const thin = HEIGHTS[state] < 1;   // a word beside a thin bar needs more room to help
            const fitting = view.fit(text, (room - (thin ? 12 * ratio : 0)) / ratio, thin ? 8 : 3);
            if (!fitting) continue;
            const y = (row.y0 + row.y1) / 2 + ratio * 0.5;
            const strength = this.marked && !this.isMarked(span) ? 0.35 : 1;
            if (thin) {   // on the bar, which it interrupts
                const length = view.lengthOf(fitting) * ratio;
                context.fillStyle = colours.card;
                context.fillRect(x + 5 * ratio, row.y0, length + 8 * ratio, row.y1 - row.y0);
                context.globalAlpha = strength;
                context.fillStyle = colours.muted;
                context.fillText(fitting, x + 9 * ratio, y);
                context.globalAlpha = 1;
                continue;
            }
            context.globalAlpha = strength;
            context.fillStyle = state === FAILED ? colours.ink : colours.onBar;
            context.fillText(fitting, x, y);
        }
        context.globalAlpha = 1;
    }
    isMarked(span) {
        const k = firstWhere(0, this.marked.length, n => this.marked[n] >= span);
        return this.marked[k] === span;
    }

    middleOf(lane, top) {
        const row = this.rowOfLane[lane];
        return row < 0 ? NaN : (this.rowTop[row] + this.rowTop[row + 1]) / 2 - top;
    }
    drawArrows(port, top) {
        const {trace, view, context} = this;
        const {ratio} = view;
        let tooMany = false;
        if (view.shows.arrows && trace.arrowCount && !this.marked) {
            const [first, last] = trace.arrowsWithin(view.from, view.to);
            const seen = [];
            for (let i = first; i < last && seen.length <= ARROWS_SHOWN_MAX; ++i) {
                if (trace.arrowTo[i] < view.from) continue;
                const a = this.middleOf(trace.arrowFromLane[i], top);
                const b = this.middleOf(trace.arrowToLane[i], top);
                if (Math.max(a, b) < 0 || Math.min(a, b) > this.height || !(a + b)) continue;
                seen.push(i);
            }
            tooMany = seen.length > ARROWS_SHOWN_MAX;
            if (seen.length && !tooMany) {
                const strength = seen.length > 200 ? 0.4 : 0.65;
                this.strokeArrows(seen, port, top, view.colours.arrow, ratio, strength);
            }
        }
        if (this.note.hidden === tooMany) this.note.hidden = !tooMany;
        if (this.chain.length)
            this.strokeArrows(this.chain, port, top, view.colours.accent, 2 * ratio, 1);
        context.globalAlpha = 1;
    }
    strokeArrows(arrows, port, top, colour, thickness, strength) {
        const {trace, context, view} = this;
        const {ratio} = view;
        context.save();
        context.beginPath();
        context.rect(0, 0, port.width, this.canvas.height);
        context.clip();
        context.strokeStyle = context.fillStyle = colour;
        context.lineWidth = thickness;
        context.globalAlpha = strength;
        const heads = new Path2D();
        context.beginPath();
        const within = x => Math.max(-4000, Math.min(port.width + 4000, x));
        for (const i of arrows) {
            const a = this.middleOf(trace.arrowFromLane[i], top) * ratio;
            const b = this.middleOf(trace.arrowToLane[i], top) * ratio;
            if (!(a === a && b === b)) continue;
            const x0 = within((trace.arrowFrom[i] - view.from) * port.scale);
            const x1 = within((trace.arrowTo[i] - view.from) * port.scale);
            if (a === b && x1 - x0 < 4 * ratio) continue;
            const bend = Math.max(10 * ratio, Math.min(60 * ratio, (x1 - x0) / 2));
            context.moveTo(x0, a);
            if (x1 - x0 < 6 * ratio) context.lineTo(x1, b);
            else context.bezierCurveTo(x0 + bend, a, x1 - bend, b, x1, b);
            const steep = x1 - x0 < 6 * ratio;
            const s = 3.2 * ratio * (thickness > ratio ? 1.4 : 1);
            const way = b > a ? -1 : 1;
            heads.moveTo(x1, b);
            if (steep) {
                heads.lineTo(x1 - s, b + way * s * 1.6);
                heads.lineTo(x1 + s, b + way * s * 1.6);
            } else {
                heads.lineTo(x1 - s * 1.6, b - s);
                heads.lineTo(x1 - s * 1.6, b + s);
            }
            heads.closePath();
        }
        context.stroke();
        context.fill(heads);
        context.restore();
    }

    // ---- the columns beside

    drawShares(rows, width) {
        const {view, raster, trace} = this;
        const {ratio, palette} = view;
        const range = Math.min(view.to, trace.length) - Math.max(view.from, 0);
        for (const shown of rows) {
            const {row, y, height} = shown;
            if (this.rowKind[row] !== ROW_LANE || range <= 0) continue;
            const times = new Float64Array(STATE_SLOTS);
            trace.timesWithin(this.rowRef[row], view.from, view.to, times);
            shown.share = Math.min(1, (times[RUNS] + times[HOLDS]) / range);
            const x0 = width + Math.round(10 * ratio);
            const whole = Math.round(44 * ratio);
            const y0 = Math.round((y + height / 2 - 4) * ratio);
            const y1 = Math.round((y + height / 2 + 4) * ratio);
            raster.fill(x0, y0, x0 + whole, y1, palette.stripe);
            let sum = 0, x = x0;
            for (const s of [0, 6, 4, 2, 3, 5, 1]) {
                sum += times[s];
                const right = x0 + Math.round(whole * Math.min(1, sum / range));
                if (right > x)
                    raster.tile(x, y0, right, y1, palette.normal.states[s], 0);
                x = right;
            }
        }
    }
    drawShareTexts(rows, width) {
        const {view, context, trace} = this;
        if (!view.share) return;
        const {ratio, colours} = view;
        context.font = `${10.5 * ratio}px ${view.font}`;
        context.textBaseline = "middle";
        context.fillStyle = colours.muted;
        for (const {row, y, height, share} of rows) {
            context.textAlign = "right";
            const x = width + (view.share - 4) * ratio;
            if (share !== undefined) {
                context.fillText(`${Math.round(100 * share)}\u202f%`, x,
                                 (y + height / 2 + 0.5) * ratio);
            } else if (this.rowKind[row] === ROW_BUSY || this.rowKind[row] === ROW_COUNTER) {
                const busy = this.rowKind[row] === ROW_BUSY;
                const counter = busy ? null : trace.counters[this.rowRef[row]];
                context.textAlign = "left";
                const left = width + 10 * ratio;
                context.fillText(busy ? `${view.busyMost}` : formatCount(counter.greatest), left,
                                 (y + 9) * ratio);
                context.fillText(busy ? "0" : formatCount(counter.least), left,
                                 (y + height - 8) * ratio);
            }
        }
    }

    drawLabels(rows) {
        const {trace, labels, labelPool} = this;
        while (labelPool.length < rows.length) {
            const label = make("div", "label");
            const name = make("span", "name");
            const swatch = make("span", "swatch");
            const button = make("button", "hide", "×");
            button.type = "button";
            button.tabIndex = -1;
            button.title = "Hide this lane";
            label.append(swatch, name, button);
            labels.append(label);
            const entry = {label, swatch, name, row: -1, lane: -1};
            button.addEventListener("click", () => this.hide(entry.lane));
            labelPool.push(entry);
        }
        const strips = this.lanesOf[STRIP] > 0;
        labelPool.forEach((entry, k) => {
            // What is as it was is not touched: it would be laid out anew.
            const shown = k < rows.length;
            if (entry.label.hidden === shown) entry.label.hidden = !shown;
            if (!shown) return;
            const {row, y, height} = rows[k];
            if (entry.y !== y) entry.label.style.transform = `translateY(${entry.y = y}px)`;
            if (entry.height !== height)
                entry.label.style.height = `${entry.height = height}px`;
            const kind = this.rowKind[row], ref = this.rowRef[row];
            const lane = kind === ROW_LANE ? ref : -1;
            const focused = lane >= 0 && this.focus !== null && this.focus.lane === lane;
            if (entry.focused !== focused)
                entry.label.classList.toggle("focused", entry.focused = focused);
            const key = kind * 2 ** 40 + ref;
            if (entry.row === key) return;
            entry.row = key;
            entry.lane = lane;
            const text = kind === ROW_PROCESS ? trace.processTitle(ref)
                : kind === ROW_BUSY ? "processors busy"
                    : kind === ROW_COUNTER ? trace.text(trace.counters[ref].name)
                        : trace.laneTitle(ref);
            entry.name.textContent = text;
            entry.name.title = text;
            const type = ["process", "busy", "counter", ""][kind] ||
                ["thread", "task", "strip"][trace.laneKind[ref]];
            entry.label.className = `label ${type}${focused ? " focused" : ""}`;
            const holder = strips && type === "thread";
            entry.swatch.className = holder ? `swatch holder-${this.holderOf(ref + 1)}` : "swatch";
        });
    }

    hide(lane) {
        if (lane < 0) return;
        this.hidden.add(lane);
        this.focus = null;
        this.buildRows();
        this.view.hiddenChanged();
    }

    // ---- what is where

    // What is drawn at a point of the canvas, in its pixels.
    hit(x, y) {
        const {view, trace} = this;
        const time = view.from + x / view.width * (view.to - view.from);
        const row = this.rowAt(y);
        const found = {panel: this, time, row, lane: -1, span: -1, spans: 0, moment: -1};
        if (row < 0 || x < 0 || x > view.width) return found;
        if (this.rowKind[row] !== ROW_LANE) return found;
        const lane = this.rowRef[row];
        found.lane = lane;
        const half = 1.5 * (view.to - view.from) / view.width;
        found.moment = trace.momentNear(lane, time, 3 * half);
        const low = trace.spanAfter(lane, time - half);
        const high = trace.beginAfter(low, trace.laneFirst[lane + 1], time + half);
        found.spans = high - low;
        if (high <= low) return found;
        found.low = low;
        found.high = high;
        const exact = trace.spanAt(lane, time);
        found.span = exact >= 0 ? exact : low;
        // Several that cannot be told apart.
        found.crowd = high - low > 4 && trace.end[high - 2] - trace.begin[low + 1] < 4 * half;
        return found;
    }

    // What a chart says about `time`, or nothing.
    chartWords(row, time) {
        const {trace} = this;
        if (row < 0 || time > trace.length) return "";
        if (this.rowKind[row] === ROW_COUNTER) {
            const value = trace.valueAt(this.rowRef[row], time);
            const name = trace.text(trace.counters[this.rowRef[row]].name);
            return Number.isNaN(value) ? "" : `${name}: ${formatCount(value)}`;
        }
        if (this.rowKind[row] !== ROW_BUSY) return "";
        const share = new Float64Array(1);
        const each = (this.view.to - this.view.from) / this.view.width;
        this.addBusy(Math.max(0, time - each / 2), each, share);
        return `${share[0].toFixed(2)} processors busy`;
    }

    // A ring around a span: under the pointer, or of the keyboard.
    ringAround(lane, span) {
        this.ringed = lane < 0 ? null : {lane, span};
        this.placeRing();
    }
    placeRing() {
        const {view, trace, ring} = this;
        const target = this.ringed || this.focus;
        const row = target ? this.rowOfLane[target.lane] : -1;
        ring.hidden = row < 0 || target.span < 0;
        if (ring.hidden) return;
        const scale = view.width / (view.to - view.from);
        const x0 = Math.max(-4, (trace.begin[target.span] - view.from) * scale);
        const x1 = Math.min(view.width + 4, (trace.end[target.span] - view.from) * scale);
        const inset = 2;
        ring.hidden = x1 < 0 || x0 > view.width;
        ring.style.transform = `translate(${x0 - 1}px, ${this.rowTop[row] - this.top + inset}px)`;
        ring.style.width = `${Math.max(3, x1 - x0 + 1)}px`;
        ring.style.height = `${this.rowTop[row + 1] - this.rowTop[row] - 2 * inset - 1}px`;
    }
}
