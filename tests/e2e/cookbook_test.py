# SPDX-License-Identifier: MIT
"""Runs every recipe of docs/cookbook.md as it stands, but for the host, and looks what became of
it."""

import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import unittest

import _get_support as support

PAGE = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "cookbook.md")


def recipes():
    """Number of each recipe -> its blocks of commands."""
    text = support.read(PAGE).decode()
    parts = re.split(r"^## (\d+)\. ", text, flags=re.MULTILINE)[1:]
    return {int(number): re.findall(r"```sh\n(.*?)```", body, re.DOTALL)
            for number, body in zip(parts[::2], parts[1::2])}


RECIPES = recipes()


def tar_of(name, content):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


class Cookbook(support.TestCase):
    def setUp(self):
        super().setUp()
        site = tempfile.TemporaryDirectory(prefix="troika-site-")
        self.addCleanup(site.cleanup)
        self.site = site.name
        self.large = support.bytes_of(7, 2_000_000)
        self.publish("large.bin", self.large)
        for number in range(1, 4):
            self.publish(f"part-{number}", f"this is part {number}\n".encode() * 100)
        certificate = self.path(".certificate.pem")
        server = subprocess.Popen(
            [support.BINARY, "serve", self.site, "--port", "0", "--self-signed", "--write-cert",
             certificate], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(self.end, server)
        self.base = server.stdout.readline().strip()
        tools = self.path(".tools")
        os.mkdir(tools)
        os.symlink(support.BINARY, os.path.join(tools, "troika"))
        self.environment = dict(os.environ, SSL_CERT_FILE=certificate,
                                PATH=tools + ":" + os.environ["PATH"])
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            self.environment.pop(name, None)

    def publish(self, name, content):
        path = os.path.join(self.site, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        support.write(path, content)

    def cook(self, number, block=0, exit_code=0):
        """Runs a block of a recipe. Returns: what it printed on standard output."""
        port = self.base.rstrip("/").rsplit(":", 1)[1]
        text = RECIPES[number][block].replace("https://example.org/", self.base)
        text = text.replace("https://127.0.0.1/", f"https://localhost:{port}/")
        done = subprocess.run(["sh", "-eu", "-c", text], cwd=self.place, env=self.environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=support.TIME_MAX, text=True)
        self.assertEqual(done.returncode, exit_code, done.stderr)
        self.said = done.stderr
        return done.stdout

    def site_file(self, name):
        return support.read(os.path.join(self.site, name))

    def check_copy(self, name, of):
        self.check_file(name, self.site_file(of))

    def test_1_many_files(self):
        self.cook(1)
        for number in range(1, 4):
            self.check_copy(f"data/part-{number}", f"part-{number}")

    def test_2_a_list_from_a_program(self):
        for number in range(1, 21):
            self.publish(f"numbered/{number}", str(number).encode())
        self.cook(2)
        for number in range(1, 21):
            self.check_file(f"numbered/file-{number}.txt", str(number).encode())

    def test_3_interruption(self):
        self.cook(3)
        self.assertIn("not done within", self.said)
        self.check_copy("large.bin", "large.bin")
        self.assertFalse([name for name in self.names() if "part" in name])

    def test_4_checksums(self):
        lines = [f"{support.sha256(self.site_file(f'part-{n}'))}  part-{n}\n" for n in (1, 2)]
        self.publish("SHA256SUMS", "".join(lines).encode())
        self.cook(4)
        self.check_copy("part-2", "part-2")
        os.remove(self.path("part-1"))
        os.remove(self.path("SHA256SUMS"))
        self.publish("part-1", b"something else")
        self.cook(4, exit_code=9)
        self.assertIn("part-1.bad", self.names())

    def test_5_parts_and_mirrors(self):
        support.write(self.path("large.sha256"), support.sha256(self.large).encode())
        self.cook(5)
        self.check_copy("large.bin", "large.bin")

    def test_6_up_to_date(self):
        self.cook(6)
        self.publish("part-2", b"a new edition")
        self.cook(6)
        self.check_copy("copy/part-1", "part-1")
        self.check_file("copy/part-2", b"a new edition")
        self.assertIn("same  copy/part-1", self.said)

    def test_7_what_failed(self):
        self.cook(7)
        self.publish("late", b"late\n")
        self.cook(7, block=1)
        self.check_file("data/late", b"late\n")
        self.assertIn("/late", support.read(self.path("again.txt")).decode())

    def test_8_commands(self):
        self.publish("a.tar", tar_of("a", b"from a"))
        self.publish("b.tar", tar_of("b", b"from b"))
        self.cook(8)
        self.check_file("unpacked/a", b"from a")
        self.check_file("unpacked/b", b"from b")

    def test_9_log_in(self):
        self.publish("private/report", b"for me")
        support.write(self.path("logins"), b"machine 127.0.0.1 login me password secret\n")
        self.cook(9)
        self.check_file("report", b"for me")
        self.assertNotIn("secret", self.said)

    def test_10_script(self):
        self.assertEqual(self.cook(10).strip(), "1")
        events = [json.loads(line) for line in support.read(self.path("events.json")).splitlines()]
        self.assertEqual(events[-1]["event"], "summary")
        self.assertEqual(events[-1]["exit_code"], 8)
        self.check_file("code.txt", b"exit code 8\n")

    def test_11_limits(self):
        self.cook(11)
        self.check_copy("part-1", "part-1")

    def test_12_look_first(self):
        before = self.names()
        self.cook(12)
        self.assertEqual(self.names(), before)
        self.assertIn("would get  large.bin  1.9 MiB", self.said)

    def test_every_recipe_is_tested(self):
        tested = {int(name.split("_")[1]) for name in dir(self) if re.match(r"test_\d", name)}
        self.assertEqual(tested, set(RECIPES))
        self.assertGreaterEqual(len(RECIPES), 10)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
