#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The reader's commands on files: what they show, what they refuse, what they make.

SYNFIN names the reader. TAP on stdout. With arguments, only the sub-tests whose
names have one of these in them.
"""
import csv
import fcntl
import io
import json
import os
import re
import shutil
import signal
import stat
import struct
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
# pylint: disable=wrong-import-position
from capture_make import (  # noqa: E402
    MS, START, SYN, SYN_ACK, Ends, conversation, enhanced, ethernet, interface, pcap,
    section)
from reader_lib import (  # noqa: E402
    SYNFIN, Skip, capture, find_above, has, main, rows, run, same, several, test,
    tmp, write)
import reader_browser  # noqa: E402,F401 their tests are among these
import reader_library  # noqa: E402,F401
import reader_manual  # noqa: E402,F401
import reader_record  # noqa: E402,F401
import reader_report  # noqa: E402,F401

# --- files made by a stranger ---

def head(kind, ident, family=4, cport=1, sport=2, when=10**18):
    return struct.pack("=BBHHBBIIQQ", kind, family, cport, sport, 23, 0, 0, 0, ident,
                       when) + b"\1".ljust(16, b"\0") + b"\2".ljust(16, b"\0")


@test
def names_do_nothing_to_a_terminal():
    name = "a\x1b]0;b\x07\nsynfin: c\x9b31m\u202e"
    said = run("conns", "-r", os.path.join(tmp, name), status=1).said
    same(len(said.splitlines()), 1, "lines")
    has(said, r"\\x1b\]0;b\\x07\\x0asynfin: c")
    write(name, b"neither this nor that, but long enough")
    said = run("conns", "-r", os.path.join(tmp, name), status=1).said
    assert "\x1b" not in said and "\x9b" not in said, said
    said = run("conns", "--\x1b[31m", status=2).said
    assert "\x1b" not in said, said
    assert "\u202e" not in run("conns", "-r", "\u202e", status=1).said


# --- recordings ---

@test
def a_recording_never_overwrites_what_it_is_made_from():
    made = os.path.join(tmp, "made")
    run("record", "-r", several(), "-o", made)
    with open(made, "rb") as file:
        before = file.read()
    os.link(made, os.path.join(tmp, "same"))
    for name in (made, os.path.join(tmp, "same")):
        has(run("record", "-r", made, "-o", name, status=2).said, "is what -r reads")
    with open(made, "rb") as file:
        has(run("record", "-r", "-", "-o", made, status=2, stdin=file).said,
            "is what -r reads")
    with open(made, "rb") as file:
        same(file.read(), before, "the recording")


@test
def a_recording_is_for_its_owner_alone():
    made = write("made", b"what was there before")
    old = os.umask(0)
    try:
        run("record", "-r", several(), "-o", made)
    finally:
        os.umask(old)
    same(stat.S_IMODE(os.stat(made).st_mode), 0o600, "mode")
    same(len(rows(run("conns", "--json", "-r", made))), 3, "connections")


@test
def a_recording_follows_no_link():
    target = write("target", b"precious")
    link = os.path.join(tmp, "link")
    os.symlink(target, link)
    has(run("record", "-r", several(), "-o", link, status=1).said, "symbolic link")
    with open(target, "rb") as file:
        same(file.read(), b"precious", "what the link leads to")
    assert os.path.islink(link), "the link is gone"


@test
def what_cannot_be_recorded_leaves_the_old_file():
    made = write("made", b"what was there before")
    run("record", "-r", write("bad", b"no recording at all, you see"), "-o", made,
        status=1)
    with open(made, "rb") as file:
        same(file.read(), b"what was there before", "the file")
    assert not [n for n in os.listdir(tmp) if n.startswith(".")], os.listdir(tmp)
    run("record", "-r", several(), "-o", "/dev/full", status=1)
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode), "/dev/full was replaced"


@test
def what_is_said_does_not_go_into_the_recording():
    made = os.path.join(tmp, "closed")
    for closed in (">&-", "2>&-", "<&-", "<&- >&- 2>&-"):
        subprocess.run(["sh", "-c", f'exec "$0" "$@" {closed}', SYNFIN, "record",
                        "-r", several(), "-o", made], check=False,
                       stderr=subprocess.DEVNULL)
        with open(made, "rb") as file:
            assert b"connection" not in file.read(), closed
        same(len(rows(run("conns", "--json", "-r", made))), 3, f"after {closed}")


class Growing:
    """A recording that goes on, read from a pipe; its recorder is made of it."""

    def __init__(self, *args, before=None):
        self.source, feed = os.pipe()
        self.feed = os.fdopen(feed, "wb", buffering=0)
        self.out = os.path.join(tmp, "growing")
        if os.path.exists(self.out):
            os.unlink(self.out)
        # pylint: disable=consider-using-with,subprocess-popen-preexec-fn
        self.recorder = subprocess.Popen(
            [SYNFIN, "record", "-r", "-", "-o", self.out, *args],
            stdin=self.source, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=before)
        os.close(self.source)
        made = os.path.join(tmp, "to feed")
        run("record", "-r", several(), "-o", made)
        with open(made, "rb") as file:
            self.data = file.read()
        self.feed.write(self.data)

    def has_all(self):
        """Waits until what was fed can be read."""
        for _ in range(600):
            if os.path.exists(self.out):
                done = run("conns", "--json", "-r", self.out, status=None)
                if len(done.text.splitlines()) == 3:
                    return
            time.sleep(0.05)
        raise AssertionError("nothing is recorded")

    def end(self, number=signal.SIGTERM):
        self.recorder.send_signal(number)
        out, err = self.recorder.communicate(timeout=30)
        self.feed.close()
        return self.recorder.returncode, (out or b"") + err


@test
def a_killed_recorder_leaves_what_it_had():
    growing = Growing()
    growing.has_all()
    growing.end(signal.SIGKILL)
    same(len(rows(run("conns", "--json", "-r", growing.out))), 3, "connections")


@test
def signals_that_were_ignored_stay_so():
    def ignore():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    growing = Growing(before=ignore)
    growing.has_all()
    for number in (signal.SIGHUP, signal.SIGINT):
        growing.recorder.send_signal(number)
        time.sleep(0.3)
        same(growing.recorder.poll(), None, f"exit status after {number.name}")
    same(growing.end()[0], 0, "exit status")


@test
def a_recorder_outlives_its_stdout():
    growing = Growing()
    growing.has_all()
    growing.recorder.stdout.close()
    growing.recorder.stdout = None
    time.sleep(0.3)
    same(growing.recorder.poll(), None, "exit status")
    same(growing.end()[0], 0, "exit status in the end")


# --- records ---

FILE_MAGIC = 0x454c4946464e5953
NONE = 2**64 - 1


def recording(name, *records, version=3):
    return write(name, struct.pack("=QIIQQ", FILE_MAGIC, version, 32, 0, 0) +
                 b"".join(records))


def step(phase, when, sender=0, count=1, flags=2, since=NONE, seq=100, ack=0):
    return struct.pack("=BBHHBBIIIIQQ", phase, sender, 0, 512, flags, 0, seq, ack, 0,
                       count, since, when)


def record(kind, body, ident=1, words=None, **more):
    data = head(kind, ident, **more) + body
    return data[:6] + bytes([words if words is not None else len(data) // 8]) + data[7:]


# What a summary has behind its pid: nothing is known.
EXTRAS = struct.pack("=4B16s2Q3Q3H2B", 0, 0, 0, 0, b"", 0, 0, NONE, NONE, NONE,
                     0, 0, 0, 0, 0)


def summary(opening=0, closing=2, by=1, syns=1, answers=1, phases=7, flags=0x18,
            extras=EXTRAS, **more):
    """Established in 3 ms, the server's side took 2, closed after 10."""
    return record(2, struct.pack("=4BI4I2I6Q2QQ4HI", opening, closing, by, 0x1f, flags,
                                 syns, answers, 2, 0, 100, 900, 3 * MS, 2 * MS, MS,
                                 10 * MS, 5, NONE, 1, 2, 0x1, phases, 0, 0, 0, 0) +
                  extras, **more)


