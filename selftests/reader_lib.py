# SPDX-License-Identifier: GPL-2.0
"""What the tests of the reader have in common: how it is run, files for it, TAP."""
import json
import os
import re
import subprocess
import sys
import tempfile

from capture_make import Ends, conversation, ethernet, pcap

HERE = os.path.dirname(os.path.realpath(__file__))
SKIP = 4
tests = []
_folder = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
tmp = _folder.name


def find_above(name):
    """The nearest file of that name in a folder above."""
    folder = HERE
    while folder != "/" and not os.path.exists(os.path.join(folder, name)):
        folder = os.path.dirname(folder)
    return os.path.join(folder, name)


SYNFIN = os.environ.get("SYNFIN") or find_above("tools/synfin")


class Skip(Exception):
    """This cannot be tested here."""


def test(function):
    tests.append(function)
    return function


def same(got, want, what):
    assert got == want, f"{what}: is {str(got)[:2000]!r}, not {str(want)[:2000]!r}"


def has(text, want, what="output"):
    assert re.search(want, text), f"{what}: no {want!r} in {text!r}"


def run(*args, status=0, columns=None, **more):
    """What synfin says, as text; stderr too."""
    env = {k: v for k, v in os.environ.items() if k != "COLUMNS"}
    env.update(LC_ALL="C.UTF-8", TZ="UTC", **more.pop("env", {}))
    if columns:
        env["COLUMNS"] = str(columns)
    done = subprocess.run([SYNFIN, *args], capture_output=True, timeout=60,
                          env=env, check=False, **more)
    done.text = done.stdout.decode()
    done.said = done.stderr.decode()
    assert status is None or done.returncode == status, \
        f"synfin {args}: exit status {done.returncode}, not {status}: {done.said}"
    return done


def rows(done):
    return [json.loads(line) for line in done.text.splitlines()]


def shown(*args):
    """The client's port of each."""
    return [c["client_port"] for c in rows(run("conns", "--json", *args))]


def write(name, data, mode=0o644):
    path = os.path.join(tmp, name)
    with open(path, "wb") as file:
        file.write(data)
    os.chmod(path, mode)
    return path


def capture(name, packets, **more):
    link = ethernet()
    return write(name, pcap([link(p) for p in packets], **more))


# What is sent again has another window: else it would be a copy of the capture's.
def several(name="several"):
    """Three connections: a close in four segments, one refused, one unanswered."""
    refused = Ends(cport=40001, sport=81)
    silent = Ends(client="2001:db8::7", server="2001:db8::2", cport=57404, sport=443)
    return capture(name, conversation() + [
        refused.up(0, None, "S"), refused.down(0, 1, "RA"),
        silent.up(0, None, "S"), silent.up(0, None, "S", window=8191)])


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
        except (AssertionError, subprocess.TimeoutExpired, ValueError,
                OSError) as error:
            failed += 1
            text = str(error).replace("\n", "\n# ")
            print(f"# {text}\nnot ok {number} - {name}")
        sys.stdout.flush()
    print(f"1..{len(chosen)}")
    if failed:
        sys.exit(1)
    sys.exit(SKIP if skipped == len(chosen) else 0)

