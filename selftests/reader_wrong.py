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

    # Which of the allocations fails is another for each.
    for size in range(70, 120, 6):
        done = subprocess.run(
            [SYNFIN, "conns", "-r", path, "--sort", "TIME", "--json"],
            preexec_fn=lambda limit=size << 20:
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
            capture_output=True, check=False)
        has(done.stderr.decode(), "synfin: .*memory")
        same((done.returncode, done.stdout), (1, b""), "exit status, and what is shown")


@test
def no_time_stands_for_another():
    path = several()
    for args, want in (
            (("--until", "0"), []), (("--until", "1970-01-01T00:00:00Z"), []),
            (("--until", "99999d"), []), (("--since", "2555-01-01"), []),
            (("--since", "9999-12-31"), []),
            (("--since", "0"), [40000, 40001, 57404]),
            (("--until", "2555-01-01"), [40000, 40001, 57404]),
            (("--until", "9999-12-31T23:59:59Z"), [40000, 40001, 57404])):
        same(shown("-r", path, *args), want, f"with {args}")


@test
def what_contradicts_itself_is_refused():
    path = several()
    for args, want in (
            (("-r", "-", "-r", path, "-r", "-"), "-r -: stdin can be read once"),
            (("--last", "5m", "--since", "10m"), "--last 5m says since when"),
            (("--last", "--from", "now"), "--from now: --last"),
            (("--since", "10m", "--from", "now"), "--from now: --since")):
        refused(2, "conns", *args, want=want)
    for args in (("--since", "5m", "--until", "10m"), ("--last", "5m", "--until", "10m"),
                 ("--since", "2026-01-02", "--until", "2026-01-01")):
        refused(2, "conns", "-r", path, *args, want="--until .* before the other time")


@test
def what_is_no_namespace_is_refused():
    same(shown("-r", several(), "--netns", "/proc/self/ns/net"), [], "of this one")
    for name in "/etc/passwd", "/proc/self/ns/mnt", "/", "/dev/null", tmp:
        refused(2, "conns", "--netns", name, want="no network namespace")
    os.mkfifo(os.path.join(tmp, "fifo"))
    refused(2, "conns", "--netns", os.path.join(tmp, "fifo"), want="no network namespace")


@test
def filters_are_for_live_connections_too():
    same([f["id"] for f in rows(run("flows", "--proc", saved(), "--json", "--filter",
                                    "port 443"))], [2], "port 443")
    for text in "udp", "src host 10.0.0.7", "port 80 or", "port 80 or " + "a" * 70, \
            "port " + "0" * 62 + "80":
        refused(1, "flows", "--proc", saved(), "--filter", text, want="--filter: ")


@test
def an_empty_value_can_be_seen():
    for option in ("--port", "--host", "--client", "--netns", "--open", "--slower-than",
                   "--pid", "--comm", "--cgroup", "--ftp-control", "--status", "--since",
                   "-n", "-d", "--color", "--time", "--source", "--sort", "-o", "-r"):
        has(run("conns", option, "", status=2).said, "'': ", option)


@test
def recordings_are_not_rotated_away():
    made = os.path.join(tmp, "small")
    for value in "10", "4095", "1ns", "99ms":
        refused(2, "record", "-r", several(), "-o", made, "--rotate", value,
                want=f"--rotate {value}: 4K or 100ms is the least")
    assert not os.path.exists(made), "something was recorded"


@test
def messages_are_of_one_kind():
    refused(1, "flows", "--proc", "/dev/null", want="not a directory")
    refused(2, "archive", "--folder", want="synfin: option '--folder' requires")
    refused(2, "-r", several(), several("other"), want="each file with its -r")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([SYNFIN, "conns", "-q", "-r", several()], stdout=full,
                              stderr=subprocess.PIPE, check=False)
    same(done.stderr, b"synfin: stdout: no space left on device\n", "of a full disk")


@test
def services_refuse_what_cannot_be():
    for program, args, want in (
            ("export", ("--listen", "127.0.0.1:99999"), "--listen 127.0.0.1:99999: ADDRESS"),
            ("export", ("--listen", "9776"), "--listen 9776: ADDRESS:PORT is wanted"),
            ("export", ("--listen", "127.0.0.1:80-81"), "ADDRESS:PORT is wanted"),
            ("export", ("--listen", ""), "--listen '': ADDRESS:PORT is wanted"),
            ("ask", ("nothing",), "nothing: no such question: try"),
            ("ask", ("failures", "--url"), "synfin: option '--url' requires"),
            ("ship", ("--spool",), "synfin: option '--spool' requires")):
        name = "synfin-" + ("ship" if program == "ask" else program)
        if os.path.exists(os.path.join(os.path.dirname(SYNFIN), name)):
            refused(2, program, *args, want=want)


@test
def no_number_is_cut_off():
    """On a terminal that is too narrow for it."""
    for columns in range(14, 60):
        text = run("overview", "--proc", saved(), columns=columns).text
        assert max(map(len, text.splitlines())) <= columns, text
        plain = " ".join(text.split())
        for want in ("9 since the module was loaded", r"22% \(2\) refused 2", "180us, 99%",
                     "half closed or closing 2", "flows --state close-wait --sort age"):
            has(plain, want, f"overview at {columns}")
    for columns in range(20, 60):
        for line in run("ladder", "-r", several(), columns=columns).text.splitlines():
            if ">" in line and "<" in line:
                has(line, r"\b10 .*\b20\b", f"bytes at {columns}")
