#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the picture of `troika get` in the README: runs it in an emulated terminal, and draws what
the terminal shows.

python3 scripts/screenshot.py BINARY [-o FILE.svg]
    Serves files at several speeds, one of them missing and one busy, gets them in a shell, and
    draws the screen while that goes on.
python3 scripts/screenshot.py --recording FILE [--columns 80] [-o FILE.svg]
    Draws what the bytes in FILE make of a terminal.

Without -o it writes docs/images/get.svg. Needs the Debian package python3-pyte.
"""
import argparse
import http.server
import os
import re
import sys
import tempfile
import threading
import time
from xml.sax.saxutils import escape

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))
from _terminal import Screen, Terminal, pyte   # noqa: E402

COLUMNS = 131
ROWS = 24
MIB = 1 << 20

# ---- the run

# Size and bytes per second of what is served.
FILES = {
    "linux-6.12.tar.xz": (64 * MIB, 14 * MIB),
    "debian-12-netinst.iso": (96 * MIB, 9 * MIB),
    "手册.pdf": (5 * MIB, 4 * MIB),
    "python-3.13.1.tgz": (28 * MIB, 4 * MIB),
    "wikipedia.zim": (90 * MIB, 2 * MIB),
    "map.osm.pbf": (36 * MIB, 6 * MIB),
}
MISSING = "notes.txt"
BUSY = "model.bin"   # breaks off once, and is too busy then
BUSY_SIZE, BUSY_SENT = 48 * MIB, 15 * MIB
RETRY_AFTER = 30   # seconds: it waits until the picture is taken


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    broken_off = threading.Event()

    def do_GET(self):
        name = next((name for name in FILES if self.path == "/" + quoted(name)), None)
        if name:
            self.send_head(200, FILES[name][0])
            self.send_slowly(*FILES[name])
        elif self.path != "/" + BUSY:
            self.send_head(404, 0)
        elif self.broken_off.is_set():
            self.send_head(503, 0, ("Retry-After", str(RETRY_AFTER)))
        else:
            self.broken_off.set()
            self.send_head(200, BUSY_SIZE, ("ETag", '"one"'))
            self.send_slowly(BUSY_SENT, 4 * BUSY_SENT)
            self.close_connection = True

    def send_head(self, status, size, *fields):
        self.send_response(status)
        for name, value in (("Content-Length", str(size)), *fields):
            self.send_header(name, value)
        self.end_headers()

    def send_slowly(self, size, speed):
        begun = time.monotonic()
        sent = 0
        try:
            while sent < size:
                wanted = min(int((time.monotonic() - begun) * speed) + 1, size)
                self.wfile.write(bytes(wanted - sent))
                sent = wanted
                time.sleep(0.02)
        except OSError:
            self.close_connection = True   # the picture is taken

    def log_message(self, *_):
        pass


def quoted(name):
    return "".join(c if c.isascii() else "".join(f"%{byte:02X}" for byte in c.encode())
                   for c in name)


def is_good(rows):
    """Whether the screen shows the whole story: something is done, failed, waits, and goes on."""
    text = "\n".join(rows)
    linux = re.search(r"^linux.* (\d+)%", text, re.MULTILINE)
    return linux and int(linux[1]) >= 60 and " 1 failed" in text and "retry in" in text and \
        re.search(r"^[1-4] done, [3-6] active", text, re.MULTILINE) is not None


def run(binary):
    """Gives the screen of a run."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="troika-screenshot-") as place:
        commands = os.path.join(place, "bin")
        os.mkdir(commands)
        os.symlink(os.path.abspath(binary), os.path.join(commands, "troika"))
        names = [*FILES, BUSY]
        names.insert(3, MISSING)
        with open(os.path.join(place, "list.txt"), "w", encoding="utf-8") as file:
            file.writelines(f"http://127.0.0.1:{server.server_port}/{quoted(name)} out={name}\n"
                            for name in names)
        with Terminal(COLUMNS, ROWS, PS1="$ ", HISTFILE="", INPUTRC="/dev/null") as terminal:
            terminal.environment["PATH"] = commands + ":" + terminal.environment["PATH"]
            shell = terminal.start("bash", "--norc", "--noprofile", "-i", cwd=place)
            terminal.wait_for(lambda rows: rows == ["$"], "the prompt")
            terminal.type("troika get -i list.txt -j 16 --per-host 8\n")
            terminal.wait_for(is_good, "all that the picture is to show")
            terminal.type("\x03")   # what is on the screen until then is drawn
            screen = terminal.screen
            terminal.screen = Screen(COLUMNS, ROWS)
            terminal.stream = pyte.ByteStream(terminal.screen)
            terminal.wait_for(lambda rows: rows and rows[-1].startswith("$"), "the end")
            terminal.type("exit\n")
            terminal.wait_for_end(shell)
    server.shutdown()
    return screen


