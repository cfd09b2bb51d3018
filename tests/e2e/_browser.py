# SPDX-License-Identifier: MIT
"""A headless Chromium, spoken to by WebDriver (W3C) over HTTP. Debian packages: chromium and
chromium-driver."""

import base64
import http.client
import json
import os
import re
import select
import shutil
import struct
import subprocess
import tempfile
import time
import zlib

START_MAX = 60    # seconds
ANSWER_MAX = 120
ADVICE = "install the Debian packages chromium and chromium-driver (./test.sh does)"
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-default-apps", "--disable-extensions", "--disable-dev-shm-usage",
         "--hide-scrollbars", "--force-device-scale-factor=1", "--window-size=1400,900")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Failure(Exception):
    """The browser does not start, or refuses a command."""


class Browser:
    """With its own empty profile, and a folder for what it saves: `downloads`."""

    def __init__(self):
        driver = shutil.which("chromedriver")
        chromium = shutil.which("chromium")
        if not driver or not chromium:
            raise Failure(f"no {'chromedriver' if chromium else 'chromium'} here: {ADVICE}")
        self.place = tempfile.TemporaryDirectory(prefix="troika-browser-",
                                                 ignore_cleanup_errors=True)
        self.downloads = os.path.join(self.place.name, "downloads")
        profile = os.path.join(self.place.name, "profile")
        os.mkdir(self.downloads)
        os.mkdir(profile)
        self.log = open(os.path.join(self.place.name, "log"), "w+b")
        self.driver = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE,
                                       stderr=self.log, stdin=subprocess.DEVNULL,
                                       env={**os.environ, "HOME": self.place.name})
        self.session = None
        try:
            self.port = self.read_port()
            options = {"binary": chromium, "args": [*FLAGS, f"--user-data-dir={profile}"],
                       "prefs": {"download.default_directory": self.downloads}}
            made = self.command("POST", "/session", {"capabilities": {"alwaysMatch": {
                "browserName": "chrome", "goog:chromeOptions": options,
                "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}})
            self.session = "/session/" + made["sessionId"]
        except (OSError, Failure) as error:
            self.log.seek(0)
            said = self.log.read().decode(errors="replace")[-2000:]
            self.close()
            raise Failure(f"Chromium does not start: {error}\n{said}\n{ADVICE}") from error

    def read_port(self):
        said, until = b"", time.monotonic() + START_MAX
        while time.monotonic() < until:
            if not select.select([self.driver.stdout], [], [], 1)[0]:
                continue
            piece = os.read(self.driver.stdout.fileno(), 4096)
            if not piece:
                break
            said += piece
            found = re.search(rb"started successfully on port (\d+)", said)
            if found:
                return int(found.group(1))
        raise Failure(f"chromedriver names no port: {said.decode(errors='replace')}")

    def command(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_MAX)
        try:
            text = None if method == "GET" else json.dumps(body or {})
            connection.request(method, path, text, {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        value = answer.get("value")
        if isinstance(value, dict) and "error" in value:
            raise Failure(f"{method} {path}: {value['error']}: {value.get('message')}")
        return value

    def close(self):
        if self.session:
            try:
                self.command("DELETE", self.session)
            except (OSError, Failure):
                pass   # it is killed below
        self.driver.terminate()
        try:
            self.driver.wait(10)
        except subprocess.TimeoutExpired:
            self.driver.kill()
            self.driver.wait()
        self.driver.stdout.close()
        self.log.close()
        self.place.cleanup()

    # ---- what tests use

    def open(self, url):
        self.command("POST", self.session + "/url", {"url": url})

    def run(self, script, *arguments):
        """Returns: what the body of a function returns in the page; a promise is awaited."""
        return self.command("POST", self.session + "/execute/sync",
                            {"script": script, "args": list(arguments)})

    def cdp(self, method, **parameters):
        return self.command("POST", self.session + "/goog/cdp/execute",
                            {"cmd": method, "params": parameters})

    def logged(self, kind):
        return self.command("POST", self.session + "/se/log", {"type": kind})

    def find(self, selector):
        return self.command("POST", self.session + "/element",
                            {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        self.command("POST", f"{self.session}/element/{self.find(selector)}/click")

    def keys(self, text):
        """Presses and releases each key of `text`."""
        steps = []
        for key in text:
            steps += [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self.actions([{"type": "key", "id": "keys", "actions": steps}])

    def mouse(self, *steps):
        """Each step: ("to", x, y), ("down",) or ("up",)."""
        actions = []
        for kind, *where in steps:
            if kind == "to":
                actions.append({"type": "pointerMove", "duration": 20, "origin": "viewport",
                                "x": round(where[0]), "y": round(where[1])})
            else:
                actions.append({"type": "pointer" + kind.capitalize(), "button": 0})
        self.actions([{"type": "pointer", "id": "mouse", "actions": actions,
                       "parameters": {"pointerType": "mouse"}}])

    def wheel(self, x, y, by):
        self.actions([{"type": "wheel", "id": "wheel", "actions": [
            {"type": "scroll", "x": round(x), "y": round(y), "deltaX": 0, "deltaY": by,
             "duration": 0, "origin": "viewport"}]}])

    def actions(self, actions):
        self.command("POST", self.session + "/actions", {"actions": actions})

    def screenshot(self):
        return base64.b64decode(self.command("GET", self.session + "/screenshot"))

    def pdf(self):
        return base64.b64decode(self.command("POST", self.session + "/print",
                                             {"background": True}))

    def size(self, width, height, ratio=1):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=ratio, mobile=False)

    def media(self, **features):
        """As if the user preferred it: prefers_color_scheme="dark"."""
        self.cdp("Emulation.setEmulatedMedia", features=[
            {"name": name.replace("_", "-"), "value": value} for name, value in features.items()])


def pixels(png):
    """Returns: width, height and the rows of a PNG, each a bytes of three or four a pixel."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, data, width, height, bytes_each = 8, b"", 0, 0, 0
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at:at + 8])
        body = png[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colours, _, _, interlaced = struct.unpack(">IIBBBBB", body)
            assert depth == 8 and colours in (2, 6) and not interlaced
            bytes_each = 3 if colours == 2 else 4
        elif kind == b"IDAT":
            data += body
        at += length + 12
    flat, stride = zlib.decompress(data), width * bytes_each
    rows, before = [], bytearray(stride)
    for y in range(height):
        begin = y * (stride + 1)
        row = unfilter(flat[begin], bytearray(flat[begin + 1:begin + 1 + stride]), before,
                       bytes_each)
        rows.append(bytes(row))
        before = row
    return width, height, rows


def unfilter(kind, row, above, each):
    if kind == 1:
        for i in range(each, len(row)):
            row[i] = (row[i] + row[i - each]) & 255
    elif kind == 2:
        row = bytearray((a + b) & 255 for a, b in zip(row, above))
    elif kind == 3:
        for i in range(len(row)):
            left = row[i - each] if i >= each else 0
            row[i] = (row[i] + (left + above[i]) // 2) & 255
    elif kind == 4:
        for i in range(len(row)):
            a, b = (row[i - each], above[i - each]) if i >= each else (0, 0)
            p = a + above[i] - b
            pa, pb, pc = abs(p - a), abs(p - above[i]), abs(p - b)
            row[i] = (row[i] + (a if pa <= pb and pa <= pc else above[i] if pb <= pc else b)) & 255
    return row
