# SPDX-License-Identifier: GPL-2.0
"""The reader, as somebody types who has not read the manual: what cannot be is refused, in
one line that says what was wrong, and nothing that was asked for is passed over.

Its tests are among those of reader_files.py.
"""
import os
import resource
import struct
import subprocess

from reader_lib import SYNFIN, has, rows, run, same, several, shown, test, tmp
from reader_made import recording, saved, summary


def refused(status, *args, want):
    """Said in a line that begins with the name, with what to do below it at most."""
    done = run(*args, status=status)
    lines = done.said.splitlines()
    has(lines[0], want, f"synfin {args}")
    assert lines[0].startswith("synfin: ") and len(lines) == 1 or \
        (len(lines) == 2 and lines[1].startswith("Try: ")), f"{args}: {done.said}"
    same(done.text, "", f"what synfin {args} shows")


@test
def phases_are_sorted():
    want = rows(run("phases", "-r", several(), "--json"))
    for column, key in (("time", lambda p: p["ts_ns"]), ("seq", lambda p: -p["seq"])):
        got = rows(run("phases", "-r", several(), "--json", "--sort", column))
        same([key(p) for p in got], sorted(key(p) for p in want), f"by {column}")
    got = rows(run("phases", "-r", several(), "--json", "--sort", "-time", "-n", "2"))
    same([p["ts_ns"] for p in got], sorted(p["ts_ns"] for p in want)[:-3:-1], "two")
    for command in "conns", "phases":
        for more in [], ["--sort", "TIME"]:
            text = run(command, "-r", several(), "--port", "1", *more).text
            same(len(text.splitlines()), 1, f"lines of {command} {more} of nothing")


@test
def what_cannot_be_sorted_is_a_failure():
    one = summary()
    path = recording("to sort", *(one[:16] + struct.pack("=Q", i + 1) + one[24:]
                                  for i in range(100_000)))

    def bound():
        resource.setrlimit(resource.RLIMIT_AS, (80 << 20, 80 << 20))
    done = subprocess.run([SYNFIN, "conns", "-r", path, "--sort", "TIME", "--json"],
                          preexec_fn=bound, capture_output=True, check=False)
    has(done.stderr.decode(), "synfin: .*memory")
    same((done.returncode, done.stdout), (1, b""), "exit status, and what is shown")


@test
def filters_are_for_live_connections_too():
    same([f["id"] for f in rows(run("flows", "--proc", saved(), "--json", "--filter",
                                    "port 443"))], [2], "port 443")
    for text in "udp", "src host 10.0.0.7", "port 80 or", "port 80 or " + "a" * 70, \
            "port " + "0" * 62 + "80":
        refused(1, "flows", "--proc", saved(), "--filter", text, want="--filter: ")
