// SPDX-License-Identifier: MIT
// A recorded execution: what write_trace_bytes (src/inspect/trace_bytes.hpp) wrote, in typed arrays.
"use strict";

const STATES = ["runs", "waits", "locked", "ready", "blocked", "failed", "holds"];
const RUNS = 0, WAITS = 1, FAILED = 5, HOLDS = 6;
const STATE_SLOTS = 8;
const THREAD = 0, TASK = 1, STRIP = 2;
const ARROWS = ["wake", "submit", "steal", "call", "result", "handover"];
const BECAUSE = ["woken by", "submitted by", "stolen from", "called by", "result from",
                 "handed over by"];

class ByteReader {
    constructor(bytes) {
        this.bytes = bytes;
        this.at = 0;
    }
    number() {
        const bytes = this.bytes;
        let byte = bytes[this.at++];
        if (byte < 128) return byte;
        let value = byte & 127, scale = 128;
        do {
            byte = bytes[this.at++];
            value += (byte & 127) * scale;
            scale *= 128;
        } while (byte >= 128);
        return value;
    }
    signed() {
        const value = this.number();
        return value % 2 ? -(value + 1) / 2 : value / 2;
    }
    // Exact beyond 2^53, where `number` rounds.
    decimal() {
        const start = this.at;
        const value = this.number();
        if (value <= Number.MAX_SAFE_INTEGER) return String(value);
        let exact = 0n;
        for (let i = this.at - 1; i >= start; --i)
            exact = exact << 7n | BigInt(this.bytes[i] & 127);
        return String(exact);
    }
}

function bytesOfBase64(text) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const letters = atob(text);
    const bytes = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; ++i) bytes[i] = letters.charCodeAt(i);
    return bytes;
}

function joinBytes(pieces) {
    if (pieces.length === 1) return pieces[0];
    const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
        whole.set(piece, at);
        at += piece.length;
    }
    return whole;
}

// The first index in [low, high) for which `from(index)` is true, or high.
function firstWhere(low, high, from) {
    while (low < high) {
        const middle = (low + high) >>> 1;
        if (from(middle)) high = middle;
        else low = middle + 1;
    }
    return low;
}

class Trace {
    constructor(bytes) {
        const input = new ByteReader(bytes);
        for (const letter of "TTL1")
            if (input.number() !== letter.charCodeAt(0)) throw new Error("no timeline");
        this.length = input.number();
        this.beginNs = input.signed();
        this.lost = input.number();
        this.readTexts(input);
        this.processes = [];
        for (let left = input.number(); left > 0; --left)
            this.processes.push({pid: input.number(), name: input.number()});
        this.readLanes(input);
        this.readSpans(input);
        this.readMoments(input);
        this.readArrows(input);
        this.readCounters(input);
        if (input.at !== bytes.length) throw new Error("it is damaged, or was cut off");
    }

    // ---- reading

    readTexts(input) {
        const count = input.number();
        this.textBegin = new Uint32Array(count + 1);
        for (let i = 0; i < count; ++i)
            this.textBegin[i + 1] = this.textBegin[i] + input.number();
        this.textBytes = input.bytes.subarray(input.at, input.at + this.textBegin[count]);
        input.at += this.textBegin[count];
        this.decoder = new TextDecoder();
        const whole = this.decoder.decode(this.textBytes);
        // A letter for each byte: then texts are cut out of it. Otherwise each is decoded alone.
        this.textWhole = whole.length === this.textBytes.length ? whole : null;
        this.textCache = new Map();
    }

