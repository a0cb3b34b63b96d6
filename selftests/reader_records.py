# SPDX-License-Identifier: GPL-2.0
"""What the reader makes of records that a stranger has written, of older versions, and of
more phases than can be kept.

Its tests are among those of reader_files.py.
"""
import csv
import io
import os
import re
import struct

from capture_make import MS
from reader_lib import capture, has, rows, run, same, several, test, tmp, write
from reader_made import EXTRAS, head, NONE, recording, step, record, summary, T, retold


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


FOLLOWED, HELD = 256 * 1024, 16 * 1024 + 1


def numbered(one, number):
    """A record of another connection."""
    return one[:16] + struct.pack("=Q", number) + one[24:]


@test
def a_recording_of_more_than_can_be_kept_says_so():
    first, more = record(1, step(0, T)), 1000
    name = recording("crowd", *(numbered(first, i + 1)
                                for i in range(FOLLOWED + HELD + more)))
    said = run("conns", "-r", name, "--closed-by", "server").said
    has(said, f"; {more:,} connections too many to be kept until the end")


@test
def a_recording_of_all_that_is_followed_is_kept():
    """Of a capture with more connections: for each that comes one is given up."""
    first, last = record(1, step(0, T)), summary(opening=4, closing=0, by=0, phases=1)
    name = recording("flood", *(numbered(first, i + 1) for i in range(FOLLOWED)), *(
        part for i in range(HELD + 5000)
        for part in (numbered(last, i + 1), numbered(first, FOLLOWED + i + 1))))
    done = run("conns", "-r", name, "--json")
    assert "too many" not in done.said, done.said
    assert '"phases":[]' not in done.text, "a connection has lost its phases"


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


NAMES = (b'a"b', b'"', b"\\", b'a\\",b\n', b"\x1b[31mred\x07", b"<script>", b"a, b\tc",
         b"\xc2\x9b\xe2\x80\xae", b"\xff\xc3", b"x" * 16, b"&lt;", b'=1+1,"a"', b"+1", b"-1", b"@SUM")


@test
def commands_may_have_any_name():
    """Whoever runs there chooses it."""
    path = recording("names", *(summary(
        extras=b"\1" + EXTRAS[1:4] + name.ljust(16, b"\0") + EXTRAS[20:], ident=i + 1)
        for i, name in enumerate(NAMES)))
    conns = run("conns", "-r", path, "--json", "--no-phases")
    read = list(csv.DictReader(io.StringIO(run("conns", "-r", path, "--csv").text)))
    same(len(read), len(NAMES), "rows")
    for name, line, one, row in zip(NAMES, conns.text.splitlines(), rows(conns), read):
        same(one["comm"], name.decode(errors="replace"), "in JSON")
        text, = re.findall(r'"comm":"((?:[^"\\]|\\.)*)"', line)
        same(row["comm"], "'" * (name[:1] in b"=+-@") +
             re.sub(r'\\(["\\])', r"\1", text), "in CSV")
        same((row["id"], row["socket"], None in row), (str(one["id"]), "", False), "others")
    made = os.path.join(tmp, "names.html")
    run("report", "-q", "-r", path, "-o", made)
    with open(made, encoding="utf-8") as file:
        page = file.read()
    assert "<script" not in page, "a name became an element"
    for text in (page, run("ladder", "-r", path).text,
                 run("conns", "-r", path, "-o", "+COMM").text,
                 run("conns", "-r", path, "--group-by", "comm", "--csv").text,
                 run("conns", "-r", path, "--group-by", "comm").text):
        assert not re.search("[\0-\x09\x0b-\x1f\x7f-\x9f\u202e]", text), text


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
        "never sent": record(1, step(0, T, count=0)),
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
