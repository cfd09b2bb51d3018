// SPDX-License-Identifier: MIT
// Bars into pixels. A canvas takes a hundred thousand rectangles in a second or so, a typed array in
// some milliseconds; so lanes are drawn into one, and text and arrows over them by the canvas.

// Which pixels of an 8 x 8 tile have the colour of the state; the others have a tint of it. So
// states differ in grey as well.
const PATTERNS = {
    waits: null,
    runs: null,
    holds: null,
    locked: (x, y) => (x + y) % 8 < 4,
    ready: (x, y) => x % 4 < 2 && (y + (x & 4 ? 2 : 0)) % 4 < 2,
    blocked: (x, y) => y % 4 < 1,
    failed: (x, y) => (x - y + 8) % 8 < 1,
};
// How much of a lane's height a bar has: who runs stands out.
const HEIGHTS = [1, 0.26, 0.78, 0.56, 0.56, 1, 1];
const HOLDERS_MAX = 8;

function colourOf(text) {
    const digits = text.trim().slice(1);
    return [0, 2, 4].map(i => parseInt(digits.slice(i, i + 2), 16));
}
function blend(over, under, share) {
    return over.map((value, i) => Math.round(value * share + under[i] * (1 - share)));
}
// As a pixel of an ImageData.
const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
function pixelOf([r, g, b]) {
    return LITTLE_ENDIAN ? (255 << 24 | b << 16 | g << 8 | r) >>> 0
        : (r << 24 | g << 16 | b << 8 | 255) >>> 0;
}

class Tile {
    constructor(on, off, pattern, zoom) {
        const size = 8 * zoom;
        this.mask = size - 1;
        this.size = size;
        this.solid = !pattern;
        this.first = pixelOf(on);
        this.edge = this.first;
        this.pixels = new Uint32Array(size * size);
        for (let y = 0; y < size; ++y)
            for (let x = 0; x < size; ++x) {
                const covered = !pattern || pattern(Math.floor(x / zoom), Math.floor(y / zoom));
                this.pixels[y * size + x] = pixelOf(covered ? on : off);
            }
    }
}

// All colours of one theme, read from the style sheet: --runs, --waits, ... and --holder-0, ...
class Palette {
    constructor(style, zoom) {
        const colour = name => colourOf(style.getPropertyValue(name));
        this.zoom = zoom;
        this.back = colour("--card");
        this.ground = pixelOf(this.back);
        this.paper = pixelOf(colour("--paper"));
        this.stripe = pixelOf(colour("--stripe"));
        this.beyond = pixelOf(colour("--beyond"));
        this.grid = pixelOf(colour("--grid"));
        this.end = pixelOf(blend(colour("--muted"), this.back, 0.5));
        this.moment = pixelOf(colour("--moment"));
        this.area = pixelOf(colour("--busy"));
        this.areaLine = pixelOf(colour("--busy-line"));
        this.lines = [0, 1, 2, 3].map(i => colour(`--line-${i}`));
        this.normal = this.tiles(colour, 1);
        this.dim = this.tiles(colour, 0.22);
    }
    tiles(colour, strength) {
        const tile = (on, tint, pattern) => new Tile(blend(on, this.back, strength),
            blend(on, this.back, tint * strength), pattern, this.zoom);
        const states = STATES.map(state => {
            const on = colour(`--${state}`);
            const made = tile(on, state === "failed" ? 0.16 : state === "locked" ? 0.26 : 0.34,
                              PATTERNS[state]);
            made.edge = pixelOf(blend(on, this.back, strength));
            return made;
        });
        const holders = [];
        for (let i = 0; i < HOLDERS_MAX; ++i) holders.push(tile(colour(`--holder-${i}`), 1, null));
        return {states, holders};
    }
}

