# SPDX-License-Identifier: MIT
"""Uses the library as a user would: installs the build into a folder of its own and compiles a
small program against it with find_package or pkg-config, or takes the sources in with
add_subdirectory."""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
EXPECTED = "the answer is 42\n"


def run(command, **options):
    print("+", " ".join(command), flush=True)
    return subprocess.run(command, check=True, **options)


def run_program(program):
    # As root too, and with as many ranks as one likes.
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                       OMPI_MCA_rmaps_base_oversubscribe="1")
    printed = run([program], stdout=subprocess.PIPE, text=True, env=environment).stdout
    if printed != EXPECTED:
        sys.exit(f"{program} printed {printed!r} instead of {EXPECTED!r}")


def install(arguments, folder):
    prefix = os.path.join(folder, "prefix")
    run([arguments.cmake, "--install", arguments.build, "--prefix", prefix,
         "--component", "Development"], stdout=subprocess.DEVNULL)
    # Moved after the installation: nothing may remember where it was first.
    moved = os.path.join(folder, "moved")
    shutil.move(prefix, moved)
    return moved


def find_package(arguments, folder):
    prefix = install(arguments, folder)
    build = os.path.join(folder, "consumer")
    run([arguments.cmake, "-G", "Ninja", "-S", os.path.join(HERE, "consumer"), "-B", build,
         f"-DCMAKE_CXX_COMPILER={arguments.cxx}", f"-DCMAKE_PREFIX_PATH={prefix}"])
    run([arguments.cmake, "--build", build])
    for program in ("consumer", "mpi_consumer"):
        if program == "consumer" or has_mpi(prefix):
            run_program(os.path.join(build, program))


def has_mpi(prefix):
    return any("libtroika-mpi.a" in files for _, _, files in os.walk(prefix))


def pkg_config(arguments, folder):
    prefix = install(arguments, folder)
    found = [directory for directory, _, files in os.walk(prefix) if "troika.pc" in files]
    environment = dict(os.environ, PKG_CONFIG_PATH=found[0])
    for package in ("troika-core", "troika-tls", "troika-http", "troika"):
        flags = run(["pkg-config", "--cflags", "--libs", "--static", package], env=environment,
                    stdout=subprocess.PIPE, text=True).stdout.split()
    program = os.path.join(folder, "consumer")
    run([arguments.cxx, "-std=c++23", os.path.join(HERE, "consumer", "consumer.cpp"), *flags,
         "-o", program])
    run_program(program)
    if has_mpi(prefix):
        flags = run(["pkg-config", "--cflags", "--libs", "--static", "troika-mpi"],
                    env=environment, stdout=subprocess.PIPE, text=True).stdout.split()
        program = os.path.join(folder, "mpi_consumer")
        run([arguments.cxx, "-std=c++23", os.path.join(HERE, "consumer", "mpi_consumer.cpp"),
             *flags, "-o", program])
        run_program(program)


def add_subdirectory(arguments, folder):
    run([arguments.cmake, "-G", "Ninja", "-S", os.path.join(HERE, "subdirectory"), "-B", folder,
         f"-DCMAKE_C_COMPILER={arguments.cc}", f"-DCMAKE_CXX_COMPILER={arguments.cxx}",
         f"-DTROIKA_SOURCE={arguments.source}"])


WAYS = {"find_package": find_package, "pkg_config": pkg_config,
        "add_subdirectory": add_subdirectory}

parser = argparse.ArgumentParser(description=__doc__)
for option in ("--cmake", "--source", "--build", "--cxx", "--cc"):
    parser.add_argument(option)
parser.add_argument("way", choices=WAYS)
options = parser.parse_args()
with tempfile.TemporaryDirectory() as temporary:
    try:
        WAYS[options.way](options, temporary)
    except subprocess.CalledProcessError as error:
        sys.exit(f"failed with {error.returncode}: {' '.join(error.cmd)}")
