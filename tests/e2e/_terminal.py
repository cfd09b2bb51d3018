# SPDX-License-Identifier: MIT
"""A terminal to run programs in: a pseudo terminal with an emulator behind it (pyte), which can
also do what pyte cannot: wrap its lines anew when it gets another width, as most terminals do."""

import errno
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time

try:
    import pyte
except ImportError:   # a Python that is not Debian's does not see Debian's packages
    sys.path.append("/usr/lib/python3/dist-packages")
    import pyte
from pyte import modes
from wcwidth import wcwidth

WAIT_MAX = 30   # seconds


class Screen(pyte.Screen):
    """What a terminal shows. Knows which rows were wrapped, and which cells were written."""

    def __init__(self, columns, rows):
        self.wrapped = set()   # rows that go on in the next
        self.wide_too = ""     # characters that take two columns here, whatever others say
        super().__init__(columns, rows)

    def reset(self):
        self.wrapped = set()
        super().reset()

    def select_graphic_rendition(self, *codes):
        super().select_graphic_rendition(*codes)
        if 2 in codes:   # pyte knows nothing of it
            self.cursor.attrs = self.cursor.attrs._replace(fg="dim")

    def draw(self, data):
        for char in data:
            width = 2 if char in self.wide_too else wcwidth(char)
            if width < 0:
                continue
            if width == 0:
                row = self.buffer[self.cursor.y]
                at = self.cursor.x - 1
                while at > 0 and row[at].data == "":
                    at -= 1
                if at >= 0:
                    row[at] = row[at]._replace(data=row[at].data + char)
                continue
            if self.cursor.x + width > self.columns:
                if modes.DECAWM in self.mode:
                    self.wrapped.add(self.cursor.y)
                    self.carriage_return()
                    self.linefeed()
                else:
                    self.cursor.x = max(self.columns - width, 0)
            row = self.buffer[self.cursor.y]
            for more in range(width):
                row[self.cursor.x + more] = self.cursor.attrs._replace(data="" if more else char)
            self.cursor.x += width

    def index(self):
        if self.cursor.y == self.lines - 1:
            self.wrapped = {row - 1 for row in self.wrapped if row > 0}
        super().index()

    def erase_in_line(self, how=0, private=False):
        assert how == 0, "the emulator only erases to the right"
        row = self.buffer[self.cursor.y]
        # A cursor that waits behind the last column to wrap stands on it.
        for column in [c for c in row if c >= min(self.cursor.x, self.columns - 1)]:
            del row[column]
        self.wrapped.discard(self.cursor.y)

    def erase_in_display(self, how=0, *_, **__):
        if how != 0:   # clear(1) and the like
            self.buffer.clear()
            self.wrapped.clear()
            return
        self.erase_in_line()
        for row in [r for r in self.buffer if r > self.cursor.y]:
            del self.buffer[row]
        self.wrapped = {row for row in self.wrapped if row < self.cursor.y}

    def change_size(self, columns, rows, rewrap):
        """`rewrap`: lines are wrapped anew (VTE, kitty, tmux, ...) or else cut (xterm)."""
        last = max([self.cursor.y, *(y for y, row in self.buffer.items() if row)])
        cells = [dict(self.buffer[y]) for y in range(last + 1)]
        flat, wrapped, cursor = [], set(), (0, 0)
        line, at = [], None   # of the cursor in it
        for y, row in enumerate(cells):
            width = max(row, default=-1) + 1
            if not rewrap:
                flat.append({x: cell for x, cell in row.items() if x < columns})
                if y == self.cursor.y:
                    cursor = (y, min(self.cursor.x, columns - 1))
                continue
            if y == self.cursor.y:
                at = len(line) + self.cursor.x
            goes_on = y in self.wrapped
            line += [row.get(x, self.default_char) for x in range(self.columns if goes_on
                                                                  else width)]
            if goes_on and y < last:
                continue
            pieces = [line[i:i + columns] for i in range(0, len(line), columns)] or [[]]
            if at is not None:
                cursor = (len(flat) + min(at // columns, len(pieces) - 1), at % columns)
            for number, piece in enumerate(pieces):
                if number < len(pieces) - 1:
                    wrapped.add(len(flat))
                flat.append(dict(enumerate(piece)))
            line, at = [], None
        # The end of what there is stays in sight, but the cursor in any case.
        top = max(0, min(len(flat) - rows, cursor[0]), cursor[0] - rows + 1)
        self.lines, self.columns = rows, columns
        self.set_margins()
        self.buffer.clear()
        for y, row in enumerate(flat[top:top + rows]):
            self.buffer[y].update(row)
        self.wrapped = {y - top for y in wrapped if y >= top}
        self.cursor.y, self.cursor.x = cursor[0] - top, cursor[1]

    def text(self):
        """The rows down to the last that shows something, without blanks at their ends."""
        rows = ["".join(self.buffer[y][x].data for x in range(self.columns)).rstrip()
                for y in range(self.lines)]
        while rows and not rows[-1]:
            rows.pop()
        return rows


class Terminal:
    """`with Terminal(80, 24) as terminal`: start() programs in it, wait_for() what it shows."""

    def __init__(self, columns=80, rows=24, **environment):
        self.screen = Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.written = b""   # all that came from the programs
        self.environment = {"PATH": os.environ["PATH"], "TERM": "xterm-256color",
                            "LC_ALL": "C.UTF-8", **environment}
        if "TROIKA_BACKEND" in os.environ:
            self.environment["TROIKA_BACKEND"] = os.environ["TROIKA_BACKEND"]
        self.master, self.slave = pty.openpty()
        self.processes = []
        self.tell_size()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
        os.close(self.master)   # which also ends what its shells started
        os.close(self.slave)

    def tell_size(self):
        size = struct.pack("HHHH", self.screen.lines, self.screen.columns, 0, 0)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)   # also sends SIGWINCH

    def resize(self, columns, rows, rewrap=True):
        self.screen.change_size(columns, rows, rewrap)
        self.tell_size()

    def start(self, *command, controlling=True, **options):
        """Runs `command` in a session of its own whose terminal this is."""
        def take_terminal():
            os.setsid()
            if controlling:
                fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
        streams = {"stdin": self.slave, "stdout": self.slave, "stderr": self.slave}
        process = subprocess.Popen(command, env=self.environment, preexec_fn=take_terminal,
                                   **streams | options)
        self.processes.append(process)
        return process

    def type(self, keys):
        os.write(self.master, keys.encode())

    def pump(self, seconds):
        """Shows what comes within `seconds`, until there is a pause. Returns: whether any came."""
        came = False
        while select.select([self.master], [], [], 0 if came else seconds)[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                break
            came = True
            self.written += data
            self.stream.feed(data)
        return came

    def wait_for(self, condition, what):
        """Until `condition(rows)` holds. Returns: the rows of the screen."""
        deadline = time.monotonic() + WAIT_MAX
        while not condition(rows := self.screen.text()):
            if time.monotonic() > deadline:
                raise AssertionError(f"never seen: {what}\n" + self.picture())
            self.pump(0.1)
        return rows

    def wait_for_end(self, process):
        """Returns: its exit code. Reads all that it has written."""
        self.wait_for(lambda _: process.poll() is not None, "the end of the program")
        while self.pump(0):
            pass
        return process.returncode

    def picture(self):
        edge = "+" + "-" * self.screen.columns + "+\n"
        return edge + "".join(f"|{row}\n" for row in self.screen.text()) + edge + \
            f"cursor {self.screen.cursor.y}, {self.screen.cursor.x}"
