#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The reader's commands on files: what they show, what they refuse, what they make.

SYNFIN names the reader. TAP on stdout. With arguments, only the sub-tests whose
names have one of these in them.
"""
import fcntl
import json
import os
import re
import signal
import stat
import struct
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
# pylint: disable=wrong-import-position
from capture_make import (  # noqa: E402
    MS, SYN, SYN_ACK, Ends, conversation, ethernet, pcap)

HERE = os.path.dirname(os.path.realpath(__file__))
SKIP = 4
tests = []


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
    assert got == want, f"{what}: is {got!r}, not {want!r}"


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


def write(name, data, mode=0o644):
    path = os.path.join(tmp, name)
    with open(path, "wb") as file:
        file.write(data)
    os.chmod(path, mode)
    return path


def capture(name, packets, **more):
    link = ethernet()
    return write(name, pcap([link(p) for p in packets], **more))


def several(name="several"):
    """Three connections: a close in four segments, one refused, one unanswered."""
    refused = Ends(cport=40001, sport=81)
    silent = Ends(client="2001:db8::7", server="2001:db8::2", cport=57404, sport=443)
    return capture(name, conversation() + [
        refused.up(0, None, "S"), refused.down(0, 1, "RA"),
        silent.up(0, None, "S"), silent.up(0, None, "S")])


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
            self.feed.write(file.read())

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


# --- more phases than can be kept ---

def retold(nr):
    e = Ends()
    return [e.up(0, None, "S")] + [e.down(0, 1, "SA")] * nr + conversation()[SYN_ACK + 1:]


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


with tempfile.TemporaryDirectory() as tmp:
    main()
