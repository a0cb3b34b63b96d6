# SPDX-License-Identifier: GPL-2.0
"""The reader on capture files: runs it, and tests what it says.

SYNFIN names the reader. TAP on stdout. With arguments, only the sub-tests whose names
have one of these in them.
"""
import atexit
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))


def find_above(name):
    """The nearest file of that name in a folder above."""
    folder = HERE
    while folder != "/" and not os.path.exists(os.path.join(folder, name)):
        folder = os.path.dirname(folder)
    return os.path.join(folder, name)


SYNFIN = os.environ.get("SYNFIN") or find_above("tools/synfin")
SKIP = 4
tests = []
tmp = tempfile.mkdtemp()
atexit.register(shutil.rmtree, tmp)


class Skip(Exception):
    """This cannot be tested here."""


def test(function):
    tests.append(function)
    return function


def require(tool):
    if not shutil.which(tool):
        raise Skip(f"{tool} is missing")


def same(got, wanted, what):
    assert got == wanted, f"{what}: is {got!r}, not {wanted!r}"


class Shown:
    """What the reader says of a file."""

    def __init__(self, data, *options, name="capture", limit=None, under=()):
        self.path = os.path.join(tmp, name)
        if data is not None:
            with open(self.path, "wb") as file:
                file.write(data)

        def bound():
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

        run = subprocess.run(
            [*under, SYNFIN, "conns", "-r", self.path, "--json", *options],
            capture_output=True, text=True, check=False, timeout=600,
            preexec_fn=bound if limit else None)
        self.status = run.returncode
        self.said = run.stderr.splitlines()
        self.conns = [json.loads(line) for line in run.stdout.splitlines()]

    def ends(self):
        """Opening, closing and closer of each connection."""
        return [(c["open"], c["close"], c["closed_by"]) for c in self.conns]

    def good(self):
        assert self.status == 0, f"status {self.status}: {self.said}"
        return self

    def errors(self):
        return [line for line in self.said if line.startswith("synfin:")]


def read(data, *options, **more):
    return Shown(data, *options, **more).good()


def main():
    chosen = [t for t in tests if not sys.argv[1:] or
              any(word in t.__name__ for word in sys.argv[1:])]
    failed = skipped = 0
    for number, function in enumerate(chosen, 1):
        name = function.__name__.replace("_", " ")
        try:
            function()
            print(f"ok {number} - {name}")
        except Skip as reason:
            skipped += 1
            print(f"ok {number} - {name} # SKIP {reason}")
        except (AssertionError, subprocess.TimeoutExpired, ValueError) as error:
            failed += 1
            print(f"# {error}\nnot ok {number} - {name}")
        sys.stdout.flush()
    print(f"1..{len(chosen)}")
    if failed:
        sys.exit(1)
    sys.exit(SKIP if skipped == len(chosen) else 0)

