# SPDX-License-Identifier: GPL-2.0
"""What the witness's verdict is in other people's words, and how long it all took.

Zeek's words, by their definitions in its manual (conn.log).
"""
from witness_segments import FIN, RST

LETTERS = {"syn": "s", "syn-ack": "h", "ack": "a", "fin-1": "f", "ack-1": "a",
           "fin-2": "f", "ack-2": "a", "rst": "r"}
CLOSED = {"four-way": ("SF", "SF"), "three-way": ("SF", "SF"),
          "simultaneous": ("SF", "SF"), "reset": ("RSTO", "RSTR"),
          "half-closed": ("S2", "S3")}


def is_flipped(verdict):
    """It begins with what a server says."""
    first = verdict.segments[0]
    return not first.icmp and first.src != verdict.client


def end_of(verdict, live):
    """The segment that ended it; of a capture, what came late counts as well."""
    if live and verdict.over is not None and verdict.close != "reset":
        return verdict.segments[verdict.over]
    return None


def history(verdict, live):
    """A letter for each kind of segment and end, in the order of the capture."""
    end = end_of(verdict, live)
    text = "^" if is_flipped(verdict) else ""
    # An error that a router sends is no segment.
    steps = [(p.number, LETTERS[p.phase], p.sender) for p in verdict.phases
             if p.seq is not None]
    steps += [(s.number, "r", verdict.sender(s)) for s in verdict.other_rst]
    # Of the letters of one segment, the earlier in the handshake first.
    for number, letter, sender in sorted(
            steps, key=lambda s: (s[0], "shafr".index(s[1]))):
        if end is not None and number > end.number:
            break
        if sender == "client":
            letter = letter.upper()
        if letter not in text:
            text += letter
    return text


def closed_first(verdict):
    """Each end closed before it reset, if it did."""
    for sender in "client", "server":
        ends = [s.flags & (FIN | RST) for s in verdict.segments
                if not s.icmp and verdict.sender(s) == sender and s.flags & (FIN | RST)]
        if FIN not in ends or RST in ends[:ends.index(FIN)]:
            return False
    return True


def reset_state(verdict):
    return CLOSED["reset"][verdict.closed_by == "server"]


def conn_state(verdict):
    """Zeek's state; a SYN-ACK is enough for it to be established."""
    said = {LETTERS[p.phase] for p in verdict.phases if p.seq is not None}
    answered = "h" in said
    by_server = verdict.closed_by == "server"
    if verdict.open in ("unanswered", "unreachable"):
        return "S0"
    if verdict.open == "refused":
        return "RSTR" if answered else "REJ"
    if verdict.open == "aborted" and answered:
        return "RSTO" if "r" in said else "S2"
    if verdict.open == "aborted":
        return "RSTOS0" if "r" in said else "SH"
    if verdict.open == "unacknowledged":
        return "S1" if "s" in said else "OTH"
    if verdict.open == "midstream" or "s" not in said:
        spoken = {LETTERS[p.phase] for p in verdict.phases if p.sender == "client"}
        if not answered or "s" in said:
            return "OTH"
        if not spoken:
            return {"reset": "RSTRH", "half-closed": "SHR"}.get(
                verdict.close if by_server else None, "OTH")
    if verdict.close == "reset" and closed_first(verdict):
        return "SF"
    return CLOSED.get(verdict.close, ("S1", "S1"))[by_server]


def durations(verdict, live):
    """The least and the most that it took: from its first segment to what ended
    it, and to the last that came: what is sent again afterwards counts as well."""
    times = [s.t for s in verdict.segments]
    end = end_of(verdict, live)
    if end is not None:
        return end.t - times[0], max(times) - times[0]
    least = max([p.t for p in verdict.phases] or times[:1])
    return least - times[0], max(times) - times[0]