class Raster {
    constructor() {
        this.width = 0;
        this.height = 0;
        this.drawn = 0;   // spans, since clear()
        this.times = new Float64Array(STATE_SLOTS);
    }
    resize(width, height) {
        if (width === this.width && height === this.height) return;
        this.width = width;
        this.height = height;
        this.clip(0, width);
        this.image = new ImageData(width, height);
        this.pixels = new Uint32Array(this.image.data.buffer);
    }
    // Nothing is drawn left of `first`, nor from `last` on.
    clip(first, last) {
        this.first = Math.max(0, first);
        this.last = Math.min(this.width, last);
    }
    clear(pixel) {
        this.fill(this.first, 0, this.last, this.height, pixel);
        this.drawn = 0;
    }
    // What is there in [0, width) moves by `by`, to the right if positive.
    move(width, by) {
        const {pixels} = this;
        for (let line = 0; line < pixels.length; line += this.width) {
            if (by > 0) pixels.copyWithin(line + by, line, line + width - by);
            else pixels.copyWithin(line, line - by, line + width);
        }
    }
    fill(x0, y0, x1, y1, pixel) {
        x0 = Math.max(x0, this.first);
        x1 = Math.min(x1, this.last);
        if (x0 >= x1) return;
        const {pixels, width} = this;
        const first = Math.max(y0, 0) * width, last = Math.min(y1, this.height) * width;
        if (x1 - x0 > 12) {
            for (let line = first; line < last; line += width)
                pixels.fill(pixel, line + x0, line + x1);
        } else {   // fill() takes its time to begin
            for (let line = first; line < last; line += width)
                for (let x = x0; x < x1; ++x) pixels[line + x] = pixel;
        }
    }
    // The pattern moves with `shift`, so that it stands still on what it covers.
    tile(x0, y0, x1, y1, tile, shift) {
        if (tile.solid) {
            this.fill(x0, y0, x1, y1, tile.first);
            return;
        }
        x0 = Math.max(x0, this.first);
        x1 = Math.min(x1, this.last);
        const {mask, size, pixels} = tile;
        for (let y = Math.max(y0, 0), last = Math.min(y1, this.height); y < last; ++y) {
            const row = (y - y0 & mask) * size, line = y * this.width;
            for (let x = x0; x < x1; ++x)
                this.pixels[line + x] = pixels[row + (x - shift & mask)];
        }
    }

    // One bar of a span from x0 to x1 in the row y0 to y1.
    bar(x0, y0, x1, y1, state, tile, shift, zoom) {
        if (HEIGHTS[state] < 1) {
            const height = Math.max(2 * zoom, Math.round((y1 - y0) * HEIGHTS[state]));
            y0 += (y1 - y0 - height) >> 1;
            y1 = y0 + height;
        }
        this.tile(x0, y0, x1, y1, tile, shift);
        if (state === FAILED && x1 - x0 > 2 * zoom) {
            this.fill(x0, y0, x1, y0 + zoom, tile.edge);
            this.fill(x0, y1 - zoom, x1, y1, tile.edge);
            this.fill(x0, y0, x0 + zoom, y1, tile.edge);
            this.fill(x1 - zoom, y0, x1, y1, tile.edge);
        }
    }

    // The spans of `lane` from `row.y0` to `row.y1`; time `view.from` stands at x = 0 with
    // `view.scale` pixels a nanosecond. Spans of less than a pixel share it: as in a column chart,
    // each state has its share of the height. Calls `wide` for bars with room for a word.
    lane(trace, lane, row, view, tiles, holderOf, wide) {
        const {begin, end, state} = trace;
        const {from, scale, zoom} = view;
        const shift = view.shift;
        const last = trace.laneFirst[lane + 1];
        let free = 0;   // the first pixel behind what was drawn
        let i = trace.spanAfter(lane, from + this.first / scale);
        while (i < last) {
            const x0 = (begin[i] - from) * scale;
            if (x0 >= this.last) break;
            const x1 = (end[i] - from) * scale;
            if (x1 - x0 >= 1.5) {
                const right = Math.round(x1);
                const left = Math.min(Math.max(Math.round(x0), free), right - 1);
                const s = state[i];
                const tile = s === HOLDS ? tiles.holders[holderOf(trace.task[i])]
                    : tiles.states[s];
                this.bar(left, row.y0, right, row.y1, s, tile, shift, zoom);
                // A seam between two of the same kind.
                if (left > 0 && left === free && right - left > 3 * zoom && HEIGHTS[s] === 1)
                    this.fill(left, row.y0, left + zoom, row.y1, view.seam);
                if (wide && x1 - x0 > 24 * zoom) wide(i, left, right, row);
                free = right;
                ++this.drawn;
                ++i;
                continue;
            }
            const pixel = Math.max(0, Math.floor(x0));
            let next = trace.beginAfter(i + 1, last, from + (pixel + 1) / scale);
            if (next > i + 1 && (end[next - 1] - begin[next - 1]) * scale >= 1.5) --next;
            if (pixel >= free) {
                if (next === i + 1 && state[i] !== HOLDS)
                    this.bar(pixel, row.y0, pixel + 1, row.y1, state[i], tiles.states[state[i]],
                             shift, zoom);
                else this.column(trace, i, next, pixel, row, view, tiles, holderOf);
                free = pixel + 1;
            }
            this.drawn += next - i;
            i = next;
        }
    }

