# SPDX-License-Identifier: GPL-2.0
"""http_compare.py CURLS RECORDS PCAP: holds the ring against tcpdump.

CURLS has a line for each connection: the client's port, the server's, and who
must have closed first: client, server, or any, whoever tcpdump says. RECORDS is
what records prints. What a connection's phases are is worked out again here,
from the capture, the plain way.
"""
import struct
import sys

FIN, SYN, RST, ACK = 1, 2, 4, 16
DATA = 8  # of completeness
WRONG = []


def wrong(*words):
    WRONG.append(" ".join(str(word) for word in words))


def segment(data, time):
    """From the Ethernet header on; None if it is no TCP."""
    kind = data[12:14]
    if kind == b"\x08\x00":
        at, length = 14 + (data[14] & 15) * 4, struct.unpack("!H", data[16:18])[0] + 14
    elif kind == b"\x86\xdd":
        at, length = 54, struct.unpack("!H", data[18:20])[0] + 54
    else:
        return None
    sport, dport, seq, ack, offset, flags = struct.unpack(
        "!HHIIBB", data[at:at + 14])
    return {"time": time, "sport": sport, "dport": dport, "seq": seq,
            "ack": ack, "flags": flags,
            "len": length - at - (offset >> 4) * 4}


def read_pcap(name):
    with open(name, "rb") as file:
        data = file.read()
    assert struct.unpack("<I", data[:4])[0] == 0xA1B23C4D, "nanoseconds"
    at = 24
    while at + 16 <= len(data):
        sec, nsec, kept, _ = struct.unpack("<IIII", data[at:at + 16])
        if at + 16 + kept > len(data):
            break
        one = segment(data[at + 16:at + 16 + kept], sec * 10**9 + nsec)
        if one:
            yield one
        at += 16 + kept


def reaches(ack, number):
    return (ack - number) & 0xFFFFFFFF < 1 << 31


def end_of(one):
    return (one["seq"] + one["len"] + bool(one["flags"] & SYN) +
            bool(one["flags"] & FIN)) & 0xFFFFFFFF


class Dialogue:
    """One connection of the capture."""

    def __init__(self, client_port, segments):
        self.client_port = client_port
        self.phases = []
        self.sent = {"client": 0, "server": 0}
        self.isn, self.fins, self.acked, self.again = {}, {}, set(), set()
        self.first_fin = None
        self.fin_count = 0
        self.crossed = False
        for one in segments:
            self.take(one)

    def add(self, phase, who, one, answers=None):
        self.phases.append((phase, who, one, answers))

    def handshake(self, who, one):
        if one["flags"] & SYN:
            name = "syn-ack" if one["flags"] & ACK else "syn"
            self.isn[who] = one["seq"]
            self.add(name, who, one, self.of("syn") if name == "syn-ack" else None)
        elif who == "client" and self.of("syn-ack") and not self.of("ack"):
            self.add("ack", who, one, self.of("syn-ack"))

    def of(self, name):
        for phase, _, one, _ in self.phases:
            if phase == name:
                return one
        return None

    def close(self, who, one):
        peer = "server" if who == "client" else "client"
        fin = self.fins.get(peer)
        acks = fin and (peer not in self.acked or peer in self.again) and \
            one["flags"] & ACK and reaches(one["ack"], end_of(fin))
        if one["flags"] & FIN and who in self.fins:
            # Sent again, on a slow machine; so its ACK may come again.
            self.fin_count += 1
            if who in self.acked:
                self.again.add(who)
            self.add("fin-1" if who == self.first_fin else "fin-2", who, one)
        elif one["flags"] & FIN:
            self.fins[who] = one
            self.fin_count += 1
            if not self.first_fin:
                self.first_fin = who
                self.add("fin-1", who, one)
                return
            # By its number: of what two processors send over loopback at once,
            # tcpdump may see first what was sent last.
            self.crossed = not reaches(one["ack"], end_of(fin))
            self.add("fin-2", who, one)
            if acks:
                self.acked.add(peer)
        elif acks:
            self.acked.add(peer)
            self.again.discard(peer)
            name = "ack-1" if peer == self.first_fin else "ack-2"
            self.add(name, who, one, fin)

    def take(self, one):
        who = "client" if one["sport"] == self.client_port else "server"
        self.handshake(who, one)
        if one["flags"] & RST:
            self.add("rst", who, one)
            return
        # A FIN that was under way when it was reset closes nothing any more.
        if self.of("rst"):
            return
        self.close(who, one)
        if who in self.isn:
            self.sent[who] = max(self.sent[who], (
                end_of(one) - self.isn[who] - 1 -
                bool(one["flags"] & FIN)) & 0xFFFFFFFF if one["len"] else 0)

    def completeness(self, segments):
        flags = [one["flags"] for one in segments]
        return sum(bit for bit, seen in (
            (1, self.of("syn")), (2, self.of("syn-ack")), (4, self.of("ack")),
            (DATA, any(one["len"] for one in segments)),
            (16, self.fins),
            (32, any(f & RST for f in flags))) if seen)

    def closing(self):
        if self.of("rst"):
            return "reset"
        if self.crossed:
            return "simultaneous"
        return "four-way" if self.of("ack-1") else "three-way"

    def resetters(self):
        return [who for phase, who, *_ in self.phases if phase == "rst"]

    def closer(self):
        if self.crossed:
            return "both"
        return self.first_fin or next(iter(self.resetters()), None)


