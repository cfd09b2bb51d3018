// SPDX-License-Identifier: MIT
// The trace as Chrome JSON, made of what the page holds, for Perfetto's viewer.

// Calls `put` with pieces of the text.
function writeChromeJson(panels, put) {
    const events = [];
    let written = 0;
    const add = event => {
        events.push(JSON.stringify(event));
        if (events.length === 4096) flush();
    };
    const flush = () => {
        if (!events.length) return;
        put((written ? ",\n" : "") + events.join(",\n"));
        written += events.length;
        events.length = 0;
    };
    put('{"displayTimeUnit":"ms","traceEvents":[\n');
    let offset = 0, arrow = 0;
    for (const {name, trace} of panels) {
        arrow = addTrace(trace, panels.length > 1 ? name : "", offset, arrow, add);
        // Two runs may have had one pid: each panel has numbers of its own.
        offset += 1e7;
    }
    flush();
    const lost = panels.reduce((sum, {trace}) => sum + trace.lost, 0);
    put(`\n],"otherData":{"lost":"${lost}"}}\n`);
}

function addTrace(trace, panel, offset, arrow, add) {
    const us = ns => (trace.beginNs + ns) / 1000;
    const pid = process => trace.processes[process].pid + offset;
    trace.processes.forEach((process, p) => {
        const name = panel ? `${panel}: ${trace.processTitle(p)}` : trace.text(process.name);
        add({ph: "M", pid: pid(p), name: "process_name", args: {name}});
        add({ph: "M", pid: pid(p), name: "process_sort_index", args: {sort_index: p}});
    });
    // Strips and tasks have no tid: they get numbers that no thread has.
    const tid = new Array(trace.laneCount);
    for (let lane = 0; lane < trace.laneCount; ++lane) {
        const thread = trace.laneKind[lane] === THREAD;
        tid[lane] = thread ? Number(trace.laneId[lane]) : 1e9 + lane;
        if (trace.laneKind[lane] === TASK) continue;
        const head = {ph: "M", pid: pid(trace.laneProcess[lane]), tid: tid[lane]};
        add({...head, name: "thread_name", args: {name: trace.laneTitle(lane)}});
        add({...head, name: "thread_sort_index", args: {sort_index: lane}});
    }
    for (let lane = 0; lane < trace.laneCount; ++lane) {
        const home = {pid: pid(trace.laneProcess[lane]), tid: tid[lane]};
        if (trace.laneKind[lane] === TASK) addTask(trace, lane, home, us, add);
        else addThread(trace, lane, home, us, add);
        for (let i = trace.laneMoment[lane]; i < trace.laneMoment[lane + 1]; ++i)
            add({ph: "i", s: "t", ...home, ts: us(trace.momentAt[i]),
                 name: trace.text(trace.momentName[i])});
    }
    for (let i = 0; i < trace.arrowCount; ++i, ++arrow) {
        const kind = ARROWS[trace.arrowKind[i]];
        const from = trace.arrowFromLane[i], to = trace.arrowToLane[i];
        const head = {name: kind, cat: kind, id: arrow};
        add({ph: "s", ...head, pid: pid(trace.laneProcess[from]), tid: tid[from],
             ts: us(trace.arrowFrom[i])});
        add({ph: "f", bp: "e", ...head, pid: pid(trace.laneProcess[to]), tid: tid[to],
             ts: us(trace.arrowTo[i])});
    }
    for (const counter of trace.counters) {
        const name = trace.text(counter.name);
        for (let i = 0; i < counter.at.length; ++i)
            add({ph: "C", pid: pid(counter.process), ts: us(counter.at[i]), name,
                 args: {value: counter.value[i]}});
    }
    return arrow;
}

function spanName(trace, i) {
    return trace.text(trace.name[i]) || STATES[trace.state[i]];
}
function spanArgs(trace, i) {
    const args = {state: STATES[trace.state[i]]};
    if (trace.detail[i]) args.detail = trace.text(trace.detail[i]);
    if (trace.task[i]) args.task = trace.laneTitle(trace.task[i] - 1);
    return args;
}

function addThread(trace, lane, home, us, add) {
    for (let i = trace.laneFirst[lane]; i < trace.laneFirst[lane + 1]; ++i)
        add({ph: "X", ...home, cat: STATES[trace.state[i]], name: spanName(trace, i),
             ts: us(trace.begin[i]), dur: (trace.end[i] - trace.begin[i]) / 1000,
             args: spanArgs(trace, i)});
}

// A task is an asynchronous event, from its first span to its last, with the spans in it.
function addTask(trace, lane, home, us, add) {
    const first = trace.laneFirst[lane], last = trace.laneFirst[lane + 1];
    if (first === last) return;
    const head = {cat: "task", id2: {local: `0x${(home.tid - 1e9).toString(16)}`}, pid: home.pid,
                  tid: home.tid};
    add({ph: "b", ...head, name: trace.laneTitle(lane), ts: us(trace.begin[first])});
    for (let i = first; i < last; ++i) {
        const name = `${STATES[trace.state[i]]} ${trace.text(trace.name[i])}`.trim();
        add({ph: "b", ...head, name, ts: us(trace.begin[i]), args: spanArgs(trace, i)});
        add({ph: "e", ...head, name, ts: us(trace.end[i])});
    }
    add({ph: "e", ...head, name: trace.laneTitle(lane), ts: us(trace.end[last - 1])});
}