T = 10**18


@test
def a_recording_of_more_than_can_be_kept_says_so():
    kept, more = 256 * 1024, 1000
    first = record(1, step(0, T))
    name = recording("crowd", *(first[:16] + struct.pack("=Q", i + 1) + first[24:]
                                for i in range(kept + more)))
    said = run("conns", "-r", name, "--closed-by", "server").said
    has(said, f"; {more:,} connections too many to be kept until the end")


@test
def a_summary_tells_the_handshake_that_was_overwritten():
    close = record(1, step(3, T + 8 * MS, flags=17) + step(4, T + 9 * MS, 1, flags=16) +
                   step(5, T + 9 * MS, 1, flags=17))
    last = record(1, step(6, T + 10 * MS, flags=16))
    conn, = rows(run("conns", "--json", "-r", recording("gone", close, last, summary())))
    same([(p["phase"], p["from"], p["t_ns"], p["seq"], p["ack"], p["count"])
          for p in conn["phases"][:3]],
         [("syn", "client", 0, 100, None, 1), ("syn-ack", "server", 2 * MS, 900, 101, 1),
          ("ack", "client", 3 * MS, 101, 901, 1)], "the handshake")
    same(len(conn["phases"]), 7, "phases")
    same(conn["phases_lost"], 0, "phases_lost")
    # A SYN that was sent again: which one was answered is known.
    conn, = rows(run("conns", "--json", "-r",
                     recording("again", close, last, summary(syns=2, phases=8))))
    same([(p["phase"], p["t_ns"], p["count"]) for p in conn["phases"][:3]],
         [("syn", 0, 1), ("syn", 0, 2), ("syn-ack", 2 * MS, 1)], "both SYNs")
    # What it does not tell is lost, and what is there is not told twice.
    conn, = rows(run("conns", "--json", "-r",
                     recording("less", last, summary(opening=7, flags=0))))
    same((len(conn["phases"]), conn["phases_lost"]), (1, 6), "there and lost")
    opened = record(1, step(0, T) + step(1, T + 2 * MS, 1, flags=18, seq=900, ack=101) +
                    step(2, T + 3 * MS, flags=16, seq=101, ack=901))
    conn, = rows(run("conns", "--json", "-r", recording("all", opened, close, last,
                                                        summary())))
    same((len(conn["phases"]), conn["phases_lost"]), (7, 0), "there and lost")


