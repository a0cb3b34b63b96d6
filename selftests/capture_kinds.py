#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The reader on situations in which tools that watch TCP are often wrong, of each kind
several: rival attempts, late proofs, captures without data, failures that are not the end,
what comes after it, bytes; in files beside this one order, copies and places, and what
it is in the words of others.

What is right of each follows from RFC 9293 (and 5461, 5961, 6191, 7413), not from what
the reader says.
"""
import json
import subprocess
import sys

sys.dont_write_bytecode = True
# pylint: disable=wrong-import-position,unused-import
import capture_places  # noqa: E402,F401
import capture_words  # noqa: E402,F401
from capture_lib import SYNFIN, main, read, same, test  # noqa: E402
from capture_make import MS  # noqa: E402
from capture_talk import (  # noqa: E402
    DRESSES, FAR, FOUR, GIB, OPEN, REFUSED, RESET, UNANSWERED, Talk, but, capture_of,
    found_half_open, told)

# --- rival attempts ---

@test
def rivals_of_which_one_opens():
    for which in range(4):
        talk, won = Talk(), {"x": which * 0x10000000}
        for i in range(4):
            talk.up(i * 10, "S", x=i * 0x10000000)
        talk.down(60, "SA", 0, 1, **won).up(60.1, "A", 1, 1, **won).closed(900, **won)
        told(f"number {which} of four", talk,
             but(FOUR, server_rtt_ns=(60 - 10 * which) * MS), *[UNANSWERED] * 3)


@test
def a_stray_syn_amid_a_handshake():
    told("before the SYN-ACK",
         Talk().up(0, "S").up(50, "S", x=GIB).down(200, "SA", 0, 1).up(200.1, "A", 1, 1)
         .closed(1000), but(FOUR, server_rtt_ns=200 * MS), UNANSWERED)
    told("before the ACK",
         Talk().up(0, "S").down(20, "SA", 0, 1).up(70, "S", x=GIB).up(120, "A", 1, 1)
         .closed(900), but(FOUR, client_rtt_ns=100 * MS), UNANSWERED)
    # RFC 9293, figure 8: an old one is answered, and the answer reset.
    told("an old one",
         Talk().up(0, "S", x=-400).down(20, "SA", 0, 1, x=-400, y=GIB)
         .up(20.1, "R", 1, x=-400).up(30, "S").down(50, "SA", 0, 1).up(50.1, "A", 1, 1)
         .closed(900), FOUR, {"open": "aborted"})


@test
def an_attempt_beside_what_is_open():
    def old():
        return Talk().opened().up(100, "PA", 1, 1, 5).down(120, "A", 1, 6)

    def goes_on(talk):
        return talk.up(9000, "PA", 6, 1, 10).down(9020, "A", 1, 16).closed(9900, 15)
    told("refused", goes_on(old().up(5000, "S", x=GIB).refuse(5020, x=GIB)),
         but(FOUR, bytes_client=15), REFUSED)
    told("not acknowledged", goes_on(old().up(5000, "S", **FAR)
                                     .down(5020, "SA", 0, 1, **FAR)),
         but(FOUR, bytes_client=15), {"open": "unacknowledged", "syn_ack_count": 1})
    # A SYN right where the connection ends.
    told("a forged one", Talk().opened().asked(replied=0).up(2000, "S", x=150)
         .down(2020, "A", 1, 101).up(3000, "PA", 101, 1, 50).down(3020, "A", 1, 151)
         .closed(4000, 150), but(FOUR, bytes_client=150), UNANSWERED)
    talk = old()
    for when in 60000, 61000, 63000, 67000:
        talk.up(when, "S", x=GIB).down(when + 20, "A", 1, 6)
    told("challenged only", talk.down(70000, "RA", 1, 6),
         but(RESET, closed_by="server"), but(UNANSWERED, syn_count=4))


def server_only(talk):
    talk.said = [said for said in talk.said if not said.client]
    return talk


@test
def ports_are_used_again():
    told("a half-open one is found", found_half_open(),
         but(RESET, closed_by="client", rst_count=1), but(FOUR, syn_count=2))
    told("in TIME_WAIT", Talk().opened().closed(100).opened(1000, x=70000, y=300000)
         .closed(1500, x=70000, y=300000), FOUR, FOUR)
    late = {"x": -900000, "y": 300000}
    told("in TIME_WAIT, with a lower number",
         Talk().opened().closed(100).up(1000, "S", x=-900000).down(1020, "A", 2, 2)
         .up(1020.1, "R", 2).up(2000, "S", **late).down(2020, "SA", 0, 1, **late)
         .up(2020.1, "A", 1, 1, **late).closed(2500, **late),
         but(FOUR, rst_count=1), but(FOUR, syn_count=2))
    told("the other way round",
         Talk().opened().closed(100).down(5000, "S", **FAR).up(5020, "SA", 0, 1, **FAR)
         .down(5020.1, "A", 1, 1, **FAR), FOUR, but(OPEN, client_port=80))
    told("after a RST, and the second SYN was missed",
         Talk().opened().asked(replied=0).up(1000, "RA", 101, 1)
         .down(1100, "SA", 0, 1, **FAR).up(1100.1, "A", 1, 1, **FAR)
         .up(1200, "PA", 1, 1, 7, **FAR).down(1220, "A", 1, 8, **FAR)
         .closed(2000, 7, **FAR), but(RESET, closed_by="client", bytes_client=100),
         but(FOUR, syn_count=0, bytes_client=7))
    # Who has given up asks nothing any more, and is asked.
    told("the other way round, after no answer",
         Talk().up(0, "S").up(1000, "S").up(3000, "S").down(30000, "S", **FAR)
         .up(30020, "SA", 0, 1, **FAR).down(30020.1, "A", 1, 1, **FAR),
         but(UNANSWERED, syn_count=3), but(OPEN, client_port=80, syn_count=1))
    told("both at once, when the first was lost",
         Talk().up(0, "S").up(1000, "S").down(1500, "S").up(1520, "SA", 0, 1)
         .down(1540, "SA", 0, 1), {"open": "simultaneous", "syn_count": 3})
    talk = Talk()
    for when in 0, 500, 1000:
        talk.up(when, "S").refuse(when + 0.2)
    told("the same SYN after a RST", talk, but(REFUSED, syn_count=3, rst_count=3))
    told("another after a RST", Talk().up(0, "S").refuse(0.2).up(500, "S", x=GIB)
         .refuse(500.2, x=GIB), REFUSED, REFUSED)


@test
def the_same_number_again():
    """Whoever is asked again after the end, with the old number, and answers: that is new."""
    again = but(FOUR, server_rtt_ns=20 * MS, client_rtt_ns=MS // 10)
    for later in 500, 5000, 40000, 300000:
        for y in GIB, 0:
            told(f"{later} ms after a close, y + {y}",
                 Talk().opened().asked().closed(1000, 100, 500).opened(1100 + later, y=y)
                 .asked(1300 + later, y=y).closed(2000 + later, 100, 500, y=y), FOUR, again)
        for by in "client", "server":
            talk = Talk().opened().asked()
            talk = talk.up(1000, "RA", 101, 501) if by == "client" else \
                talk.down(1000, "RA", 501, 101)
            told(f"{later} ms after a RST by the {by}",
                 talk.opened(1100 + later, y=GIB).asked(1300 + later, y=GIB)
                 .closed(2000 + later, 100, 500, y=GIB),
                 but(RESET, closed_by=by, syn_count=1), again)
    # All SYNs that nobody had answered before are the new one's, as they were sent.
    talk = Talk().opened().closed(1000).up(3000, "S", window=777).up(4000, "S", window=777)
    talk.opened(6000, y=GIB).closed(9000, y=GIB)
    told("after two more", talk, but(FOUR, duration_ns=1040 * MS + MS // 10),
         but(FOUR, syn_count=3, handshake_ns=3020 * MS + MS // 10))
    shown = read(capture_of(talk.packets(DRESSES["IPv4"]), DRESSES["IPv4"]))
    lines = subprocess.run([SYNFIN, "phases", "--json", "-r", shown.path], check=True,
                           capture_output=True).stdout.splitlines()
    same([step["window"] for step in map(json.loads, lines) if step["id"] == 2 and
          step["phase"] == "syn"], [777, 777, 8192], "windows")


@test
def an_answer_whose_question_was_missed():
    """Beside what is not over, as far as one direction shows."""
    one = {"open": "established", "bytes_client": 100, "bytes_server": 500, "fin_count": 1}
    talk = Talk().opened().asked().closed(1000, 100, 500).opened(2000, **FAR)
    talk = talk.asked(2100, **FAR).closed(3000, 100, 500, **FAR)
    told("one direction", server_only(talk), one, one)


# --- what proves is not when ---

@test
def what_proves_is_not_when():
    def asked():
        return Talk().up(0, "S").down(20, "SA", 0, 1)
    unknown = but(FOUR, handshake_ns=None, client_rtt_ns=None, server_rtt_ns=20 * MS)
    told("data much later", asked().up(3000, "PA", 1, 1, 30).down(3020, "A", 1, 31)
         .closed(4000, 30), unknown)
    told("a FIN", asked().closed(6000), unknown)
    told("an ACK of data", asked().down(300, "PA", 1, 1, 300).up(300.1, "A", 1, 301)
         .closed(4000, 0, 300), but(unknown, bytes_server=300))
    told("data at once", asked().up(21, "PA", 1, 1, 30).down(31, "A", 1, 31)
         .closed(4000, 30), but(FOUR, client_rtt_ns=MS, handshake_ns=21 * MS))
    # The SYN-ACK was missed, and is sent again; or it is only shown late.
    for when, rtt in (1020, None), (320, None), (20.2, 20 * MS + MS // 5):
        told(f"a SYN-ACK after {when} ms",
             Talk().up(0, "S").up(20.1, "A", 1, 1).down(when, "SA", 0, 1)
             .up(when + 0.1, "A", 1, 1).closed(4000),
             but(FOUR, handshake_ns=20 * MS + MS // 10, server_rtt_ns=rtt))
    # The SYN would have been sent again meanwhile: this is a later ACK.
    for when, known in (3000, True), (30000, False):
        told(f"an ACK alone after {when} ms",
             Talk().up(0, "S").up(when, "A", 1, 1).closed(40000),
             {"open": "established", "handshake_ns": when * MS if known else None,
              "server_rtt_ns": None, "client_rtt_ns": None})
    # Both SYNs, and then what nobody sends to acknowledge them.
    for when, flags, size in (6000, "PA", 10), (6000, "FA", 0):
        told(f"SYNs that cross, {flags}",
             Talk().up(0, "S").down(5, "S").up(when, flags, 1, 1, size)
             .down(when + 20, "PA", 1, 1 + size + (flags == "FA"), 20),
             {"open": "simultaneous", "handshake_ns": None})
    told("SYNs that cross", Talk().up(0, "S").down(5, "S").up(25, "A", 1, 1)
         .down(30, "A", 1, 1).closed(900), {"open": "simultaneous", "handshake_ns": 30 * MS})
    # A server of Fast Open may send before the ACK.
    told("Fast Open", Talk().up(0, "S", size=30).down(20, "SA", 0, 31)
         .down(20.3, "PA", 1, 31, 100).up(20.5, "A", 31, 101).closed(1000, 30, 100),
         but(FOUR, client_rtt_ns=MS // 2, bytes_client=30, bytes_server=100))
    told("data with the SYN-ACK", Talk().up(0, "S").down(20, "SA", 0, 1, 40)
         .up(720, "A", 1, 41).closed(1000, 0, 40),
         but(FOUR, client_rtt_ns=700 * MS, bytes_server=40))
    told("Fast Open, later", Talk().up(0, "S", size=30).down(20, "SA", 0, 31)
         .down(2000, "PA", 1, 31, 100).up(2000.1, "A", 31, 101).closed(3000, 30, 100),
         but(unknown, bytes_client=30, bytes_server=100))


@test
def which_try_was_answered():
    def twice(**answer):
        return Talk().up(0, "S").up(1000, "S").down(1200, "SA", 0, 1, **answer) \
            .up(1200.1, "A", 1, 1).closed(4000)
    plain = [name for name, dress in DRESSES.items() if not dress.stamps]
    known = but(FOUR, syn_count=2, handshake_ns=1200 * MS + MS // 10)
    told("unknown", twice(), but(known, server_rtt_ns=None), dresses=plain)
    for echo, elapsed in ((1000, 1200), (2000, 200), (7, None)):
        told(f"stamp {echo}", twice(echo=echo),
             but(known, server_rtt_ns=elapsed and elapsed * MS), dresses=["stamps"])
    told("two with one stamp", Talk().up(0, "S", stamp=5).up(300, "S", stamp=5)
         .down(420, "SA", 0, 1, echo=5).up(420.1, "A", 1, 1).closed(4000),
         but(FOUR, syn_count=2, server_rtt_ns=None), dresses=["stamps"])


# --- SYN, FIN and RST only ---

@test
def captures_without_data():
    for size in (0, 1, 65535, 65536, 10 << 20, GIB, 3 * GIB - 1):
        for by_client in True, False:
            when = max(2000, size / 100000)
            talk = Talk().up(0, "S").down(20, "SA", 0, 1)
            a, b = (301, 1 + size) if by_client else (1 + size, 301)
            one, other = (talk.up, talk.down) if by_client else (talk.down, talk.up)
            begun = len(talk.said)
            who = "client" if by_client else "server"
            bytes_ = {"bytes_client": 300, "bytes_server": size}
            for what, steps, wanted in (
                    ("three-way", [(one, 0, "FA", a, b), (other, 20, "FA", b, a + 1)],
                     but(bytes_, close="three-way", closed_by=who, fin_count=2)),
                    ("simultaneous", [(one, 0, "FA", a, b), (other, 1, "FA", b, a)],
                     but(bytes_, close="simultaneous", closed_by="both", fin_count=2)),
                    ("RST", [(one, 0, "RA", a, b)],
                     {"close": "reset", "closed_by": who}),
                    ("FIN, RST", [(one, 0, "FA", a, b), (other, 20, "R", b)],
                     {"close": "reset", "fin_count": 1, "rst_count": 1})):
                del talk.said[begun:]
                for say, later, *rest in steps:
                    say(when + later, *rest)
                told(f"{size} bytes, {what} by the {who}", talk,
                     but(wanted, open="established", client_rtt_ns=None),
                     dresses=["IPv4", "numbers that wrap"])
    told("the server sends on after the client's FIN",
         Talk().up(0, "S").down(20, "SA", 0, 1).up(1000, "FA", 501, 1)
         .down(30000, "FA", 1 + (40 << 20), 502),
         {"open": "established", "closed_by": "client", "bytes_client": 500,
          "bytes_server": 40 << 20})
    told("without the SYN-ACK", Talk().up(0, "S").up(60000, "FA", 100001, 5000001)
         .down(60020, "FA", 5000001, 100002),
         {"open": "established", "close": "three-way", "closed_by": "client"})


@test
def both_ends_without_data():
    """Each has sent much, and not all of it is acknowledged yet; or it takes minutes."""
    plain = ["IPv4", "numbers that wrap"]
    for a in 5000, 100 << 20, GIB, 3 * GIB:
        for b in 5000, 100 << 20, 2 * GIB, 3 * GIB:
            when = (a + b) / 100000 + 3000
            sent = {"bytes_client": a, "bytes_server": b, "open": "established"}
            begun = Talk().up(0, "S").down(20, "SA", 0, 1).up(when, "FA", 1 + a, b - 999)
            told(f"{a} and {b}, simultaneous", begun.down(when + 5, "FA", 1 + b, a - 999),
                 but(sent, close="simultaneous", closed_by="both"), dresses=plain)
            begun.said.pop()
            told(f"{a} and {b}, three-way", begun.down(when + 40, "FA", 1 + b, 2 + a),
                 but(sent, close="three-way", closed_by="client"), dresses=plain)
            told(f"{a} and {b}, both reset",
                 Talk().up(0, "S").down(20, "SA", 0, 1).up(when, "RA", 1 + a, b - 999)
                 .down(when + 20, "R", b - 999),
                 but(RESET, closed_by="client", rst_count=2), dresses=plain)
    for when in 61000, 600000, 7200000:
        told(f"{when} ms", Talk().up(0, "S").down(20, "SA", 0, 1)
             .up(when, "FA", 301, 70001).down(when + 20, "FA", 70001, 302),
             {"open": "established", "close": "three-way", "closed_by": "client",
              "bytes_client": 300, "bytes_server": 70000})
        told(f"{when} ms, RST", Talk().up(0, "S").down(20, "SA", 0, 1)
             .down(when, "R", 70001), but(RESET, closed_by="server"))
        told(f"{when} ms, one direction", Talk().up(0, "S").up(when, "FA", 301, 70001),
             {"open": "established", "fin_count": 1})


@test
def more_than_the_numbers_can_count():
    """They come round: nothing tells how often, but that no line is that fast."""
    for size in (5 * GIB, (4 * GIB) + 500, 9 * GIB + 1):
        for when in 1000, 60000, 86400000:
            talk = Talk().up(0, "S").down(20, "SA", 0, 1).up(when, "FA", 301, 1 + size)
            told(f"{size} bytes in {when} ms", talk.down(when + 20, "FA", 1 + size, 302),
                 {"open": "established", "close": "three-way", "bytes_client": 300,
                  "bytes_server": size % (4 * GIB), "bytes_partial": True})
    # A hole, behind which both ends are far on.
    for size in 500 << 20, 5 * GIB:
        for late, partial in ((300, True), (60000, True), (100, False)):
            if size > 500 << 20 and not partial:
                continue
            talk = Talk().opened().asked().up(200 + late, "A", 101, 501 + size)
            talk.down(220 + late, "PA", 501 + size, 101, 9).up(221 + late, "A", 101, 510 + size)
            told(f"a hole of {late} ms and {size} bytes", talk.closed(90000, 100, 509 + size),
                 but(FOUR, bytes_client=100, bytes_server=(509 + size) % (4 * GIB),
                     bytes_partial=partial))
    told("no time for that", Talk().up(0, "S").down(20, "SA", 0, 1).up(120, "FA", 301, 701)
         .down(140, "FA", 701, 302),
         {"bytes_client": 300, "bytes_server": 700, "bytes_partial": False})


@test
def a_hole_in_the_opening():
    def holed(*missed):
        talk = Talk().opened().asked().closed(1000, 100, 500)
        talk.said = [said for i, said in enumerate(talk.said) if i not in missed]
        return talk
    whole = but(FOUR, bytes_client=100, bytes_server=500, client_rtt_ns=None)
    told("the ACK and all data", holed(2, 3, 4), whole)
    told("and the first ACK", holed(2, 3, 4, 5), whole)
    told("and data that goes on",
         Talk().up(0, "S").down(20, "SA", 0, 1).up(100, "A", 3001, 5001)
         .up(200, "PA", 3001, 5001, 10).down(220, "A", 5001, 3011)
         .closed(1000, 3010, 5000), but(whole, bytes_client=3010, bytes_server=5000))
    told("server only, no data", server_only(Talk().opened().closed(1000)),
         {"open": "established", "fin_count": 1, "bytes_client": 0, "bytes_server": 0})


# --- failures that are not the end ---

@test
def failures_that_are_not_the_end():
    def answered(talk, when=20):
        return talk.down(when, "SA", 0, 1).up(when + 0.1, "A", 1, 1).closed(4000)
    whole = [name for name, dress in DRESSES.items() if not dress.cut]
    told("an ICMP error, and an answer", answered(Talk().up(0, "S").error(5, 0)), FOUR,
         dresses=whole)
    told("an ICMP error, an answer to the next",
         answered(Talk().up(0, "S").error(5, 0).up(1000, "S"), 1020),
         but(FOUR, syn_count=2), dresses=whole)
    told("a RST, and an answer", answered(Talk().up(0, "S").refuse(1), 40),
         but(FOUR, rst_count=1))
    told("an ICMP error about data",
         Talk().opened().up(100, "PA", 1, 1, 100).error(110, 3).up(400, "PA", 1, 1, 100)
         .down(420, "A", 1, 101).closed(2000, 100), but(FOUR, bytes_client=100),
         dresses=whole)
    told("an answer out of the blue",
         Talk().up(0, "S").down(20, "SA", 0, 77777, y=99).up(20.1, "R", 77777, y=99)
         .up(1000, "S").down(1020, "SA", 0, 1).up(1020.1, "A", 1, 1).closed(2000),
         but(FOUR, syn_count=2))


@test
def failures_of_each_try():
    """As long as the same SYN comes again it is one attempt: the last gap is 32 seconds."""
    none = {"icmp_type": None, "icmp_code": None, "icmp_from": None}
    whole = [name for name, dress in DRESSES.items() if not dress.cut]
    times = [1000 * (2**i - 1) for i in range(7)]
    for how in "RST", "ICMP":
        for failed in 1, 2, 6, 7:
            talk = Talk()
            for when in times[:failed]:
                talk.up(when, "S")
                if how == "RST":
                    talk.refuse(when + 2)
                else:
                    talk.error(when + 2, len(talk.said) - 1)
            for when in times[failed:]:
                talk.up(when, "S")
            wanted = {"syn_count": 7, "rst_count": failed * (how == "RST")}
            if failed == 7:
                told(f"{how} for each", talk,
                     but(wanted, open="refused" if how == "RST" else "unreachable"),
                     dresses=whole)
                continue
            talk.down(63020, "SA", 0, 1).up(63020.1, "A", 1, 1).closed(70000)
            told(f"{how} for {failed}", talk, but({**FOUR, **none}, **wanted),
                 dresses=whole)
    told("an ICMP error, then refused", Talk().up(0, "S").error(5, 0).up(1000, "S")
         .refuse(1020), but(REFUSED, syn_count=2, **none), dresses=whole)
    told("an ICMP error, then not acknowledged",
         Talk().up(0, "S").error(5, 0).down(20, "SA", 0, 1),
         {"open": "unacknowledged", **none}, dresses=whole)


@test
def resets_of_each_end_are_numbered():
    talk = Talk().opened().asked().up(1000, "RA", 101, 501).down(1001, "R", 501)
    talk.down(1002, "PA", 501, 101, 9).up(1002.1, "R", 101).up(1003, "R", 101)
    conn, = read(capture_of(talk.packets(DRESSES["IPv4"]), DRESSES["IPv4"])).conns
    same([(step["from"], step["count"]) for step in conn["phases"]
          if step["phase"] == "rst"],
         [("client", 1), ("server", 1), ("client", 2), ("client", 3)], "RSTs")
    same(conn["rst_count"], 4, "RSTs of both")


@test
def forged_resets():
    def sent(**more):
        return Talk().opened().up(100, "PA", 1, 1, 20, **more).down(120, "A", 1, 21)

    def goes_on(talk, when):
        return talk.up(when, "PA", 21, 1, 20).down(when + 20, "A", 1, 41) \
            .closed(when + 1000, 40)
    told("ignored", goes_on(sent().down(500, "R", 1), 700),
         but(FOUR, rst_count=1, bytes_client=40))
    told("challenged", goes_on(sent().up(500, "R", 1000).down(500.2, "A", 1, 21), 700),
         {"open": "established", "close": "four-way", "bytes_client": 40})
    told("challenged, and true",
         sent().up(500, "R", 30).down(500.2, "A", 1, 21).up(500.4, "R", 21),
         but(RESET, closed_by="client"))
    # Whose name was forged goes on; who was deceived answers with RSTs.
    talk = sent()
    for i in range(3):
        talk.down(105 + i, "RA", 1 + 1460 * i, 21)
    talk = talk.by_time().up(121, "R", 21).down(141, "PA", 1, 21, 500)
    told("forged, and taken for true", talk, but(RESET, closed_by="client"))
    told("forged, and taken for true, each reset", talk.up(141.1, "R", 21),
         but(RESET, closed_by="client", rst_count=5, bytes_client=20))
    # Many guesses after a silence: none makes that short.
    talk = sent()
    for i in range(200):
        guess = {"x" if i % 2 else "y": i * 0x1400000 + 12345}
        (talk.up if i % 2 else talk.down)(100000 + i, "R", 0, **guess)
    told("guessed", goes_on(talk, 200000),
         {"open": "established", "close": "four-way", "bytes_client": 40},
         dresses=["IPv4", "numbers that wrap"])


# --- after the end ---

@test
def what_comes_after_the_end():
    def over(replied=500):
        return Talk().opened().asked(replied=replied).closed(1000, 100, replied)
    talk = over()
    for i in range(9):
        talk.down(1400 + 400 * 2**i, "FA", 501, 102)
    told("FINs for minutes", talk, but(FOUR, fin_count=11))
    told("a keepalive", over().down(76000, "A", 501, 102).up(76000.1, "R", 102),
         but(FOUR, rst_count=1, bytes_server=500))
    told("a keepalive, then what was lost for minutes",
         over().down(76000, "A", 501, 102).up(76000.1, "R", 102)
         .down(190000, "FA", 501, 102).up(190000.1, "R", 102),
         but(FOUR, fin_count=3, rst_count=2, bytes_server=500))
    told("an ACK an hour later", over().down(3600000, "A", 502, 102), FOUR)
    told("the SYN again", over().up(2000, "S"), but(FOUR, syn_count=2))
    told("the SYN-ACK again", over().down(2000, "SA", 0, 1).up(2000.1, "A", 102, 502),
         but(FOUR, syn_ack_count=2))
    talk = Talk().opened().asked().up(1000, "RA", 101, 501)
    for i in range(8):
        talk.down(1200 + 400 * 2**i, "PA", 501, 101, 100)
    told("data again after a RST", talk, but(RESET, closed_by="client", rst_count=1))
    for i in range(8):
        talk.up(1200.1 + 400 * 2**i, "R", 101)
    told("data again after a RST, each reset", talk.by_time(),
         but(RESET, closed_by="client", rst_count=9))
    talk = Talk().opened().asked().up(1000, "FA", 101, 501).down(1020, "A", 501, 102)
    for i in range(6):
        talk.down((i + 1) * 600000, "PA", 501 + 100 * i, 102, 100)
        talk.up((i + 1) * 600000 + 1, "A", 102, 601 + 100 * i)
    told("half closed for an hour",
         talk.down(3700000, "FA", 1101, 102).up(3700001, "A", 102, 1102),
         but(FOUR, bytes_server=1100, half_close_ns=3700000 * MS - 1020 * MS))


# --- bytes ---

@test
def bytes_are_counted_once_and_no_more():
    talk = Talk().opened()
    for when in 1000, 2000, 3000:
        talk.up(when, "A", 0, 1).down(when + 20, "A", 1, 1)
    told("keepalives", talk.closed(9000), but(FOUR, bytes_client=0, bytes_server=0,
                                              bytes_partial=False))
    talk = Talk().opened().asked(sent=10, replied=20)
    for when in 1000, 2000, 3000:
        talk.down(when, "A", 20, 11, 1).up(when + 20, "A", 11, 21)
    told("keepalives with a byte", talk.closed(9000, 10, 20),
         but(FOUR, bytes_client=10, bytes_server=20))
    for size in 0, 1:
        talk = Talk()
        for when in 0, 75000:
            talk.up(when, "A", 100, 1, size).down(when + 20, "A", 1, 101)
        told(f"first of all a keepalive, {size}", talk.closed(80000, 100),
             {"open": "midstream", "close": "four-way", "bytes_client": 0, "bytes_server": 0,
              "bytes_partial": True})
    talk = Talk().opened().up(100, "PA", 1, 1, 1000).down(120, "A", 1, 1001, window=0)
    for when in 400, 800, 1600:
        talk.up(when, "A", 1001, 1, 1).down(when + 20, "A", 1, 1001, window=0)
    talk.down(3000, "A", 1, 1001).up(3000.1, "PA", 1001, 1, 100).down(3020, "A", 1, 1101)
    told("probes of a window", talk.closed(4000, 1100), but(FOUR, bytes_client=1100))
    talk = Talk().opened().up(100, "PA", 1, 1, 1000).down(120, "A", 1, 1001, window=0)
    for when in 400, 800, 1600:
        talk.up(when, "A", 1001, 1, 1).down(when + 20, "A", 1, 1001, window=0)
    told("probes that were never let in", talk.up(3000, "RA", 1001, 1),
         but(RESET, closed_by="client", bytes_client=1000))
    told("a FIN and a RST behind it, without data",
         Talk().up(0, "S").down(20, "SA", 0, 1).up(9000, "FA", 100001, 701)
         .up(9020, "R", 100002), but(RESET, closed_by="client", bytes_client=100000))
    talk = Talk().opened().asked(sent=10, replied=0).down(1020, "A", 1, 12)
    for i in range(3):
        talk.down(9000 * (i + 1), "PA", 1 + 100 * i, 12, 100)
        talk.up(9000 * (i + 1) + 1, "A", 12, 101 + 100 * i)
    told("a FIN that was missed, amid what goes on", talk,
         {"open": "established", "bytes_client": 10, "bytes_server": 300})
    told("of one end only its SYN",
         Talk().up(0, "S").down(50, "A", 1, 101).down(60, "PA", 1, 101, 500)
         .down(5000, "A", 501, 102).down(5001, "FA", 501, 102),
         {"open": "established", "bytes_client": 100, "bytes_server": 500})
    told("beyond the window",
         Talk().opened().up(50, "PA", 1, 1, 10).down(70, "A", 1, 11)
         .up(100, "PA", 200011, 1, 100).down(120, "A", 1, 11).closed(1000, 10),
         but(FOUR, bytes_client=10))
    told("a third segment beyond it",
         Talk().up(0, "S").down(20, "SA", 0, 1).up(40, "A", 70001, 1),
         {"open": "unacknowledged", "syn_count": 1, "syn_ack_count": 1})
    told("data in a SYN that is not taken",
         Talk().up(0, "S", size=30).down(20, "SA", 0, 1).up(20.1, "PA", 1, 1, 30)
         .down(40, "A", 1, 31).closed(1000, 30),
         but(FOUR, bytes_client=30, syn_data=True))
    told("a FIN, acknowledged, and a RST",
         Talk().opened().up(50, "PA", 1, 1, 10).down(70, "A", 1, 11).up(100, "FA", 11, 1)
         .down(120, "A", 1, 12).down(500, "R", 1),
         but(RESET, closed_by="server", bytes_client=10))


main()
