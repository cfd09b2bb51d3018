# SPDX-License-Identifier: MIT
"""Ranks on three hosts with addresses of their own, one of which is cut off. Where no network
namespaces can be made (it takes root) nothing is tested, and that is said.
mpi_hosts_test.py UNIT_MPI"""

import os
import subprocess
import sys
import unittest

from _hosts import Hosts, NotHere

PROGRAM = os.path.abspath(sys.argv[1])
ENVIRONMENT = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
TIMEOUT = 120


class MpiHosts(unittest.TestCase):
    def start(self, hosts, tests):
        places = ",".join(f"{address}:{2 if i == 1 else 1}"
                          for i, address in enumerate(hosts.addresses))
        command = " ".join([
            "mpirun", "--enable-recovery", "--mca plm_rsh_agent", hosts.agent, "--host", places,
            "-n 4", PROGRAM, "--gtest_color=no", f"--gtest_filter={tests}"])
        return subprocess.Popen(hosts.words(1, command), env=ENVIRONMENT, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
                                start_new_session=True)

    def end(self, job):
        """mpirun waits for a host that was cut off: it is not what is tested."""
        try:
            os.killpg(job.pid, 9)
        except ProcessLookupError:
            pass
        job.wait(TIMEOUT)
        job.stdout.close()

    def test_all_that_works_on_one_host(self):
        with Hosts(3) as hosts:
            job = self.start(hosts, "-*_lost.*:*_cut.*")
            try:
                said, _ = job.communicate(timeout=TIMEOUT)
                self.assertEqual(job.returncode, 0, said)
                self.assertIn("PASSED", said)
            finally:
                self.end(job)

    def test_a_host_is_cut_off(self):
        with Hosts(3) as hosts:
            job = self.start(hosts, "*_cut.*")
            said = []
            try:
                for line in job.stdout:
                    said.append(line)
                    if line.startswith("cut off host3"):
                        hosts.cut_off(3)
                    if "[  PASSED  ]" in line or "[  FAILED  ]" in line:
                        break
                self.assertTrue(any("[  PASSED  ] 1 test" in line for line in said), "".join(said))
            finally:
                self.end(job)


if __name__ == "__main__":
    try:
        with Hosts(1):
            pass
    except NotHere as why:
        print(f"no network namespaces can be made here, so nothing is tested: {why}")
        sys.exit(0)
    unittest.main(argv=["mpi_hosts_test"], verbosity=2)