@test
def a_recording_of_version_1_is_read():
    def old(kind, body):
        data = head(kind, 1) + body
        return data[:6] + b"\0" + data[7:]
    phases = [old(1, struct.pack("=BBHHBBIIIIQ", number, number == 1, 1, 512, flags, 0, 5,
                                 6, 0, 0, NONE if not number else MS))
              for number, flags in ((0, 2), (1, 18), (2, 16), (7, 4))]
    conn = old(2, struct.pack("=4BI4H2I6Q2QQ", 0, 5, 1, 39, 0x18, 1, 1, 0, 1, 5, 6, MS,
                              MS // 2, MS // 2, MS, NONE, NONE, 0, 0, 0x5))
    got, = rows(run("conns", "--json", "-r",
                    recording("old", *phases, conn, version=1)))
    same((got["open"], got["close"], got["closed_by"], got["rst_count"],
          got["handshake_ns"]), ("established", "reset", "client", 1, MS), "the summary")
    same([p["phase"] for p in got["phases"]], ["syn", "syn-ack", "ack", "rst"], "phases")
    has(run("conns", "-r", recording("new", conn, version=4), status=1).said, "version 4")
    has(run("conns", "-r", recording("mixed", conn[:-8], version=1), status=1).said,
        "cut off")


@test
def a_recording_of_version_2_is_read():
    opened = record(1, step(0, T) + step(1, T + 2 * MS, 1, flags=18, seq=900, ack=101) +
                    step(2, T + 3 * MS, flags=16, seq=101, ack=901))
    old = summary(extras=b"\0" * 4)
    conn, = rows(run("conns", "--json", "-r", recording("two", opened, old, version=2)))
    now, = rows(run("conns", "--json", "-r", recording("three", opened, summary())))
    same(conn, now, "the connection")
    for bad in (summary(), summary(extras=b""), record(1, step(0, T) * 4)):
        has(run("conns", "-r", recording("bad", opened, bad, version=2), status=1).said,
            "no record of version 2")


@test
def a_record_that_cannot_be_is_refused_in_one_line():
    good = record(1, step(0, T))
    bad = {
        "no length": record(1, step(0, T), words=0),
        "less than a head": record(1, step(0, T), words=7),
        "longer than a slot": record(1, step(0, T) * 5),
        "no step": record(1, b""),
        "half a step": record(1, step(0, T)[:24]),
        "no such phase": record(1, step(10, T)),
        "a drop without a reason": record(1, step(9, T)),
        "no such end": record(1, step(0, T, sender=2)),
        "no such family": record(1, step(0, T), family=5),
        "no such opening": summary(opening=9),
        "no such closing": summary(closing=8),
        "nobody's close": summary(by=4),
        "a short summary": record(2, b"\0" * 8),
    }
    for name, data in bad.items():
        for command in ("conns", "phases", "ladder"):
            done = run(command, "-r", recording("bad", good, data), status=1)
            same(len(done.said.strip().splitlines()[-1:]), 1, name)
            has(done.said, "broken at offset 136")
    # What a later version writes is passed over.
    other = record(9, b"\0" * 16)
    got = rows(run("phases", "--json", "-r", recording("later", other, good, other)))
    same(len(got), 1, "phases that are known")
@test
def recordings_are_rotated_by_size():
    path = capture("to rotate", [p for port in range(200)
                                 for p in conversation(Ends(cport=10000 + port))])
    made = os.path.join(tmp, "rotated")
    run("record", "-r", path, "-o", made, "--rotate", "20K", "--keep", "3")
    names = sorted(n for n in os.listdir(tmp) if n.startswith("rotated"))
    same(names, ["rotated", "rotated.1", "rotated.2", "rotated.3"], "files")
    for name in names[1:]:
        size = os.path.getsize(os.path.join(tmp, name))
        assert 20480 <= size < 21000, f"{name}: {size} bytes"
        run("conns", "-r", os.path.join(tmp, name))
    run("record", "-r", path, "-o", made, "--rotate", "1G", "--rotate", "1h")
    same(len(rows(run("conns", "--json", "--no-phases", "-r", made))), 200, "in one")
    for args in (("--rotate", "soon"), ("--keep", "3"), ("--rotate", "0"),
                 ("--rotate", "1M", "--keep", "0")):
        has(run("record", "-r", path, "-o", made, *args, status=2).said, args[-2])
    has(run("record", "-r", path, "-o", "-", "--rotate", "1M", status=2).said, "stdout")


@test
def recordings_are_rotated_by_time():
    growing = Growing("--rotate", "200ms")
    growing.has_all()
    for _ in range(100):
        if os.path.exists(growing.out + ".1"):
            break
        time.sleep(0.1)
        growing.feed.write(growing.data[32:])
    assert os.path.exists(growing.out + ".1"), "no second file"
    same(growing.end()[0], 0, "exit status")


# --- more phases than can be kept ---

def retold(nr):
    e = Ends()
    return [e.up(0, None, "S")] + [e.down(0, 1, "SA", window=i % 8192)
                                 for i in range(nr)] + conversation()[SYN_ACK + 1:]


@test
def a_long_story_keeps_its_end():
    path = capture("long", retold(70_000), step=MS // 100)
    conn, = rows(run("conns", "--json", "-r", path))
    same((conn["open"], conn["close"]), ("established", "four-way"), "the end")
    same([p["phase"] for p in conn["phases"]][-5:],
         ["ack", "fin-1", "ack-1", "fin-2", "ack-2"], "the last phases")
    same(conn["phases"][0]["phase"], "syn", "the first phase")
    same(len(conn["phases"]) + conn["phases_lost"], 70_006, "phases in all")
    drawn = run("ladder", "-r", path, "--ascii").text
    has(drawn, r"SYN-ACK x 69,9\d\d")
    has(drawn, "TIME_WAIT")
    assert len(drawn.splitlines()) < 60, drawn
    # The same, put together from a recording.
    made = os.path.join(tmp, "long recording")
    run("record", "-r", path, "-o", made)
    again, = rows(run("conns", "--json", "-r", made))
    same(again["phases"], conn["phases"], "phases")


@test
def a_short_story_has_lost_nothing():
    for conn in rows(run("conns", "--json", "-r", several())):
        same(conn["phases_lost"], 0, "phases_lost")


# --- output ---

@test
def a_stdout_that_does_not_block_loses_nothing():
    path = capture("many", [p for port in range(3000)
                            for p in conversation(Ends(cport=10000 + port))])
    want = run("conns", "--json", "-r", path).text
    source, sink = os.pipe()
    fcntl.fcntl(sink, fcntl.F_SETFL, fcntl.fcntl(sink, fcntl.F_GETFL) | os.O_NONBLOCK)
    with subprocess.Popen([SYNFIN, "conns", "--json", "-r", path], stdout=sink,
                          stderr=subprocess.DEVNULL,
                          env={**os.environ, "TZ": "UTC"}) as reader:
        os.close(sink)
        time.sleep(0.5)
        with os.fdopen(source, "rb") as file:
            got = file.read().decode()
    same(reader.returncode, 0, "exit status")
    same(len(got), len(want), "length")


@test
def the_last_line_is_apart_in_a_pipe():
    done = run("conns", "-r", several())
    assert "3 connections" not in done.text, done.text
    has(done.said, "3 connections: .*0 records lost")


@test
def every_row_has_as_many_words_as_the_headings():
    for command in ("conns", "phases"):
        for columns in (None, 20, 40, 60, 80, 120, 200, 300):
            done = run(command, "-r", several(), columns=columns)
            lines = done.text.splitlines()
            same({len(line.split()) for line in lines}, {len(lines[0].split())},
                 f"words of a line of {command} at {columns}")
            longest = max(map(len, lines))
            assert not columns or longest <= columns, \
                f"{command} at {columns}: {longest} columns"
    flows = run("flows", "--proc", saved()).text.splitlines()
    same({len(line.split()) for line in flows}, {len(flows[0].split())}, "words")


@test
def no_port_becomes_another_one():
    path = capture("ports", conversation(Ends(
        client="2001:db8:aaaa:bbbb:cccc:dddd:eeee:1", cport=36951,
        server="2001:db8::2", sport=27017)))
    for columns in range(1, 140):
        text = run("conns", "-r", path, "-o", "CLIENT,SERVER,ID", "--no-headings",
                   columns=columns).text
        ports = re.findall(r":(\d+)(?:\s|$)", text.replace("[2001:", "["))
        assert set(ports) <= {"36951", "27017"}, f"{columns}: {text}"
        assert max(map(len, text.splitlines())) <= columns, f"{columns}: {text}"


@test
def columns_can_be_chosen_and_added():
    path = several()
    same(run("conns", "-r", path, "-o", "server,ID").text.splitlines()[0].split(),
         ["SERVER", "ID"], "headings")
    plain = run("conns", "-r", path).text.splitlines()[0].split()
    more = run("conns", "-r", path, "-o", "+ID,RST").text.splitlines()[0].split()
    same(more[-2:], ["ID", "RST"], "the last headings")
    same(more[:3], plain[:3], "the first headings")
    has(run("conns", "-o", "help").text, "S-RTT +last SYN to SYN-ACK")
    has(run("conns", "-r", path, "-o", "NOSUCH", status=2).said, "no column 'NOSUCH'")


# --- options ---

@test
def what_has_no_use_is_refused_by_name():
    path = several()
    for args, name in (
            (("record", "-r", path, "-o", "/dev/null", "--failed"), "--failed"),
            (("stats", "--port", "80"), "--port"),
            (("conns", "-r", path, "--json", "-o", "NOSUCH"), "-o"),
            (("ladder", "-r", path, "--json"), "--json"),
            (("flows", "-r", path), "-r"),
            (("conns", "-r", path, "--explain"), "--explain")):
        has(run(*args, status=2).said, name, f"synfin {args}")
    has(run("conns", "-r", path, "--follow", status=1).said, "--follow")
    has(run("conns", "-r", path, "-n", "1", "-n", "2", status=2).said, "once")
    has(run("conns", "-r", path, "--from", "now", status=2).said, "--from")


@test
def what_is_mistyped_gets_a_hint():
    has(run("cons", status=2).said, "did you mean conns")
    has(run("conns", "--jsno", status=2).said, "did you mean --json")
    has(run("conns", "--numerik", status=2).said, "did you mean --numeric")
    has(run(several(), status=2).said, "try: synfin -r")
    has(run("conns", "--c", status=2).said, "may be --c")
    same(run("conns", "--numer", "-r", several()).text,
         run("conns", "--numeric", "-r", several()).text, "abbreviated")


@test
def help_says_when_it_could_not_be_written():
    with open("/dev/full", "wb") as full:
        for args in (("--help",), ("--version",), ("conns", "--help"), ("help",),
                     ("conns", "-o", "help"), ("completion", "bash")):
            done = subprocess.run([SYNFIN, *args], stdout=full, check=False,
                                  stderr=subprocess.DEVNULL)
            same(done.returncode, 1, f"exit status of {args}")
    for args in (("--help",), ("help",), ("record", "--help"), ("help", "record")):
        has(run(*args).text, "--output FILE")
    assert "--explain" not in run("conns", "--help").text


@test
def a_reader_that_has_gone_is_no_failure():
    """More than a pipe holds, of which one line is read."""
    e = [Ends(cport=1024 + i) for i in range(3000)]
    path = capture("much", [p for ends in e for p in (ends.up(0, None, "S"),
                                                      ends.down(0, 1, "RA"))])
    for args in (("conns", "--json"), ("phases",), ("ladder",), ("report", "-o", "-"),
                 ("record", "-o", "-"), ("conns", "--csv"), ("completion", "bash")):
        if args[0] != "completion":
            args += ("-r", path)
        with subprocess.Popen([SYNFIN, *args], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as reader:
            reader.stdout.read(1)
            reader.stdout.close()
            said = reader.stderr.read().decode()
            same(reader.wait(30), 0, f"exit status of {args}, which said {said}")
        assert "ipe" not in said, said


def shown(*args):
    """The client's port of each."""
    return [c["client_port"] for c in rows(run("conns", "--json", *args))]


@test
def filters_add_up():
    path = several()
    for args, want in (
            ((), [40000, 40001, 57404]),
            (("--port", "80", "--port", "443"), [40000, 57404]),
            (("--port", "80,443"), [40000, 57404]),
            (("--port", "!80"), [40001, 57404]),
            (("--port", "80-81"), [40000, 40001]),
            (("--port", "http"), [40000]),
            (("--service", "http,https"), [40000, 57404]),
            (("--service", "40000"), []),
            (("--host", "[2001:db8::2]"), [57404]),
            (("--host", "2001:db8::/32"), [57404]),
            (("--host", "10.0.0.0/30", "--port", "81"), [40001]),
            (("--host", "10.0.0.2:http"), [40000]),
            (("--client", "10.0.0.2"), []),
            (("--server", "10.0.0.2"), [40000, 40001]),
            (("--server", "10.0.0.2,!10.0.0.2:81"), [40000]),
            (("--server", ":81"), [40001]),
            (("--server", "[2001:db8::2]:https"), [57404]),
            (("-4",), [40000, 40001]), (("-6",), [57404]),
            (("-4", "-6"), [40000, 40001, 57404]),
            (("--failed",), [40001, 57404]),
            (("--open", "refused"), [40001]),
            (("--open", "!refused,!unanswered"), [40000]),
            (("--close", "four-way"), [40000]),
            (("--closed-by", "client"), [40000]),
            (("--slower-than", "1us"), [40000]),
            (("--slower-than", "server:10s"), []),
            (("--until", "2001-01-01"), []),
            (("--since", "1600000000"), [40000, 40001, 57404]),
            (("--since", "1600000001"), [])):
        same(shown("-r", path, *args), want, f"with {args}")


@test
def times_of_a_file_count_from_its_end():
    """Three connections, an hour apart, long ago: each ends four steps after it begins."""
    hour = 3600 * 10**9
    packets = []
    for i in range(3):
        ends = Ends(f"10.0.0.{i + 1}", 40000 + i)
        packets += [(START + i * hour + n * MS, ethernet()(ip))
                    for n, ip in enumerate(conversation(ends))]
    packed = write("hours", section() + interface() + b"".join(
        enhanced(frame, when) for when, frame in packets))
    recording = os.path.join(tmp, "hours.synfin")
    run("record", "-r", packed, "-o", recording)
    clock = time.strftime("%H:%M:%S", time.localtime(START // 10**9 + 7200))
    for path in packed, recording:
        for args, want in (
                (("--last", "10m"), [40002]), (("--last=90m",), [40001, 40002]),
                (("--last", "5h"), [40000, 40001, 40002]),
                (("--since", "90m"), [40001, 40002]), (("--until", "90m"), [40000]),
                (("--since", "90m", "--until", "30m"), [40001]),
                (("--since", clock), [40002])):
            same(shown("-r", path, *args), want, f"{path} with {args}")
    # Of what comes through a pipe the end is not known.
    with open(packed, "rb") as file:
        same(subprocess.run([SYNFIN, "conns", "-r", "-", "--json", "--last", "10m"],
                            input=file.read(), capture_output=True, check=True).stdout,
             b"", "through a pipe")


@test
def what_is_no_filter_is_refused():
    for args, name in (
            (("--port", "70000"), "--port"), (("--port", "nosuchport"), "--port"),
            (("--host", "somewhere"), "--host"), (("--host", "10.0.0.0/33"), "--host"),
            (("--host", "80"), "--host"), (("--client", ""), "--client"),
            (("--netns", "0"), "--netns"), (("--netns", "../x"), "--netns"),
            (("--open", "ajar"), "refused, unreachable"),
            (("--slower-than", "100"), "--slower-than"),
            (("--since", "soon"), "--since"), (("--until", "2026-02-30"), "--until"),
            (("-n", "0"), "-n"), (("-d", "-1"), "-d"),
            (("--port", "0" * 200 + "80"), "--port"), (("--comm", "a" * 600), "--comm"),
            (("--color", "red"), "--color"), (("--sort", "NOSUCH"), "--sort")):
        has(run("conns", "-r", several(), *args, status=2).said, name, f"{args}")


@test
def expressions_are_those_of_tcpdump():
    path = several()
    made = os.path.join(tmp, "for expressions")
    run("record", "-r", path, "-o", made)
    for text, want in (
            ("port 80", [40000]), ("tcp port 80 or 443", [40000, 57404]),
            ("not port 80", [40001, 57404]), ("ip6", [57404]),
            ("host 10.0.0.2 and not (port 81)", [40000]),
            ("net 10.0.0.0/8 && ! portrange 80-80", [40001])):
        same(shown("-r", path, "--filter", text), want, f"capture: {text}")
        same(shown("-r", made, "--filter", text), want, f"recording: {text}")
    same(shown("-r", path, "--filter", "tcp[13] & 4 != 0"), [40001], "flags")
    for text, name in (("tcp[13] & 4 != 0", "tcp"), ("src host 10.0.0.1", "src"),
                       ("udp", "udp"), ("port 80 and", "too early"),
                       ("(port 80", "missing"), ("(" * 100, "deep")):
        has(run("conns", "-r", made, "--filter", text, status=1).said, name, text)
    has(run("conns", "-r", path, "--filter", "nonsense here", status=1).said,
        "--filter")


@test
def times_are_shown_as_wanted():
    for style, want in (("local", "12:26:40.000"), ("epoch", "1600000000.000000000"),
                        ("iso", "2020-09-13T12:26:40.000000Z"),
                        ("relative", "0.000000")):
        first = run("conns", "-r", several(), "--time", style).text.splitlines()[1]
        same(first.split()[0], want, style)


@test
def rows_are_sorted():
    path = several()
    ports = [line.split()[0].rpartition(":")[2] for line in run(
        "conns", "-r", path, "--sort", "life", "--no-headings").text.splitlines()]
    same(ports[0], "40000", "the longest")
    same(shown("-r", path, "--sort", "-time"), [57404, 40001, 40000], "the last first")
    same(shown("-r", path, "--sort", "syn", "-n", "1"), [57404], "the first of them")
    assert rows(run("conns", "-r", path, "--json", "--sort", "syn"))[0]["phases"]


@test
def csv_says_what_json_says():
    for command in ("conns", "phases"):
        more = ["--no-phases"] if command == "conns" else []
        want = rows(run(command, "-r", several(), "--json", *more))
        got = list(csv.DictReader(io.StringIO(
            run(command, "-r", several(), "--csv").text)))
        same(len(got), len(want), "rows")
        for one, other in zip(got, want):
            same(list(one), list(other), "names")
            for name, value in other.items():
                text = {None: "", True: "true", False: "false"}.get(value) \
                    if value is None or isinstance(value, bool) else \
                    one[name] if name == "ts" else str(value)
                same(one[name], text, name)
    has(run("conns", "-r", several(), "--port", "1", "--csv").text, "^ts,netns")


@test
def connections_have_the_id_of_their_phases():
    path = several()
    conns = rows(run("conns", "-r", path, "--json"))
    phases = rows(run("phases", "-r", path, "--json"))
    for conn in conns:
        mine = [p for p in phases if p["id"] == conn["id"]]
        same([p["seq"] for p in mine], [p["seq"] for p in conn["phases"]], "seq")
        same(conn["client_isn"], mine[0]["seq"], "client_isn")
        same(conn["ts_ns"], mine[0]["ts_ns"], "ts_ns")
    same([c["server_isn"] is None for c in conns], [False, True, True], "server_isn")


# --- live connections, from a copy of their file ---

FLOWS = """\
id=1 netns=4026531840 family=4 client=10.0.0.7 client_port=40000 server=10.0.0.2 \
server_port=80 state=open open=established close=open closed_by=- age_ns=90000000000 \
idle_ns=1000 syn_count=1 syn_ack_count=1 fin_count=0 rst_count=0 server_rtt_ns=1000 \
client_rtt_ns=20 handshake_ns=1020 client_isn=1 server_isn=2
id=2 netns=4026531840 family=6 client=2001:db8::7 client_port=40001 \
server=2001:db8::2 server_port=443 state=half open=established close=open \
closed_by=client age_ns=30000000000 idle_ns=1000 syn_count=1 syn_ack_count=1 \
fin_count=1 rst_count=0 server_rtt_ns=- client_rtt_ns=- handshake_ns=- client_isn=- \
server_isn=- process=connect pid=77 cgroup_id=7 socket=- comm=a\\040\\134b
id=3 netns=4026531840 family=4 client=10.0.0.8 client_port=40002 server=10.0.0.2 \
server_port=80 state=half open=established close=open closed_by=server \
age_ns=600000000000 idle_ns=1000 syn_count=1 syn_ack_count=1 fin_count=1 rst_count=0 \
server_rtt_ns=1000 client_rtt_ns=20 handshake_ns=1020 client_isn=1 server_isn=2
"""
STATS = """\
segments 70
recorded 60
open_established 7
open_refused 2
close_three_way 6
close_reset 1
flows_live 3
flows_opening 0
flows_open 1
flows_closing 2
late 10
"""
LATENCY = """\
# histogram lower_ns upper_ns count
handshake 163840 196608 7
server_rtt 163840 196608 7
client_rtt 20480 24576 7
"""


SERVICES = """\
port open_established open_refused closed_by_client server_rtt_count server_rtt_sum_ns \
first_response_count first_response_sum_ns tls_handshake_count tls_handshake_sum_ns
80 7 2 6 7 1260000 2 6000000 0 0
"""


LISTENERS = """\
port family socket limit longest overflows syn_overflows
80 4 4242 511 3 0 0
8080 6 4243 1 2 4 0
"""


def saved(folder="proc", **other):
    os.makedirs(os.path.join(tmp, folder), exist_ok=True)
    for name, text in (("flows", FLOWS), ("stats", STATS), ("latency", LATENCY),
                       ("services", SERVICES), ("listeners", LISTENERS)):
        write(os.path.join(folder, name), other.get(name, text).encode())
    return os.path.join(tmp, folder)


def flows(*args):
    return [f["id"] for f in rows(run("flows", "--proc", saved(), "--json", *args))]


@test
def live_connections_are_found_by_their_states():
    same(flows(), [1, 2, 3], "all")
    same(flows("--state", "close-wait", "--older-than", "1m"), [3], "leaks")
    same(flows("--state", "close-wait", "--sort", "age"), [3, 2], "the oldest first")
    same(flows("--state", "!established"), [2, 3], "not established")
    same(flows("--server", "10.0.0.2:http", "--sort", "age", "-n", "1"), [3], "one")
    two = rows(run("flows", "--proc", saved(), "--json", "-6"))[0]
    same((two["client_state"], two["server_state"], two["server_rtt_ns"]),
         ("fin-wait-2", "close-wait", None), "states")
    has(run("flows", "--proc", saved(), "--state", "asleep", status=2).said,
        "close-wait")
    has(run("flows", "--proc", saved()).said, "3 live connections")


@test
def live_connections_have_owners():
    same(flows("--comm", "a *"), [2], "by the command")
    same(flows("--pid", "77") + flows("--cgroup", "7"), [2, 2], "by numbers")
    same(flows("--comm", "!a*"), [1, 3], "what is denied")
    one, two = rows(run("flows", "--proc", saved(), "--json", "-n", "2"))
    same([two[name] for name in ("process", "pid", "comm", "cgroup_id", "socket")],
         ["connect", 77, "a \\b", 7, None], "in JSON")
    same([one[name] for name in ("process", "pid", "comm", "cgroup", "cgroup_id")],
         [None] * 5, "of an older module")
    has(run("flows", "--proc", saved(), "-o", "PID,COMM,CGROUP").text, "77")
    # What would do something to a terminal is told by its number.
    odd = FLOWS.replace("comm=a", "comm=\\302\\233\\342\\200\\256\\377\\303\\274", 1)
    text = run("flows", "--proc", saved("odd", flows=odd), "--json", "--pid", "77").text
    has(text, r'"comm":"\\u009b\\u202e\ufffd\u00fc \\\\b"')
    same(json.loads(text)["comm"], "\x9b\u202e\ufffd\xfc \\b", "the command")


@test
def copies_that_somebody_made_up_do_nothing():
    stats = STATS + 'late 11\nlatency 1\nring 2\na"b 3\n\x1b[31m 4\n\xff 5\nx 6\nx 7\n'
    latency = LATENCY + '\x1b]0;x 0 1 2\na"b 0 1 2\nnothing 0 10 0\n'
    made = saved("made-up", stats=stats, latency=latency)
    pairs = []
    one = json.loads(run("stats", "--json", "--proc", made).text,
                     object_pairs_hook=lambda got: pairs.append(got) or dict(got))
    same((one["late"], one["x"], one["ring"]), (10, 6, None), "of two the first")
    same(one["latency"]["nothing"], {"count": 0, "p50_ns": None, "p90_ns": None,
                                     "p99_ns": None}, "of nothing")
    for got in pairs:
        same(len(dict(got)), len(got), "names, each once")
        for name, _ in got:
            has(name, "^[a-z0-9_]+$")
    for words in (), ("--explain",):
        assert "\x1b" not in run("stats", "--proc", made, *words).text, "an escape"


@test
def counters_fit_the_terminal():
    for columns in (20, 40, 80, 200):
        for more in ((), ("--explain",)):
            text = run("stats", "--proc", saved(), *more, columns=columns).text
            assert "\\x" not in text and max(map(len, text.splitlines())) <= \
                columns, f"at {columns}: {text}"
    same(rows(run("stats", "--proc", saved(), "--json"))[0]["open_refused"], 2,
         "open_refused")
    has(run("stats", "--proc", saved(), "--explain").text,
        "open_refused +2  openings: a RST")


@test
def no_line_is_longer_than_the_terminal():
    for command in (("latency", "-r", several()), ("conns", "-r", several()),
                    ("latency", "-r", several(), "--group-by", "server,client,outcome"),
                    ("phases", "-r", several()), ("ladder", "-r", several()),
                    ("conns", "-r", several(), "--group-by", "server,client,outcome"),
                    ("flows", "--proc", saved()), ("listeners", "--proc", saved()),
                    ("overview", "--proc", saved()),
                    ("top", "--batch", "-n", "1", "--ring-file", ring()),
                    ("conns", "-o", "help"), ("--help",), ("conns", "--help")):
        for width in (20, 40, 60, 80, 200):
            if "help" in command[-1] and width == 20:
                continue
            text = run(*command, columns=width).text
            wide = [line for line in text.splitlines() if len(line) > width]
            same(wide, [], f"lines of {command} longer than {width}")


@test
def percentiles_that_matter_most_stay():
    for width, names in ((20, ["p50"]), (30, ["p50", "p99"]), (40, ["p50", "p99", "max"]),
                         (80, ["p50", "p90", "p99", "max"])):
        text = run("latency", "-r", several(), columns=width).text
        has(text, f"(?m)^ +{' +'.join(names)}$", f"latency at {width}")


@test
def completion_is_accepted_by_the_shells():
    for shell in ("bash", "zsh", "fish"):
        text = run("completion", shell).text
        has(text, "slower-than")
        if shutil.which(shell):
            subprocess.run([shell, "-n"], input=text.encode(), check=True)


# What is typed, and what is among the words that complete it.
COMPLETED = (
    ("conns --slow", "--slower-than"), ("re", "record"), ("conns --open un", "unanswered"),
    ("stats --p", "--proc"), ("help ", "ladder"), ("completion ", "zsh"),
    ("conns -o S-", "S-RTT"), ("conns --sort LI", "LIFE"), ("flows --sort A", "AGE"),
    ("phases -o PHA", "PHASE"), ("record -o sever", "several"),
    ("report -o sever", "several"), ("flows --state cl", "close-wait"))


@test
def words_are_completed():
    several()
    place = os.path.join(tmp, "completes")
    os.makedirs(place, exist_ok=True)
    shutil.copy(SYNFIN, os.path.join(place, "synfin"))
    env = {**os.environ, "PATH": f"{place}:{os.environ['PATH']}"}
    bash = run("completion", "bash").text + "".join(
        f"""COMP_WORDS=(synfin {typed} {"''" if typed[-1] == " " else ""})
        COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _synfin; echo ${{COMPREPLY[@]}}
        """ for typed, _ in COMPLETED + (("conns --open refused,un", ""),
                                         ("conns --color = al", "")))
    got = subprocess.run(["bash"], input=bash.encode(), capture_output=True, check=True,
                         env=env, cwd=tmp, timeout=60).stdout.decode().splitlines()
    for (typed, want), line in zip(COMPLETED, got):
        assert want in line.split(), f"bash completes {typed!r} by {line!r}, not {want!r}"
    same(got[-2], "refused,unreachable refused,unanswered refused,unacknowledged", "a list")
    same(got[-1], "always", "behind =")
    if not shutil.which("fish"):
        return
    fish = run("completion", "fish").text + "".join(
        f"echo (complete -C 'synfin {typed}' | cut -f 1)\n" for typed, _ in COMPLETED)
    got = subprocess.run(["fish", "--no-config"], input=fish.encode(), capture_output=True,
                         check=True, env=env, cwd=tmp, timeout=60).stdout.decode()
    for (typed, want), line in zip(COMPLETED, got.splitlines()):
        assert want in line.split(), f"fish completes {typed!r} by {line!r}, not {want!r}"


@test
def services_are_among_the_commands():
    text = run("help").text
    for name in ("archive", "export", "ship", "ask"):
        has(text, rf"\n  {name} ")
        has(run("completion", "bash").text, rf"\b{name}\b")
        has(run("--json", name, status=2).said, f"synfin {name} --help")
        program = os.path.join(os.path.dirname(SYNFIN), "synfin-" +
                               ("ship" if name == "ask" else name))
        if os.path.exists(program):
            same(run("help", name).text, run(name, "--help").text, f"help of {name}")


def on_terminal(columns, *args):
    """What is on a terminal that does not know how wide it is."""
    ours, theirs = os.openpty()
    env = {**os.environ, "COLUMNS": str(columns), "LC_ALL": "C.UTF-8", "TERM": "dumb"}
    with subprocess.Popen([SYNFIN, *args], stdin=subprocess.DEVNULL, stdout=theirs,
                          stderr=theirs, env=env):
        os.close(theirs)
        text = b""
        try:
            while more := os.read(ours, 65536):
                text += more
        except OSError:
            pass
    os.close(ours)
    return text.decode().replace("\r", "")


@test
def nothing_is_wider_than_a_terminal():
    for columns in 20, 40, 79, 80, 200:
        for words in (["conns"], ["phases"], ["ladder"], ["latency"], ["conns", "--failed"],
                      ["conns", "--group-by", "server,outcome"]):
            text = on_terminal(columns, *words, "-r", several())
            has(text.replace("\n", " "), "records lost")
            for line in text.splitlines():
                assert len(line) <= columns, (words, columns, line)


@test
def metrics_begin_with_zero():
    program = os.path.join(os.path.dirname(SYNFIN), "synfin-export")
    if not os.path.exists(program):
        raise Skip(f"{program} is missing")
    made = os.path.join(tmp, "metrics.prom")
    subprocess.run([program, "-r", several(), "--textfile", made], check=True,
                   capture_output=True)
    with open(made, encoding="ascii") as file:
        value = dict(line.rsplit(" ", 1) for line in file if line[0] != "#")
    same(len(value), len(set(value)), "series")
    for port in "other", "80":
        label = f'{{server_port="{port}",'
        failed = [f'synfin_connections_total{label}open="{word}",close="",closed_by=""}}'
                  for word in ("refused", "unreachable", "unanswered", "unacknowledged",
                               "aborted")]
        for name in *failed, f'synfin_drops_total{label}reason="netfilter"}}', \
                f'synfin_connections_total{label}open="established",close="reset",' \
                'closed_by="server"}':
            assert name in value, name
    same(value[failed[3]], "0\n", "of port 80")
    if shutil.which("promtool"):
        with open(made, encoding="ascii") as file:
            subprocess.run(["promtool", "check", "metrics"], stdin=file, check=True,
                           capture_output=True)


@test
def objects_meet_the_schema():
    try:
        import jsonschema  # pylint: disable=import-outside-toplevel
    except ImportError as error:
        raise Skip("python3-jsonschema is missing") from error
    real = os.environ.get("CAPTURES") or find_above("shared/pcap")
    files = [several(), capture("long", retold(200))]
    if os.path.isdir(real):
        files += [os.path.join(real, n) for n in os.listdir(real) if "pcap" in n]
    for kind, commands in (
            ("conn", [("conns", "-r", f) for f in files] +
             [("conns", "--no-phases", "-r", files[0])]),
            ("phase", [("phases", "-r", f) for f in files]),
            ("flow", [("flows", "--proc", saved())]),
            ("group", [("latency", "-r", f) for f in files] +
             [("conns", "-r", f, "--group-by", by) for f in files for by in (
                 "server,client,outcome,protocol", "closed-by,netns,open,close",
                 "status,dropped,comm,cgroup")]),
            ("listener", [("listeners", "--proc", saved())]),
            ("overview", [("overview", "--proc", saved())]),
            ("stats", [("stats", "--proc", saved()),
                       ("stats", "--proc", saved("none", latency="handshake 0 10 0\n"))])):
        path = find_above(f"contrib/schema/synfin-{kind}.schema.json")
        with open(path, encoding="utf-8") as file:
            schema = json.load(file)
        check = jsonschema.Draft202012Validator(schema)
        for command in commands:
            got = rows(run(*command, "--json"))
            assert got or "-r" in command, command
            for one in got:
                check.validate(one)
                if kind != "stats":
                    same(set(one) - set(schema["properties"]), set(), f"{command}: more")
        for name in set(got[0]) & {"server_port", "conns", "port", "opened", "segments"}:
            assert not check.is_valid({**got[0], name: "http"}), f"a word is taken for {name}"


@test
def a_ladder_says_how_to_find_it():
    text = run("ladder", "-r", several(), columns=80).text
    has(text, r"Wireshark: ip.addr == 10.0.0.1 && ip.addr == 10.0.0.2 && tcp.port == "
              r"40000\n +&& tcp.port == 80")
    has(run("ladder", "-r", several(), columns=200).text,
        r"ipv6.addr == 2001:db8::2 && tcp.port == 57404 && tcp.port == 443\n")


# --- groups ---

@test
def connections_are_counted_by_what_they_have_in_common():
    path = several()
    got = rows(run("conns", "-r", path, "--json", "--group-by", "server,outcome"))
    same({(g["server"], g["outcome"], g["conns"], g["failed"]) for g in got},
         {("10.0.0.2:http", "four-way", 1, 0), ("10.0.0.2:81", "refused", 1, 1),
          ("[2001:db8::2]:https", "unanswered", 1, 1)}, "groups")
    got = rows(run("conns", "-r", path, "--json", "--group-by", "client"))
    same([(g["client"], g["conns"]) for g in got],
         [("10.0.0.1", 2), ("2001:db8::7", 1)], "the largest first")
    text = run("conns", "-r", path, "--group-by", "service", columns=200).text
    same({len(line.split()) for line in text.splitlines()}, {18}, "words")
    has(run("conns", "-r", path, "--group-by", "shoe", status=2).said, "--group-by")


@test
def latency_is_that_of_the_connections():
    path = capture("latency", [p for port in range(100)
                               for p in conversation(Ends(cport=10000 + port))])
    got, = rows(run("latency", "-r", path, "--json"))
    same((got["service"], got["conns"], got["server_rtt_count"]), ("http", 100, 100),
         "the service")
    for name in ("server_rtt_p50_ns", "client_rtt_p99_ns"):
        assert 0.8 * MS < got[name] <= 1.2 * MS, f"{name}: {got[name]}"
    text = run("latency", "-r", path).text
    has(text, r"http  \(100 connections\)")
    has(text, r"server +\S+ +\S+ +\S+ +1.0ms")
    has(text, r"100  #{20,}")


@test
def overview_says_what_to_type_next():
    for args in (("overview",), ("overview", "--proc", saved())):
        done = run(*args, status=None)
    for columns in (20, 40, 60, 80):
        text = run("overview", "--proc", saved(), columns=columns).text
        assert max(map(len, text.splitlines())) <= columns, text
    has(done.text, r"failed +22% \(2\)  refused 2")
    has(done.text, r"half within +1\d\dus")
    has(done.text, r"http +9 +2 +180us +- +3.0+ms")
    for line in done.text.partition("TRY")[2].splitlines():
        command = re.split(r"  +", line.strip())[0].split()
        if command[1:] and "top" not in command and "--from" not in command:
            said = run(*command[1:], "--no-such-option", status=2).said
            has(said, "no such option: did|no-such-option: no such option", line)
    same(rows(run("overview", "--json", "--proc", saved()))[0]["refused"], 2, "refused")


def ring(name="ring"):
    """A ring file with the records of several()."""
    made = os.path.join(tmp, "for the ring")
    run("record", "-r", several(), "-o", made)
    with open(made, "rb") as file:
        data = file.read()
    nr, page, slot = 64, 4096, 256
    at, = struct.unpack_from("=I", data, 12)
    slots = b""
    count = 0
    while at < len(data):
        size = data[at + 6] * 8
        record = data[at:at + size].ljust(slot - 8, b"\0")
        slots += struct.pack("=Q", 2 * (count + 1)) + record
        count += 1
        at += size
    header = struct.pack("=QIIIIQQQQQIIQ", 0x474E4952464E5953, 3, slot, 1, 1, page,
                         page, 2 * page, 4 * page, 1, 0, nr, 0)
    head = struct.pack("=QQQQII", count, 0, 0, 0, 0, 1)
    return write(name, header.ljust(page, b"\0") + head.ljust(page, b"\0") +
                 slots.ljust(4 * page, b"\0"))


@test
def a_ring_file_says_what_its_recording_says():
    got = rows(run("conns", "--json", "--no-follow", "--ring-file", ring()))
    same(sorted(c["client_port"] for c in got), [40000, 40001, 57404], "ports")
    same(run("conns", "--json", "--last", "--ring-file", ring()).text,
         run("conns", "--json", "--no-follow", "--ring-file", ring()).text, "--last")
    text = run("conns", "-d", "0.3", "--from", "now", "--ring-file", ring(),
               "--no-headings").text
    same(text, "", "from now on")


@test
def top_prints_tables_for_a_file():
    text = run("top", "--batch", "-n", "2", "--ring-file", ring()).text
    same(text.count("3 connections, 0 records lost"), 2, "tables")
    has(text, r"http +1 +0 +0")
    has(text, r"https +1 +1 +0")
    has(run("top", status=2).said, "--batch")
    has(run("top", "-n", "3", status=2).said, "--batch")


class Screen:
    """A terminal of tmux with top in it."""

    def __init__(self, columns, lines):
        if not shutil.which("tmux"):
            raise Skip("tmux is missing")
        self.socket = os.path.join(tmp, f"tmux{columns}")
        command = f"exec {SYNFIN} top --ring-file {ring()}"
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y",
                  str(lines), "env", "LC_ALL=C.UTF-8", "TZ=UTC", "TERM=screen", "sh",
                  "-c", command)

    def tmux(self, *args):
        return subprocess.run(["tmux", "-S", self.socket, *args], check=True,
                              capture_output=True, timeout=30).stdout.decode()

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def until(self, want):
        text = ""
        for _ in range(200):
            text = self.tmux("capture-pane", "-p")
            if re.search(want, text):
                return text
            time.sleep(0.05)
        raise AssertionError(f"no {want!r} on the screen:\n{text}")

    def gone(self):
        for _ in range(200):
            try:
                self.tmux("has-session")
            except subprocess.CalledProcessError:
                return
            time.sleep(0.05)
        raise AssertionError("top is still there")


def on_a_terminal(*args, term="xterm", **env):
    """What a command says on a terminal of its own, and how it ended."""
    ours, theirs = os.openpty()
    with subprocess.Popen([SYNFIN, *args], stdin=theirs, stdout=theirs, stderr=theirs,
                          env={**os.environ, "TERM": term, **env}) as reader:
        os.close(theirs)
        said = b""
        limit = threading.Timer(20, reader.kill)
        limit.start()
        while True:
            try:
                got = os.read(ours, 65536)
            except OSError:
                break
            if not got:
                break
            said += got
        os.close(ours)
        limit.cancel()
        return said.decode(), reader.wait(30)


@test
def top_refuses_a_terminal_that_it_cannot_draw_on():
    for term, want in (("dumb", "cannot be drawn on: try: synfin top --batch"),
                       ("nonesuch", "is not known: try: TERM="), ("", "is not known")):
        said, status = on_a_terminal("top", "--ring-file", ring(), term=term)
        same(status, 1, f"exit status on the terminal {term!r}")
        has(said, want)


@test
def colours_are_for_terminals_that_have_them():
    for term, env, coloured in (("xterm", {}, True), ("xterm", {"NO_COLOR": "1"}, False),
                                ("dumb", {}, False)):
        said, status = on_a_terminal("conns", "-r", several(), term=term, **env)
        same(status, 0, "exit status")
        same("\x1b[" in said, coloured, f"colours on {term} with {env}")


@test
def top_goes_down_to_a_ladder_and_back():
    for columns, lines in ((80, 24), (200, 50)):
        screen = Screen(columns, lines)
        try:
            text = screen.until(r"http +0.0 +1 +0 +0 +1.0ms +1.0ms")
            assert max(map(len, text.splitlines())) <= columns, text
            has(text, "3 connections, 0 records lost")
            has(text, r"SERVICE +CONN/s +TOTAL +FAILED +RESET +S-RTT +C-RTT")
            screen.keys("Tab")
            screen.until(r"\[2001:db8::2\]:https +0.0 +1 +1")
            screen.keys("/", "10.0.0.2:h")
            text = screen.until("filter: 10.0.0.2:h")
            screen.keys("Enter")
            text = screen.until(r"10.0.0.2:http")
            assert "2001" not in text, text
            screen.keys("Enter")
            screen.until(r"10.0.0.1:40000 +10.0.0.2:80 +four-way")
            screen.keys("Enter")
            screen.until(r"SYN +seq=x")
            screen.keys("Escape")
            screen.until("four-way +1.0ms")
            screen.keys("Escape", "?")
            screen.until("quit")
            screen.keys("x", "p")
            screen.until("PAUSED")
            screen.tmux("resize-window", "-x", "60", "-y", "20")
            text = screen.until("PAUSED")
            screen.keys("q")
            screen.gone()
        finally:
            subprocess.run(["tmux", "-S", screen.socket, "kill-server"], check=False,
                           capture_output=True)


main()
