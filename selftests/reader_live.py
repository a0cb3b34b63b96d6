# SPDX-License-Identifier: GPL-2.0
"""What is live, from copies of the module's files and of its ring: flows, stats, overview,
top.

Its tests are among those of reader_files.py.
"""
import json
import os
import re
import shutil
import subprocess
import threading
import time

from reader_lib import SYNFIN, Skip, has, rows, run, same, several, test, tmp
from reader_made import FLOWS, LATENCY, STATS, ring, saved


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
def what_is_no_live_connection_is_told():
    after = FLOWS.count("\n") + 1
    for odd, want in (("hello\n", f"flows: line {after} is no connection"),
                      ("id=9 state=\n\n", "2 lines are no connections, the first is line "
                       f"{after}")):
        shown = run("flows", "--proc", saved("odd lines", flows=FLOWS + odd), "--json",
                    status=1)
        same([f["id"] for f in rows(shown)], [1, 2, 3], "those that are")
        has(shown.said, want)


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
            assert not re.search("(?m)^   p99", text), f"askew at {columns}: {text}"
    same(rows(run("stats", "--proc", saved(), "--json"))[0]["open_refused"], 2,
         "open_refused")
    has(run("stats", "--proc", saved(), "--explain").text,
        "open_refused +2  openings: a RST")


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


@test
def top_goes_on_in_no_other_line():
    for columns in (8, 20, 30, 45):
        screen = Screen(columns, 9)
        try:
            screen.until("http")
            screen.keys("Enter")
            text = screen.until(r"(?m)^\d\d:\d\d:\d\d( |$)")
            for line in text.splitlines()[3:]:
                has(line, r"^(\d\d:\d\d:\d\d( +\S+:(40000|40001|57404))?"
                    r"( +\S+:(80|81|443))? *)?$", f"at {columns}")
        finally:
            subprocess.run(["tmux", "-S", screen.socket, "kill-server"], check=False,
                           capture_output=True)
