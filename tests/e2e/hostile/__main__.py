# SPDX-License-Identifier: MIT
"""The hostile server by hand: python3 tests/e2e/hostile --fault NAME --port 0."""

import argparse
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from hostile.faults import FAULTS   # noqa: E402
from hostile.server import Certificates, HostileServer   # noqa: E402


def main():
    options = argparse.ArgumentParser(prog="hostile", description=__doc__)
    options.add_argument("--fault", help="what to do wrong; without it, the faults are listed")
    options.add_argument("--port", type=int, default=0, help="0 takes a free one")
    options.add_argument("--size", type=int, default=600_000, help="of the file that is right")
    chosen = options.parse_args()
    by_name = {fault.name: fault for fault in FAULTS}
    if not chosen.fault:
        for fault in FAULTS:
            print(f"{fault.name:32} troika get {' '.join(fault.options)} {fault.path[:40]}"
                  f" ends with {fault.exit_code}")
        return
    if chosen.fault not in by_name:
        options.error(f"no fault is called {chosen.fault}; without --fault they are listed")
    fault = by_name[chosen.fault]
    certificates = Certificates() if fault.certificate else None
    server = HostileServer(fault, random.Random(0).randbytes(chosen.size), certificates,
                           chosen.port)
    print(server.origin + fault.path[:300], flush=True)
    if certificates:
        print(f"--cacert {certificates.authority}", flush=True)
    print("Enter heals it, another Enter ends it.", flush=True)
    try:
        if sys.stdin.readline():
            server.heal()
            print("healed", flush=True)
            sys.stdin.readline()
    except KeyboardInterrupt:
        pass
    server.close()
    if certificates:
        certificates.close()


main()
