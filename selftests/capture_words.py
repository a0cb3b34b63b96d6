# SPDX-License-Identifier: GPL-2.0
"""The reader's connections in Zeek's words. A part of capture_kinds.py.

What is right follows from what Zeek does: an end is SYN_SENT, ESTABLISHED, CLOSED or
RESET, and conn_state is what both ends are (TCPSessionAdapter::UpdateStateMachine and
base/protocols/conn/main.zeek).
"""
from capture_lib import test
from capture_talk import Talk, told


def closing(*steps):
    """Behind an exchange: each step is an end's flags."""
    talk, numbers, when = Talk().opened().asked(), {"up": 101, "down": 501}, 1000
    for end, flags in steps:
        other = numbers["down" if end == "up" else "up"]
        getattr(talk, end)(when, flags, numbers[end], other if "A" in flags else None)
        numbers[end] += "F" in flags
        when += 20
    return talk


@test
def attempts_in_zeeks_words():
    def asked(*times):
        talk = Talk()
        for when in times:
            talk.up(when, "S")
        return talk
    for talk, state, history in (
            (asked(0, 1000, 3000), "S0", "S"),
            (asked(0).refuse(1), "REJ", "Sr"),
            (asked(0).up(10, "R", 1), "RSTOS0", "SR"),
            (asked(0).down(20, "SA", 0, 1), "S1", "Sh"),
            (asked(0).down(20, "SA", 0, 1).up(20.1, "R", 1), "RSTO", "ShR"),
            (asked(0).down(20, "SA", 0, 1).up(20.1, "A", 1, 1), "S1", "ShA")):
        told(history, talk, {"conn_state": state, "history": history})


@test
def closings_in_zeeks_words():
    fin, rst, ack = "FA", "RA", "A"
    for steps, state, history in (
            ([("up", fin), ("down", fin), ("up", ack)], "SF", "ShAFf"),
            ([("down", fin), ("up", ack), ("up", fin), ("down", ack)], "SF", "ShAfFa"),
            ([("up", rst)], "RSTO", "ShAR"),
            ([("down", rst)], "RSTR", "ShAr"),
            ([("up", fin), ("down", ack), ("up", rst)], "RSTO", "ShAFaR"),
            ([("up", fin), ("down", rst)], "RSTR", "ShAFr"),
            # Both have closed: a RST changes nothing any more.
            ([("up", fin), ("down", fin), ("up", "R")], "SF", "ShAFfR"),
            ([("down", fin), ("up", fin), ("down", "R")], "SF", "ShAfFr")):
        told(history, closing(*steps), {"conn_state": state, "history": history})
    told("just before the end", closing(("up", fin)), {"conn_state": "S2"})
    told("just before the end", closing(("down", fin)), {"conn_state": "S3"})
    told("closed by one", closing(("up", fin), ("down", ack)).up(1900, "A", 102, 501)
         .up(9000, "A", 102, 501), {"conn_state": "S2", "history": "ShAFa"})


@test
def what_begins_with_an_answer_in_zeeks_words():
    """Who sends a SYN-ACK is the responder: the first packet's ends are flipped."""
    def answered():
        return Talk().down(0, "SA", 0, 1)

    def gone_on():
        return answered().up(0.1, "A", 1, 1).asked()
    for talk, state, history in (
            (answered().down(1000, "SA", 0, 1), "OTH", "^h"),
            (answered().up(0.1, "R", 1), "RSTO", "^hR"),
            (answered().down(500, "PA", 1, 1, 9).down(5000, "FA", 10, 1), "SHR", "^hf"),
            (answered().down(500, "PA", 1, 1, 9).down(5000, "RA", 10, 1), "RSTRH", "^hr"),
            (gone_on(), "S1", "^hA"),
            (gone_on().closed(900, 100, 500), "SF", "^hAFaf"),
            (gone_on().up(900, "RA", 101, 501), "RSTO", "^hAR"),
            (gone_on().down(900, "RA", 501, 101), "RSTR", "^hAr")):
        told(history, talk, {"conn_state": state, "history": history})


@test
def midstream_in_zeeks_words():
    for talk in (Talk().asked(), Talk().asked().closed(900, 100, 500),
                 Talk().asked().up(900, "RA", 101, 501)):
        told("midstream", talk, {"conn_state": "OTH"})
