# SPDX-License-Identifier: MIT
"""`troika get` against every fault of the hostile server (hostile/faults.py).

After each: the exit code and a message with advice; nothing outside the target directory; no wrong
byte under a final name; no secret in any output; memory and time bounded; and when the fault is
gone, the same command finishes the job.
"""

import concurrent.futures
import json
import os
import random
import re
import subprocess
import sys
import unittest

from hostile.faults import FAULTS, Fault
from hostile.server import Certificates, HostileServer
from hostile.watch import (CREDENTIALS, ESCAPES, OUTPUT_MAX, SECRETS, Place, memory_max_kib, run,
                           with_login)

BINARY = os.path.abspath(sys.argv[1])
CONTENT = random.Random("content").randbytes(600_000)
SECONDS_MAX = 20   # for one run; the longest that is meant takes less than one
ADVICE = re.compile(r"(?<!\w)--?[a-z]|\b(try|check|run|see|remove|free|choose|give|ask|raise"
                    r"|wait|use|shorten|is it|is the server running)\b")


def setUpModule():
    global certificates
    certificates = Certificates()
    unittest.addModuleCleanup(certificates.close)


class Watch:
    """One fault: commits it, looks at what happened, heals it, and looks again."""

    def __init__(self, fault, place, server):
        self.fault, self.place, self.server = fault, place, server
        arguments = [] if "--retries" in fault.options else ["--retries", "0"]
        if server.certificates:
            arguments += ["--cacert", server.certificates.authority]
        self.command = ["-d", "target", *arguments, *fault.options, *CREDENTIALS, "-v",
                        with_login(server.origin) + fault.path]

    def check(self):
        first = self.run(self.command)
        self.check_run(first)
        self.check_message(first.error)
        events = self.run([*self.command[:-2], "--json", self.command[-1]])
        for line in events.output.splitlines():
            json.loads(line)
        self.server.heal()
        again = self.run(self.command)
        self.expect(again.code == 0, f"healed, it ends with {again.code}: {again.error}")
        final = self.fault.healed_final if self.fault.exit_code == 0 else self.fault.final
        wanted = {self.fault.final, final or self.fault.final}
        names = set(self.place.names())
        if None in wanted:
            self.expect(1 <= len(names) <= 2, f"in the end there are {names}")
        else:
            self.expect(names == (wanted if self.fault.exit_code == 0 else {final}),
                        f"in the end there are {names}")

    def run(self, arguments):
        done = run(BINARY, self.place, arguments, SECONDS_MAX)
        said = done.output + done.error
        for secret in SECRETS:
            self.expect(secret not in said, f"{secret} is in the output: {said}")
        self.expect(not ESCAPES.search(said), f"escapes in the output: {said!r}")
        self.expect(len(said) <= OUTPUT_MAX // 4, f"{len(said)} bytes of output")
        self.expect(done.memory_kib < memory_max, f"{done.memory_kib} KiB of memory")
        outside = self.place.outside()
        self.expect(outside == self.place.before, "outside of the target something changed")
        self.check_files()
        for _, fields in self.server.strangers:
            lost = {"authorization", "cookie"} & set(fields)
            self.expect(not lost, f"{lost} went to another origin")
        return done

    def check_run(self, done):
        self.expect(done.code == self.fault.exit_code, f"ended with {done.code}: {done.error}")

    def check_message(self, error):
        if self.fault.exit_code == 0:
            return
        self.expect(re.search(self.fault.said, error), f"does not say {self.fault.said}: {error}")
        failed = next((line for line in error.splitlines() if line.startswith("failed")), "")
        message = failed.replace(self.server.origin, "").partition(": ")[2]
        self.expect(ADVICE.search(message), f"no advice: {failed}")

    def check_files(self):
        """Whole files with the right bytes, or parts."""
        for path, (_, content, _) in self.place.inside().items():
            name = os.path.basename(path)
            self.expect(not re.search(r"[\0-\x1f\x7f\\]|^[.-]", name), f"a file is called {name!r}")
            if name in self.fault.rests:
                continue
            if self.fault.final and name not in (self.fault.final, self.fault.healed_final):
                raise AssertionError(f"there is {name!r}")
            self.expect(content == CONTENT, f"{name} has other content")

    @staticmethod
    def expect(fact, message):
        if not fact:
            raise AssertionError(message)


def commit(fault):
    """Returns: what is wrong with how the client takes this fault."""
    place, server = Place(), HostileServer(fault, CONTENT, certificates)
    try:
        Watch(fault, place, server).check()
    except AssertionError as wrong:
        return str(wrong)
    finally:
        server.close()
        place.close()
    return ""


class Catalogue(unittest.TestCase):
    def test_all(self):
        chosen = [f for f in FAULTS if f.name.startswith(tuple(sys.argv[2:]) or "")]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for fault, wrong in zip(chosen, pool.map(commit, chosen)):
                with self.subTest(fault.name):
                    if wrong:
                        self.fail(wrong)


class Names(unittest.TestCase):
    def test_a_lookup_that_stalls(self):
        own = ["unshare", "--user", "--map-root-user", "--mount", "--net"]
        if subprocess.run([*own, "mount", "--bind", os.devnull, "/etc/resolv.conf"],
                          capture_output=True, check=False).returncode != 0:
            self.skipTest("no namespaces here; tests/unit/net/resolver_test.cpp covers it")
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hostile", "names.py")
        done = subprocess.run([*own, sys.executable, script, BINARY], capture_output=True,
                              check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr.decode(errors="replace"))


memory_max = memory_max_kib(BINARY)

if __name__ == "__main__":
    unittest.main(argv=["hostile_test"])
