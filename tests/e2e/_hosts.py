# SPDX-License-Identifier: MIT
"""Hosts with addresses of their own on one machine: network namespaces on a bridge, and a program
that starts others in them, as ssh would. Debian package: iproute2. Needs root."""

import os
import subprocess
import tempfile


class NotHere(Exception):
    """Network namespaces cannot be made here."""


def run(*words):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=30)


class Hosts:
    """`count` hosts with the addresses 10.77.0.1 and on; gone at the end of the `with`."""

    def __init__(self, count):
        self.names = [f"troika{os.getpid()}-{i + 1}" for i in range(count)]
        self.hub = f"troika{os.getpid()}-hub"
        self.addresses = [f"10.77.0.{i + 1}" for i in range(count)]
        self.place = tempfile.TemporaryDirectory(prefix="troika-hosts-")
        self.agent = os.path.join(self.place.name, "agent")

    def __enter__(self):
        try:
            self.make()
        except (OSError, subprocess.CalledProcessError) as error:
            self.__exit__()
            raise NotHere(getattr(error, "stderr", None) or str(error)) from error
        return self

    def make(self):
        run("ip", "netns", "add", self.hub)
        run("ip", "-n", self.hub, "link", "add", "bridge", "type", "bridge")
        run("ip", "-n", self.hub, "link", "set", "bridge", "up")
        for i, name in enumerate(self.names):
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
            run("ip", "-n", name, "link", "add", "eth0", "type", "veth",
                "peer", "name", f"port{i + 1}", "netns", self.hub)
            run("ip", "-n", name, "addr", "add", f"{self.addresses[i]}/24", "dev", "eth0")
            run("ip", "-n", name, "link", "set", "eth0", "up")
            run("ip", "-n", self.hub, "link", "set", f"port{i + 1}", "master", "bridge")
            run("ip", "-n", self.hub, "link", "set", f"port{i + 1}", "up")
        run("unshare", "--uts", "true")
        with open(self.agent, "w", encoding="utf-8") as file:
            file.write(f"""#!/bin/bash
# agent ADDRESS COMMAND...
number=${{1##*.}}
shift
exec ip netns exec troika{os.getpid()}-$number unshare --uts bash -c \\
    "hostname host$number; $*"
""")
        os.chmod(self.agent, 0o755)

    def __exit__(self, *_):
        for name in [*self.names, self.hub]:
            subprocess.run(["ip", "netns", "del", name], check=False, stderr=subprocess.DEVNULL)
        self.place.cleanup()

    def words(self, number, *command):
        """What runs `command` on host `number`, counted from 1."""
        return [self.agent, self.addresses[number - 1], *command]

    def cut_off(self, number):
        run("ip", "-n", self.hub, "link", "set", f"port{number}", "down")
