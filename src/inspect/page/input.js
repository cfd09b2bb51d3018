// SPDX-License-Identifier: MIT
// What mouse, fingers and keys do to a View, and how the page begins.

View.prototype.listen = function () {
    addEventListener("resize", () => this.resize());
    addEventListener("beforeprint", () => this.print(true));
    addEventListener("afterprint", () => this.print(false));
    for (const panel of this.panels) {
        const {canvas, box} = panel;
        canvas.addEventListener("wheel", e => this.wheel(panel, e), {passive: false});
        canvas.addEventListener("pointerdown", e => this.pressed(panel, e));
        canvas.addEventListener("pointermove", e => this.moved(panel, e));
        canvas.addEventListener("pointerup", e => this.released(panel, e));
        canvas.addEventListener("pointercancel", e => this.pointers.delete(e.pointerId));
        canvas.addEventListener("pointerleave", () => this.leave());
        canvas.addEventListener("dblclick", () => this.fit_all());
        box.addEventListener("focus", () => {
            this.active = panel;
        });
    }
    document.addEventListener("keydown", e => this.key(e));
    for (const button of document.querySelectorAll("[data-do]"))
        button.addEventListener("click", () => this.act(button.dataset.do));
    this.search.addEventListener("input", () => {
        clearTimeout(this.typing);
        this.typing = setTimeout(() => this.find_text(this.search.value), 80);
    });
    this.search.addEventListener("keydown", e => {
        if (e.key === "Enter") {
            if (this.wanted !== this.search.value.trim().toLowerCase()) {
                clearTimeout(this.typing);
                this.find_text(this.search.value);
            }
            this.next_found(e.shiftKey ? -1 : 1);
            e.preventDefault();
        } else if (e.key === "Escape") {
            this.search.value = "";
            this.find_text("");
            this.search.blur();
        }
        e.stopPropagation();
    });
};

View.prototype.act = function (what) {
    const middle = (this.from + this.to) / 2;
    if (what === "in") this.zoomAt(middle, 0.5, true);
    if (what === "out") this.zoomAt(middle, 2, true);
    if (what === "fit") this.fit_all();
    if (what === "theme") this.setTheme(this.theme === "dark" ? "light" : "dark");
    if (what === "save") this.save();
    if (what === "help") this.showHelp(this.help.hidden);
};

View.prototype.showHelp = function (shown) {
    this.help.hidden = !shown;
    this.find("[data-do=help]").setAttribute("aria-expanded", String(shown));
};

