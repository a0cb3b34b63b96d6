# SPDX-License-Identifier: GPL-2.0
"""What the reader shows: tables, CSV, JSON, groups, and how wide they are.

Its tests are among those of reader_files.py.
"""
import csv
import fcntl
import io
import json
import os
import re
import shutil
import subprocess
import time

from capture_make import MS, Ends, conversation
from reader_lib import (
    SYNFIN, Skip, capture, find_above, has, rows, run, same, several, shown, test, tmp)
from reader_made import retold, saved, ring


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
    # What both ends have is said once.
    itself = Ends(client="127.0.0.1", server="127.0.0.1", cport=7, sport=7)
    path = capture("itself", [itself.up(0, None, "S")])
    has(run("ladder", "-r", path, columns=80).text,
        r"Wireshark: ip.addr == 127.0.0.1 && tcp.port == 7\n")
    page = run("report", "-r", path, "-o", "-").text
    has(page, "Wireshark: <code>ip.addr == 127.0.0.1 &amp;&amp; tcp.port == 7</code>")


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