def read_records(name):
    kinds = {"conn": [], "phase": []}
    with open(name, encoding="ascii") as file:
        for line in file:
            kind, *fields = line.split()
            if kind in kinds:
                kinds[kind].append(dict(f.split("=", 1) for f in fields))
    return kinds["conn"], kinds["phase"]


def is_fin_again(segments, i):
    return segments[i]["flags"] & FIN and any(
        one["flags"] & FIN and one["sport"] == segments[i]["sport"]
        for one in segments[:i])


def fin_ahead(segments, i):
    """The FIN in front of which an ACK was sent, by its number, though tcpdump saw it
    behind; or None."""
    one = segments[i]
    if one["flags"] & (SYN | FIN | RST) or one["len"]:
        return None
    return next((j for j, fin in enumerate(segments[:i]) if fin["flags"] & FIN and
                 fin["sport"] == one["sport"] and
                 end_of(fin) == (one["seq"] + 1) & 0xFFFFFFFF), None)


def orders(segments):
    """Those in which they may have passed the hooks: a FIN that a timer sends again may
    pass tcpdump before, and the hook after, an ACK that another processor sends
    meanwhile. Or the other way round; the ACK answers it then, or does not. And an ACK
    that one processor sends may pass tcpdump after the FIN that another sends behind it."""
    yield segments
    for i in range(1, len(segments)):
        j = fin_ahead(segments, i)
        if j is not None:
            yield segments[:j] + [segments[i]] + segments[j:i] + segments[i + 1:]
    for i in range(1, len(segments)):
        if segments[i - 1]["sport"] != segments[i]["sport"] and (
                is_fin_again(segments, i - 1) or is_fin_again(segments, i)):
            yield segments[:i - 1] + [segments[i], segments[i - 1]] + segments[i + 1:]


def names_of(phases, end):
    """Of the module's phases, or of a Dialogue's, those of one end."""
    return [phase["phase"] for phase in phases if phase["from"] == end]


def dialogue_of(conn, phases, segments):
    """In the first order that gives each end the phases that the module gives it, or
    else as tcpdump has it."""
    client_port = int(conn["client_port"])
    for order in orders(segments):
        dialogue = Dialogue(client_port, order)
        wanted = [{"phase": name, "from": who} for name, who, _, _ in dialogue.phases]
        if all(names_of(wanted, end) == names_of(phases, end) for end in ("client", "server")):
            return dialogue
    return Dialogue(client_port, segments)


def check_phase(where, got, want):
    phase, _, one, answers = want
    for field in "seq", "ack", "len":
        if int(got[field]) != one[field]:
            wrong(where, phase, field, "is", got[field], "not", one[field])
    if int(got["flags"]) != one["flags"]:
        wrong(where, phase, "flags", got["flags"], "not", one["flags"])
    time = int(got["time_ns"])
    if time > one["time"]:
        wrong(where, phase, "passed", time - one["time"], "ns after tcpdump saw it")
    if answers and time < answers["time"]:
        wrong(where, phase, "passed before what it answers")


def check_phases(where, phases, wanted, crossed):
    """Each end's in their order. Which of two ends was first is for what answers what
    to say: a segment sent again by a timer may pass tcpdump before, and the hook after,
    one that another processor sends meanwhile. So may one of two FINs that crossed, and
    the ACK of the other: nothing says which of them was the first."""
    for end in "client", "server":
        got = [(phase["phase"], phase) for phase in phases if phase["from"] == end]
        want = [(phase[0], phase) for phase in wanted if phase[1] == end]
        if crossed:
            got, want = (sorted(((name.rstrip("-12"), phase) for name, phase in some),
                                key=lambda one: one[0])
                         for some in (got, want))
        names = [[name for name, _ in some] for some in (got, want)]
        if names[0] != names[1]:
            wrong(where, end, "has the phases", *names[0], "not", *names[1])
            continue
        for (_, one), (_, other) in zip(got, want):
            check_phase(where, one, other)


