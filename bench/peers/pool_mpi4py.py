# SPDX-License-Identifier: MIT
"""Works of process_work.hpp with mpi4py: trips N, map N. Run as mpirun -n 2 python3 -m
mpi4py.futures pool_mpi4py.py trips 100."""
import sys
import time

from mpi4py.futures import MPIPoolExecutor


def same(number):
    return number


def main(what, count):
    with MPIPoolExecutor() as pool:
        pool.submit(same, 1).result()
        begin = time.perf_counter()
        if what == "trips":
            for i in range(count):
                assert pool.submit(same, i).result() == i
        else:
            assert sum(pool.map(same, range(count))) == count * (count - 1) // 2
        print(f"us={(time.perf_counter() - begin) / count * 1e6}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