# ---- the picture

CELL, LINE, MARGIN = 7.6, 17, 14
COLOURS = {"default": "#d7dee6", "green": "#4cc35f", "brown": "#dba33a", "red": "#ff6b61",
           "dim": "#7d8794"}
BACKGROUND = "#10151c"
# Characters that are drawn, as fonts leave gaps between them: length in cells, thickness.
STROKES = {"━": (1, 4.4), "╸": (0.5, 4.4), "─": (1, 1.4)}


def spans(row, columns, default):
    """Gives (column, text, cells, colour) of what stands together in a row."""
    column = 0
    while column < columns:
        cell = row.get(column, default)
        cells = 2 if row.get(column + 1, default).data == "" else 1
        begin, text, colour, kind = column, cell.data, cell.fg, (cell.data in STROKES, cells)
        column += cells
        while column < columns:
            cell = row.get(column, default)
            cells = 2 if row.get(column + 1, default).data == "" else 1
            if (cell.fg, (cell.data in STROKES, cells)) != (colour, kind) or \
                    (kind[0] and cell.data != text[-1]) or cells == 2:
                break
            if text[-1] == " " and (cell.data == " ") != (text.strip() == ""):
                break   # columns are placed one by one, whatever the font makes of spaces
            text += cell.data
            column += cells
        stripped = text.rstrip()
        if stripped:
            yield begin, stripped, column - begin - (len(text) - len(stripped)), colour


def draw(screen, title):
    """The screen as SVG: text in its cells, bars as rectangles."""
    rows = screen.text()
    width = round(screen.columns * CELL + 2 * MARGIN)
    height = len(rows) * LINE + 2 * MARGIN
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
           f'width="{width}" height="{height}" role="img">',
           f"<title>{escape(title)}</title>",
           f'<rect width="{width}" height="{height}" rx="8" fill="{BACKGROUND}"/>',
           '<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,\'DejaVu Sans Mono\','
           'monospace" font-size="12.6">']
    for y in range(len(rows)):
        top = MARGIN + y * LINE
        for column, text, cells, colour in spans(screen.buffer[y], screen.columns,
                                                 screen.default_char):
            fill = COLOURS.get(colour, COLOURS["default"])
            left = f"{MARGIN + column * CELL:.1f}"
            if text[0] in STROKES:
                share, thick = STROKES[text[0]]
                out.append(f'<rect x="{left}" y="{top + (LINE - thick) / 2:.1f}" '
                           f'width="{cells * share * CELL:.1f}" height="{thick}" fill="{fill}"/>')
            else:
                out.append(f'<text x="{left}" y="{top + LINE * 0.73:.1f}" fill="{fill}" '
                           f'textLength="{cells * CELL:.1f}" lengthAdjust="spacingAndGlyphs" '
                           f'xml:space="preserve">{escape(text)}</text>')
    return "\n".join([*out, "</g>", "</svg>", ""])


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("binary", nargs="?")
    parser.add_argument("--recording")
    parser.add_argument("--columns", type=int, default=80)
    parser.add_argument("-o", "--output", default=os.path.join(ROOT, "docs", "images", "get.svg"))
    options = parser.parse_args()
    if (options.binary is None) == (options.recording is None):
        parser.error("say which binary to run, or which recording to draw")
    if options.recording:
        screen = Screen(options.columns, ROWS)
        with open(options.recording, "rb") as file:
            pyte.ByteStream(screen).feed(file.read())
    else:
        screen = run(options.binary)
    picture = draw(screen, "troika get in a terminal: a progress bar for each file, and the total")
    os.makedirs(os.path.dirname(os.path.abspath(options.output)), exist_ok=True)
    with open(options.output, "w", encoding="utf-8") as file:
        file.write(picture)


if __name__ == "__main__":
    main()