View.prototype.save = function () {
    const parts = [];
    writeChromeJson(this.panels, text => parts.push(text));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(parts, {type: "application/json"}));
    const name = document.title.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|-+$/g, "");
    link.download = `${name.slice(0, 60) || "trace"}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
};

// On paper it is light, as wide as the paper, and every panel is there.
View.prototype.print = function (begins) {
    if (begins) this.themeBefore = this.theme;
    this.printing = begins;
    document.body.classList.toggle("prints", begins);
    this.setTheme(begins ? "light" : this.themeBefore || this.theme);
    this.resize();
    this.drawAxis();
    for (const panel of this.panels) panel.draw();
};

// ---- pointers

View.prototype.timeAt = function (panel, e) {
    const x = e.clientX - panel.canvas.getBoundingClientRect().left;
    return this.from + x / this.width * (this.to - this.from);
};

View.prototype.wheel = function (panel, e) {
    const unit = e.deltaMode === 1 ? 16 : e.deltaMode === 2 ? innerHeight : 1;
    const dx = e.deltaX * unit, dy = e.deltaY * unit;
    if (e.shiftKey || Math.abs(dx) > Math.abs(dy)) {
        this.pan((Math.abs(dx) > Math.abs(dy) ? dx : dy) / this.width);
        e.preventDefault();
        return;
    }
    // Further out is nothing: then the page scrolls.
    if (dy > 0 && this.to - this.from >= this.most * 0.999 && !e.ctrlKey) return;
    e.preventDefault();
    const factor = Math.exp(Math.max(-240, Math.min(240, dy)) * (e.ctrlKey ? 0.008 : 0.0025));
    this.zoomAt(Math.max(0, this.timeAt(panel, e)), factor, false);
    this.hover(panel, e);
};

View.prototype.pressed = function (panel, e) {
    if (e.button !== 0) return;
    cancelAnimationFrame(this.gliding);
    this.active = panel;
    panel.box.focus({preventScroll: true});
    panel.canvas.setPointerCapture(e.pointerId);
    this.pointers.set(e.pointerId, {x: e.clientX, y: e.clientY});
    this.drag = {x: e.clientX, y: e.clientY, from: this.from, to: this.to, moved: false,
                 start: this.timeAt(panel, e), measures: e.shiftKey};
    if (this.pointers.size > 1) this.drag.moved = true;
    this.tip.hidden = true;
};

View.prototype.moved = function (panel, e) {
    const pointer = this.pointers.get(e.pointerId);
    if (!pointer) {
        this.hover(panel, e);
        return;
    }
    const before = {...pointer};
    const others = [...this.pointers.values()].filter(p => p !== pointer);
    pointer.x = e.clientX;
    pointer.y = e.clientY;
    if (others.length) {   // two fingers
        const gap = p => Math.max(20, Math.hypot(p.x - others[0].x, p.y - others[0].y));
        const middle = {clientX: (pointer.x + others[0].x) / 2};
        this.zoomAt(this.timeAt(panel, middle), gap(before) / gap(pointer), false);
        return;
    }
    const {drag} = this;
    if (!drag.moved && Math.hypot(e.clientX - drag.x, e.clientY - drag.y) < 4) return;
    drag.moved = true;
    panel.canvas.classList.add("drags");
    if (drag.measures) {
        this.measured = [drag.start, this.timeAt(panel, e)];
        this.showMeasure();
        return;
    }
    const range = this.to - this.from;
    this.pan((before.x - e.clientX) / this.width);
    if (this.to - this.from !== range) return;
    if (e.pointerType !== "touch") {
        if (panel.total > panel.height) panel.box.scrollTop += before.y - e.clientY;
        else scrollBy(0, before.y - e.clientY);
    }
};

View.prototype.released = function (panel, e) {
    this.pointers.delete(e.pointerId);
    panel.canvas.classList.remove("drags");
    const {drag} = this;
    if (!drag || drag.moved || this.pointers.size) return;
    const hit = this.hitAt(panel, e);
    if (this.measured) {
        this.measured = null;
        this.showMeasure();
    }
    if (hit.span >= 0) {
        panel.focus = {lane: hit.lane, span: hit.span};
        this.choose(panel, hit.lane, hit.span);
    } else {
        panel.focus = null;
        this.unmark();
    }
};

View.prototype.hitAt = function (panel, e) {
    const place = panel.canvas.getBoundingClientRect();
    return panel.hit(e.clientX - place.left, e.clientY - place.top);
};

View.prototype.hover = function (panel, e) {
    const hit = this.hitAt(panel, e);
    const scale = this.width / (this.to - this.from);
    const x = (hit.time - this.from) * scale;
    for (const other of this.panels) {
        other.cursor.hidden = x < 0 || x > this.width;
        other.cursor.style.transform = `translateX(${x}px)`;
        if (other !== panel) other.ringAround(-1, -1);
    }
    this.now.hidden = x < 0 || x > this.width;
    this.now.textContent = formatTime(hit.time, 5);
    this.now.style.transform = `translateX(calc(${x + this.labelWidth}px - 50%))`;
    panel.ringAround(hit.span >= 0 && !hit.crowd ? hit.lane : -1, hit.span);
    this.showTip(hit, e.clientX, e.clientY);
};

View.prototype.leave = function () {
    this.tip.hidden = true;
    this.now.hidden = true;
    for (const panel of this.panels) {
        panel.cursor.hidden = true;
        panel.ringAround(-1, -1);
    }
};

// ---- keys

View.prototype.key = function (e) {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName) && e.target.type !== "checkbox") return;
    const middle = (this.from + this.to) / 2;
    const panel = this.active || this.panels[0];
    const on = /^(BUTTON|SUMMARY)$/.test(e.target.tagName);
    const keys = {
        w: () => this.zoomAt(middle, 0.6, true),
        s: () => this.zoomAt(middle, 1 / 0.6, true),
        a: () => this.pan(-0.2, true),
        d: () => this.pan(0.2, true),
        j: () => this.stepLane(1),
        k: () => this.stepLane(-1),
        n: () => this.stepSpan(1),
        p: () => this.stepSpan(-1),
        h: () => panel.focus && panel.hide(panel.focus.lane),
        0: () => this.fit_all(),
        "/": () => this.search.focus(),
        "?": () => this.showHelp(this.help.hidden),
        Escape: () => this.escape(),
    };
    keys["+"] = keys["="] = keys.w;
    keys["-"] = keys["_"] = keys.s;
    keys.ArrowLeft = keys.a;
    keys.ArrowRight = keys.d;
    if (!on) keys.Enter = () => panel.focus && panel.focus.span >= 0 &&
        this.choose(panel, panel.focus.lane, panel.focus.span);
    const does = keys[e.key.length === 1 ? e.key.toLowerCase() : e.key];
    if (!does) return;
    e.preventDefault();
    does();
};

View.prototype.escape = function () {
    if (!this.help.hidden) {
        this.showHelp(false);
        return;
    }
    this.measured = null;
    this.showMeasure();
    for (const panel of this.panels) panel.focus = null;
    this.search.value = "";
    this.find_text("");
};

// ---- the beginning

// What the page shows, for programs that look at it; nothing can be changed through it.
function facade(view) {
    const named = times => Object.freeze(Object.fromEntries(STATES.map((s, i) => [s, times[i]])));
    const panels = view.panels.map(panel => Object.freeze({
        name: panel.name,
        length: panel.trace.length,
        lost: panel.trace.lost,
        spans: panel.trace.spanCount,
        lanes: panel.trace.laneCount,
        arrows: panel.trace.arrowCount,
        busy: panel.busy,
        totals: Object.freeze({threads: named(panel.totals[THREAD]),
                               tasks: named(panel.totals[TASK]),
                               strips: named(panel.totals[STRIP])}),
        lane: index => Object.freeze({
            title: panel.trace.laneTitle(index),
            spans: panel.trace.laneFirst[index + 1] - panel.trace.laneFirst[index],
        }),
        get rows() { return panel.rowKind.length; },
        get spansDrawn() { return panel.drawn; },
        get marked() { return panel.marked ? panel.marked.length : null; },
        get chain() { return panel.chain.length; },
        get canvas() {
            const {left, top, height} = panel.canvas.getBoundingClientRect();
            return {left, top, height, width: view.width};
        },
        get focus() { return panel.focus ? {...panel.focus} : null; },
    }));
    return Object.freeze({
        panels: Object.freeze(panels),
        get range() { return [view.from, view.to]; },
        get length() { return view.length; },
        get found() { return view.matches || 0; },
        get measured() { return view.measured ? [...view.measured] : null; },
        get frames() { return view.frames; },
        get theme() { return view.theme; },
        get busy() { return Boolean(view.scheduled); },
        get loadedMs() { return view.loaded; },
        get drawnMs() { return view.drawnFirst; },
    });
}

const page = new View();
page.start();
Object.defineProperty(window, "timeline", {value: facade(page)});