    // The spans [low, high) in one pixel.
    column(trace, low, high, x, row, view, tiles, holderOf) {
        const height = row.y1 - row.y0;
        const perHeight = height * view.scale;   // of a nanosecond
        if (trace.state[low] === HOLDS) {
            // At most 64 of them are looked at: more than there are pixels.
            const step = Math.max(1, (high - low) >> 6);
            let whole = 0;
            for (let i = low; i < high; i += step) whole += trace.end[i] - trace.begin[i] || 1;
            let y = row.y0, sum = 0;
            for (let i = low; i < high; i += step) {
                sum += trace.end[i] - trace.begin[i] || 1;
                const below = row.y0 + Math.round(height * sum / whole);
                this.fill(x, y, x + 1, below, tiles.holders[holderOf(trace.task[i])].first);
                y = below;
            }
            return;
        }
        const times = this.times;
        times.fill(0);
        trace.addTimes(low, high, times);
        if (times[WAITS] > 0)
            this.bar(x, row.y0, x + 1, row.y1, WAITS, tiles.states[WAITS], view.shift, view.zoom);
        let y = row.y1;
        for (const s of [0, 4, 3, 2, 5]) {
            if (times[s] === 0 || y <= row.y0) continue;
            const top = Math.max(row.y0, y - Math.max(1, Math.round(times[s] * perHeight)));
            this.tile(x, top, x + 1, y, tiles.states[s], view.shift);
            y = top;
        }
        if (y === row.y1 && times[WAITS] === 0)   // spans without any length
            this.fill(x, row.y0, x + 1, row.y1, tiles.states[trace.state[low]].edge);
    }

    // Those of the spans `marked` (ascending) that are on `lane`, in full colour.
    marked(trace, lane, marked, row, view, tiles, holderOf) {
        const {begin, end, state} = trace;
        const visible = trace.spanAfter(lane, view.from + this.first / view.scale);
        const stop = trace.laneFirst[lane + 1];
        let k = firstWhere(0, marked.length, n => marked[n] >= visible);
        while (k < marked.length && marked[k] < stop) {
            const i = marked[k];
            const x0 = (begin[i] - view.from) * view.scale;
            if (x0 >= this.last) break;
            const left = Math.max(0, Math.round(x0));
            const right = Math.max(left + 1, Math.round((end[i] - view.from) * view.scale));
            const s = state[i];
            const tile = s === HOLDS ? tiles.holders[holderOf(trace.task[i])] : tiles.states[s];
            this.bar(left, row.y0, right, row.y1, s, tile, view.shift, view.zoom);
            const next = view.from + right / view.scale;
            ++k;
            if (k < marked.length && marked[k] < stop && end[marked[k]] < next)
                k = firstWhere(k, marked.length, n => marked[n] >= stop || end[marked[n]] >= next);
        }
    }

    moments(trace, lane, row, view, pixel) {
        const stop = trace.laneMoment[lane + 1];
        const from = view.from + (this.first - 4 * view.zoom) / view.scale;
        let i = firstWhere(trace.laneMoment[lane], stop, n => trace.momentAt[n] >= from);
        while (i < stop) {
            const x = Math.floor((trace.momentAt[i] - view.from) * view.scale);
            if (x >= this.last + 4 * view.zoom) break;
            this.fill(x, row.y0, x + view.zoom, row.y1, pixel);
            for (let n = 0; n < 3 * view.zoom; ++n)   // a small wedge, to be seen
                this.fill(x - 3 * view.zoom + n + 1, row.y0 + n, x + 3 * view.zoom - n,
                          row.y0 + n + 1, pixel);
            const next = view.from + (x + 1) / view.scale;
            i = firstWhere(i + 1, stop, n => trace.momentAt[n] >= next);
        }
    }

    // Values from 0 to 1, one for each pixel from x0 on, as an area with a line on it.
    area(values, x0, row, area, line, thickness) {
        const height = row.y1 - row.y0;
        let before = -1;
        for (let k = 0; k < values.length; ++k) {
            if (Number.isNaN(values[k])) continue;
            const value = Math.min(1, Math.max(0, values[k]));
            const y = row.y1 - Math.round(value * (height - thickness) + 1e-3);
            const x = x0 + k;
            if (area !== null) this.fill(x, y, x + 1, row.y1, area);
            const from = before < 0 ? y : Math.min(before, y);
            const to = before < 0 ? y : Math.max(before, y);
            this.fill(x, from - thickness, x + 1, to, line);
            before = y;
        }
    }
}