def show(phases, segments):
    """Both sides, for whoever looks for the reason."""
    for phase in phases:
        print("# module:", *(phase[name] for name in (
            "time_ns", "from", "phase", "flags", "seq", "ack", "len")))
    for one in segments:
        print("# tcpdump:", one["time"], one["sport"], one["flags"], one["seq"],
              one["ack"], one["len"])


def check_conn(conn, phases, segments, closer):
    dialogue = dialogue_of(conn, phases, segments)
    where = f"port {conn['client_port']}:"
    if not dialogue.phases:
        wrong(where, "is not in the capture")
        return
    completeness = dialogue.completeness(segments)
    want = {"open": "established", "close": dialogue.closing(),
            "by": dialogue.closer(), "syn_count": "1", "syn_ack_count": "1",
            "fin_count": str(dialogue.fin_count),
            "bytes_partial": "1" if dialogue.of("rst") else "0",
            "client_isn": str(dialogue.isn["client"]),
            "server_isn": str(dialogue.isn["server"]),
            "time_ns": phases[0]["time_ns"] if phases else "?",
            "completeness": str(completeness)}
    if not dialogue.of("rst"):
        want["bytes_client"] = str(dialogue.sent["client"])
        want["bytes_server"] = str(dialogue.sent["server"])
    else:
        want["by"] = dialogue.resetters()[0]
        # Which of two came first, two processors do not agree.
        if len(set(dialogue.resetters())) > 1:
            del want["by"]
        # Data passes unseen; of what had not arrived no number tells.
        if not dialogue.fins:
            want["completeness"] = str(completeness & ~DATA | int(conn["completeness"]) & DATA)
    if closer != "any" and dialogue.closer() != closer:
        wrong(where, "tcpdump says", dialogue.closer(), "closed first, not", closer)
    for field, value in want.items():
        if conn[field] != value:
            wrong(where, field, "is", conn[field], "not", value)
    check_phases(where, phases, dialogue.phases,
                 dialogue.closing() == "simultaneous")
    times = [int(phase["time_ns"]) for phase in phases]
    if times != sorted(times):
        wrong(where, "times are not in order")
    for i in range(1, len(phases)):
        if int(phases[i]["since_ns"]) != times[i] - times[i - 1]:
            wrong(where, "since_ns of", phases[i]["phase"])
    if int(conn["handshake_ns"]) != times[2] - times[0] or \
            int(conn["server_rtt_ns"]) != times[1] - times[0] or \
            int(conn["client_rtt_ns"]) != times[2] - times[1]:
        wrong(where, "round trips are not those between its phases")
    if int(conn["duration_ns"]) != times[last_of(conn, phases)] - times[0]:
        wrong(where, "duration is not that between its phases")


def last_of(conn, phases):
    """Where a connection ended; the other end may answer data with a RST after that."""
    rsts = [i for i, phase in enumerate(phases) if phase["phase"] == "rst"]
    if not rsts:
        return -1
    return rsts[0] if conn["close"] == "reset" else rsts[0] - 1


def main():
    curls, records, pcap = sys.argv[1:]
    conns, phases = read_records(records)
    segments = list(read_pcap(pcap))
    with open(curls, encoding="ascii") as file:
        wanted = [line.split() for line in file]
    if len(conns) != len(wanted):
        wrong(len(conns), "connections, not", len(wanted))
    for client, server, closer in wanted:
        mine = [c for c in conns
                if (c["client_port"], c["server_port"]) == (client, server)]
        if len(mine) != 1:
            wrong("port", client, "has", len(mine), "connections")
            continue
        ports, known = {int(client), int(server)}, len(WRONG)
        mine_phases = [p for p in phases if p["id"] == mine[0]["id"]]
        mine_segments = [s for s in segments if {s["sport"], s["dport"]} == ports]
        check_conn(mine[0], mine_phases, mine_segments, closer)
        if len(WRONG) > known:
            show(mine_phases, mine_segments)
        print("#", client, server, mine[0]["open"], mine[0]["close"],
              mine[0]["by"])
    for line in WRONG:
        print("#", line)
    sys.exit(bool(WRONG))


main()