    readLanes(input) {
        const count = input.number();
        this.laneCount = count;
        this.laneProcess = new Uint32Array(count);
        this.laneKind = new Uint8Array(count);
        this.laneId = new Array(count);
        this.laneName = new Uint32Array(count);
        this.laneFirst = new Uint32Array(count + 1);     // its spans: [first, first of the next)
        this.laneMoment = new Uint32Array(count + 1);
        for (let i = 0; i < count; ++i) {
            this.laneProcess[i] = input.number();
            this.laneKind[i] = input.number();
            this.laneId[i] = input.decimal();
            this.laneName[i] = input.number();
            this.laneFirst[i + 1] = this.laneFirst[i] + input.number();
            this.laneMoment[i + 1] = this.laneMoment[i] + input.number();
        }
    }

    readSpans(input) {
        const count = this.laneFirst[this.laneCount];
        this.spanCount = count;
        this.begin = new Float64Array(count);
        this.end = new Float64Array(count);
        this.state = new Uint8Array(count);
        this.name = new Uint32Array(count);
        this.detail = new Uint32Array(count);
        this.task = new Uint32Array(count);              // index of its lane + 1, 0 for none
        // How long each state lasts in the spans before 0, before 16, before 32, ...
        this.sums = new Float64Array(((count >> 4) + 1) * STATE_SLOTS);
        const running = new Float64Array(STATE_SLOTS);
        const names = new Int32Array(STATE_SLOTS), details = new Int32Array(STATE_SLOTS);
        const tasks = new Int32Array(STATE_SLOTS);
        for (let lane = 0, i = 0; lane < this.laneCount; ++lane) {
            const last = this.laneFirst[lane + 1];
            if (i === last) continue;
            names.fill(0);
            details.fill(0);
            tasks.fill(0);
            for (let at = 0; i < last; ++i) {
                const head = input.number();
                const state = head & 7;
                if (head & 8) at += input.number();
                this.begin[i] = at;
                const lasts = input.number();
                at += lasts;
                this.end[i] = at;
                this.state[i] = state;
                if (head & 16) names[state] += input.signed();
                if (head & 32) details[state] += input.signed();
                if (head & 64) tasks[state] += input.signed();
                this.name[i] = names[state];
                this.detail[i] = details[state];
                this.task[i] = tasks[state];
                if ((i & 15) === 0) this.sums.set(running, (i >> 4) * STATE_SLOTS);
                running[state] += lasts;
            }
        }
        if ((count & 15) === 0) this.sums.set(running, (count >> 4) * STATE_SLOTS);
    }

    readMoments(input) {
        const count = this.laneMoment[this.laneCount];
        this.momentAt = new Float64Array(count);
        this.momentName = new Uint32Array(count);
        for (let lane = 0, i = 0; lane < this.laneCount; ++lane) {
            for (let at = 0; i < this.laneMoment[lane + 1]; ++i) {
                at += input.number();
                this.momentAt[i] = at;
                this.momentName[i] = input.number();
            }
        }
    }

    readArrows(input) {
        const count = input.number();
        this.arrowCount = count;
        this.arrowKind = new Uint8Array(count);
        this.arrowFrom = new Float64Array(count);        // in this order
        this.arrowTo = new Float64Array(count);
        this.arrowFromLane = new Uint32Array(count);
        this.arrowToLane = new Uint32Array(count);
        this.arrowLatest = new Float64Array(count);      // the greatest `to` of all up to this one
        for (let i = 0, at = 0, latest = 0; i < count; ++i) {
            this.arrowKind[i] = input.number();
            at += input.number();
            this.arrowFrom[i] = at;
            this.arrowTo[i] = at + input.number();
            this.arrowFromLane[i] = input.number();
            this.arrowToLane[i] = input.number();
            latest = Math.max(latest, this.arrowTo[i]);
            this.arrowLatest[i] = latest;
        }
        this.arrowsInto = null;
    }

    readCounters(input) {
        this.counters = [];
        for (let left = input.number(); left > 0; --left) {
            const process = input.number(), name = input.number(), count = input.number();
            const at = new Float64Array(count), value = new Float64Array(count);
            let least = 0, greatest = 0;
            for (let i = 0, time = 0, current = 0; i < count; ++i) {
                time += input.number();
                current += input.signed();
                at[i] = time;
                value[i] = current;
                least = Math.min(least, current);
                greatest = Math.max(greatest, current);
            }
            this.counters.push({process, name, at, value, least, greatest});
        }
    }

    // ---- asking

    text(id) {
        if (this.textWhole !== null)
            return this.textWhole.slice(this.textBegin[id], this.textBegin[id + 1]);
        let text = this.textCache.get(id);
        if (text === undefined) {
            text = this.decoder.decode(
                this.textBytes.subarray(this.textBegin[id], this.textBegin[id + 1]));
            this.textCache.set(id, text);
        }
        return text;
    }
    get textCount() {
        return this.textBegin.length - 1;
    }

    laneTitle(lane) {
        const kind = ["thread", "task", "strip"][this.laneKind[lane]];
        return this.text(this.laneName[lane]) || `${kind} ${this.laneId[lane]}`;
    }
    processTitle(process) {
        const {pid, name} = this.processes[process];
        return this.text(name) ? `${this.text(name)} (${pid})` : `process ${pid}`;
    }
    // With its process, where there are several.
    laneAddress(lane) {
        const title = this.laneTitle(lane);
        return this.processes.length === 1 ? title
            : `${title}, ${this.processTitle(this.laneProcess[lane])}`;
    }
    laneOfSpan(span) {
        return firstWhere(0, this.laneCount, lane => this.laneFirst[lane + 1] > span);
    }

    // The first span of `lane` that ends after `time`.
    spanAfter(lane, time) {
        let low = this.laneFirst[lane], high = this.laneFirst[lane + 1];
        while (low < high) {
            const middle = (low + high) >>> 1;
            if (this.end[middle] > time) high = middle;
            else low = middle + 1;
        }
        return low;
    }
    // The first span in [low, high) that begins at `time` or later; soon found if it is near.
    beginAfter(low, high, time) {
        let step = 1;
        while (low + step < high && this.begin[low + step] < time) {
            low += step;
            step *= 2;
        }
        high = Math.min(high, low + step);
        while (low < high) {
            const middle = (low + high) >>> 1;
            if (this.begin[middle] >= time) high = middle;
            else low = middle + 1;
        }
        return low;
    }
    hasWithin(lane, from, to) {
        const span = this.spanAfter(lane, from);
        return span < this.laneFirst[lane + 1] && this.begin[span] < to;
    }
    spanAt(lane, time) {
        const span = this.spanAfter(lane, time);
        return span < this.laneFirst[lane + 1] && this.begin[span] <= time ? span : -1;
    }

    // The moment of `lane` that is closest to `time`, if closer than `reach`, or -1.
    momentNear(lane, time, reach) {
        const first = this.laneMoment[lane], last = this.laneMoment[lane + 1];
        const after = firstWhere(first, last, i => this.momentAt[i] >= time);
        const far = i => i < first || i >= last ? Infinity : Math.abs(this.momentAt[i] - time);
        const nearest = far(after - 1) < far(after) ? after - 1 : after;
        return far(nearest) <= reach ? nearest : -1;
    }
    // The last value of a counter up to `time`, or NaN.
    valueAt(counter, time) {
        const {at, value} = this.counters[counter];
        const after = firstWhere(0, at.length, i => at[i] > time);
        return after > 0 ? value[after - 1] : NaN;
    }

    // Adds to `times` how long each state lasts in the spans [low, high).
    addTimes(low, high, times) {
        const sums = this.sums;
        if (high - low >= 32) {
            const lowBlock = (low + 15) >> 4, highBlock = high >> 4;
            for (let s = 0; s < STATE_SLOTS; ++s)
                times[s] += sums[highBlock * STATE_SLOTS + s] - sums[lowBlock * STATE_SLOTS + s];
            this.addTimes(low, lowBlock << 4, times);
            this.addTimes(highBlock << 4, high, times);
            return;
        }
        for (let i = low; i < high; ++i) times[this.state[i]] += this.end[i] - this.begin[i];
    }
    // How long each state lasts on `lane` between two times.
    timesWithin(lane, from, to, times) {
        const low = this.spanAfter(lane, from);
        const high = this.beginAfter(low, this.laneFirst[lane + 1], to);
        if (low >= high) return;
        this.addTimes(low, high, times);
        times[this.state[low]] -= Math.max(0, from - this.begin[low]);
        times[this.state[high - 1]] -= Math.max(0, this.end[high - 1] - to);
    }
    totals(kind) {
        const times = new Float64Array(STATE_SLOTS);
        for (let lane = 0; lane < this.laneCount; ++lane)
            if (this.laneKind[lane] === kind)
                this.addTimes(this.laneFirst[lane], this.laneFirst[lane + 1], times);
        return times;
    }

    // The arrows that could be seen between two times: [first, last).
    arrowsWithin(from, to) {
        return [firstWhere(0, this.arrowCount, i => this.arrowLatest[i] >= from),
                firstWhere(0, this.arrowCount, i => this.arrowFrom[i] > to)];
    }
    // The last arrow that leads into `lane` up to `time`, or -1.
    causeOf(lane, time) {
        this.indexArrows();
        const {first, order} = this.arrowsInto;
        const after = firstWhere(first[lane], first[lane + 1],
                                 i => this.arrowTo[order[i]] > time);
        return after > first[lane] ? order[after - 1] : -1;
    }
    // By the lane that they lead into, then by when.
    indexArrows() {
        if (this.arrowsInto) return;
        const first = new Uint32Array(this.laneCount + 1);
        for (let i = 0; i < this.arrowCount; ++i) ++first[this.arrowToLane[i] + 1];
        for (let lane = 0; lane < this.laneCount; ++lane) first[lane + 1] += first[lane];
        const next = first.slice(), order = new Uint32Array(this.arrowCount);
        for (let i = 0; i < this.arrowCount; ++i) order[next[this.arrowToLane[i]]++] = i;
        for (let lane = 0; lane < this.laneCount; ++lane)
            order.subarray(first[lane], first[lane + 1])
                .sort((a, b) => this.arrowTo[a] - this.arrowTo[b]);
        this.arrowsInto = {first, order};
    }
    // What led to `time` on `lane`, the last cause first; at most 50 arrows.
    chainOf(lane, time) {
        const chain = [];
        while (chain.length < 50) {
            const arrow = this.causeOf(lane, time);
            if (arrow < 0 || chain.includes(arrow)) break;
            chain.push(arrow);
            lane = this.arrowFromLane[arrow];
            time = this.arrowFrom[arrow];
        }
        return chain;
    }
    // The arrows that begin on `lane` between two times; at most 50.
    arrowsFrom(lane, from, to) {
        const found = [];
        let i = firstWhere(0, this.arrowCount, k => this.arrowFrom[k] >= from);
        for (; i < this.arrowCount && this.arrowFrom[i] <= to && found.length < 50; ++i)
            if (this.arrowFromLane[i] === lane) found.push(i);
        return found;
    }
}

// 1.23 ms; with `digits` significant ones.
function formatTime(ns, digits = 3) {
    const size = Math.abs(ns);
    if (size < 1) return "0";
    const [unit, name] = size < 1e3 ? [1, "ns"] : size < 1e6 ? [1e3, "µs"]
        : size < 1e9 ? [1e6, "ms"] : [1e9, "s"];
    const value = ns / unit;
    const whole = Math.max(1, Math.floor(Math.log10(Math.abs(value))) + 1);
    return `${value.toFixed(unit === 1 ? 0 : Math.max(0, digits - whole))} ${name}`;
}
function formatCount(number) {
    return Math.round(number).toLocaleString("en-US").replaceAll(",", "\u202f");
}
