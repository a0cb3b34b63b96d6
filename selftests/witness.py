#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The independent verdict on a capture's connections, against the reader's.

	witness.py CAPTURE CONNS.jsonl [--live [--routed] --netns INODE]
		   [--limit NAME=SECONDS] [--allow N]

CONNS.jsonl is what `synfin conns --json` made of the same capture (-r CAPTURE), or,
with --live, of the module in that namespace. Out: a line for each difference; exit
status 1 if there is one; with --allow, if there is more than one connection with
differences in N: of what chance makes, not all has been met.

Times on the same capture must agree to the microsecond; if it is out of order, by as
much as it is. A hook and a packet tap
stamp the same segment one after the other, with whatever the scheduler puts between
them; there the limit is TOLERANCE_MS, and the largest difference is shown.

Not compared, case by case:
- ACKs that come again: the module records one only while it is waited for;
- with --live, the times that a segment was sent again, but the 2nd, 4th, 8th ...: the
  others are counted and not recorded;
- without --live, whether what is the same within COPIED was sent twice or captured
  twice;
- with --routed, whether bytes are partial, if there was time for gigabytes that a
  router does not look at;
- the count of RSTs, where traffic went on after one: a router, where data passes
  unseen, may show one that the capture's numbers rule out, and takes it back;
- a FIN that was taken back: it is shown all the same;
- FINs and ACKs that pass after the RST which ended it: a router shows them until it
  believes the RST, a host, which knows it to be true, does not;
- with --live, which of several ACKs or RSTs was the first, if they passed the tap
  within the same TOLERANCE_MS: two processors may take them to the hook in turn;
- with --live, which of two FINs that crossed was the first;
- with --live, the number of a FIN that TCP sent in a packet of several segments;
- with --live, what passed within TOLERANCE_MS of a RST: the tap sees a burst before the
  hook sees its first segment. Nor which RST it was, if both ends sent one, nor how
  many: a socket does not accept each that a wire would;
- with --live, how it ended, or with which RST, if the receiver of the first went on:
  data that the RST had overtaken made it unacceptable;
- in a capture that is out of order, the history, how many RSTs there were, and who of
  two that reset was first;
- what loopback carries: the taps are on the links.
"""
import argparse
import collections
import ipaddress
import json
import math
import re
import sys

import witness_segments
import witness_words
from witness_segments import ACK, FIN, RST, SYN
from witness_verdict import LIMITS, SECOND, Verdict, within

TOLERANCE_MS = 500
# What a fast line takes for 4 GiB.
GIGABYTES_NS = 1 << 28
# Which flags a segment has, of which ones.
KINDS = {"syn": (SYN, SYN | RST | ACK), "syn-ack": (SYN | ACK, SYN | RST | ACK),
         "fin": (FIN, SYN | RST | FIN), "rst": (RST, RST)}
OTHER_CLOSER = str.maketrans("12", "21")


# --- from segments to connections ---

def conversations(segments):
    """The segments of each pair of endpoints."""
    found = collections.OrderedDict()
    for s in segments:
        found.setdefault(frozenset((s.src, s.dst)), []).append(s)
    return found.values()


def is_syn(s):
    return not s.icmp and s.flags & (SYN | RST | FIN | ACK) == SYN


def is_syn_ack(s):
    return not s.icmp and s.flags & (SYN | RST | ACK) == SYN | ACK


def is_answered(rest, syn):
    """A SYN-ACK acknowledges that SYN, and not before the next of its sender."""
    for s in rest:
        if is_syn(s) and s.src == syn.src and s.seq != syn.seq:
            return False
        if is_syn_ack(s) and s.src == syn.dst and \
                within(s.ack, syn.seq + 1, syn.len):
            return True
    return False


def begins(current, s, rest):
    """Does the SYN begin another connection than the current one?"""
    if any(is_syn(t) and t.src == s.src and t.seq == s.seq for t in current):
        return False
    if any(is_syn_ack(t) and t.src == s.dst and t.ack == s.seq + 1
           for t in current):
        return False
    only_syns = all(is_syn(t) for t in current)
    if only_syns:
        # From the other end: they cross.
        return any(t.src == s.src for t in current)
    verdict = Verdict(current)
    return verdict.over is not None or is_answered(rest, s)


def asks_again(current, s, rest):
    """After a refusal, with the same number, and is answered: some systems do."""
    if any(is_syn_ack(t) for t in current) or \
            not any(is_syn(t) and t.src == s.src and t.seq == s.seq
                    for t in current):
        return False
    for t in rest:
        if is_syn(t):
            return False
        if is_syn_ack(t):
            return Verdict(current).open in ("refused", "unreachable") and \
                is_answered(rest, s)
    return False


def asked(current, s):
    """The SYN that a SYN-ACK answers, though it was refused before."""
    if any(is_syn_ack(t) for t in current) or \
            Verdict(current).open not in ("refused", "unreachable"):
        return []
    return [t for t in current if is_syn(t) and t.src == s.dst and
            within(s.ack, t.seq + 1, t.len)][-1:]


def may_begin(s, live):
    if s.icmp or not s.flags & (SYN | RST | FIN | ACK):
        return False
    return not live or s.flags & (SYN | RST | FIN)


def forgotten(verdict, s, limits):
    """When the segment came, had the tracker given up?"""
    idle = s.t - verdict.last_step
    if verdict.over is not None:
        return idle > limits["linger"] * SECOND
    name = {"unanswered": "unanswered", "unacknowledged": "unacknowledged"}.get(
        verdict.open, {"half-closed": "half_closed"}.get(verdict.close))
    if verdict.close in ("four-way", "three-way", "simultaneous"):
        name = "closing"
    return name is not None and idle > limits[name] * SECOND


def connections(segments, limits, live):
    """Cuts a conversation into its connections."""
    current, last, strays = [], 0, 0
    shortest = min(limits.values()) * SECOND
    for i, s in enumerate(segments):
        if current and s.t - last > shortest and \
                forgotten(Verdict(current), s, limits):
            yield Verdict(current), strays
            current, strays = [], 0
        if not current and not may_begin(s, live):
            continue
        if current and is_syn_ack(s) and asked(current, s):
            syn = asked(current, s)
            yield Verdict(current), strays
            current, strays = syn, 0
        if current and is_syn(s) and asks_again(current, s, segments[i + 1:]):
            # It could not be known when it passed: both have it.
            yield Verdict(current + [s]), strays
            current, strays = [], 0
        elif current and is_syn(s) and begins(current, s, segments[i + 1:]):
            yield Verdict(current), strays
            current, strays = [], 0
        elif current and is_syn(s) and len(current) > 1 and \
                not any(is_syn(t) and t.seq == s.seq for t in current) and \
                not all(is_syn(t) for t in current) and \
                not any(is_syn_ack(t) and t.ack == s.seq + 1
                        for t in current):
            strays += 1
            continue
        current.append(s)
        if not live or s.flags & (SYN | RST | FIN):
            last = s.t
    if current:
        yield Verdict(current), strays


# --- comparing ---

def recorded(count):
    """The last of the 1st, 2nd, 4th, 8th ... time up to that."""
    return 1 << count.bit_length() - 1


class Comparison:
    """Differences between a verdict and a reader's object."""

    def __init__(self, live, routed, tolerance):
        self.live = live
        self.routed = routed
        self.tolerance = tolerance
        self.differences = 0
        self.differing = 0		# connections
        self.compared = 0
        self.largest = 0
        self.disorder = 0
        self.name = ""
        self.said = []

    def say(self, what, got, wanted):
        self.said.append("%s: %s: reader %s, witness %s" % (
            self.name, what, got, wanted))

    def tell(self):
        """The differences so far are differences."""
        self.differences += len(self.said)
        self.differing += bool(self.said)
        for line in self.said:
            print(line)
        self.said = []

    def equal(self, what, got, wanted):
        if got != wanted:
            self.say(what, got, wanted)

    def number(self, what, got, wanted, copies):
        """How many there were; of a capture, copies may be left out."""
        if self.live or not wanted - copies <= got <= wanted:
            self.equal(what, got, wanted)

    def time(self, what, got, wanted):
        if got is None or wanted is None:
            self.equal(what, got, wanted)
            return
        off = abs(got - wanted)
        self.largest = max(self.largest, off)
        if off > self.tolerance + self.disorder:
            self.say(what, got, wanted)

    def connection(self, conn, verdict):
        self.compared += 1
        self.disorder = verdict.disorder()
        self.equal("open", conn["open"], verdict.open)
        if self.live and conn["close"] != "reset" and \
                verdict.is_reset_in_vain():
            return
        if not (conn["close"] == "evicted" and verdict.close == "open"):
            self.equal("close", conn["close"], verdict.close)
        one_closed = not verdict.other_rst or not (self.live or self.disorder)
        if one_closed:
            self.equal("closed_by", conn["closed_by"], verdict.closed_by)
        self.time("ts", witness_segments.nanoseconds(conn["ts"]),
                  verdict.segments[0].t)
        for key, value in (("handshake_ns", verdict.handshake),
                           ("server_rtt_ns", verdict.server_rtt),
                           ("client_rtt_ns", verdict.client_rtt),
                           ("close_ns", verdict.close_ns),
                           ("half_close_ns", verdict.half_close)):
            if conn[key] is not None or not self.is_loose(verdict):
                self.time(key, conn[key], value)
        rsts = 0 if verdict.open == "unreachable" else verdict.count("rst")
        for key, value in (("syn", verdict.count("syn")),
                           ("syn-ack", verdict.count("syn-ack"))):
            name = key.replace("-", "_") + "_count"
            self.number(name, conn[name], value, verdict.maybe_copies(*KINDS[key]))
        # A FIN before the handshake was over: of no close.
        if verdict.close != "reset" and not (verdict.close is None and rsts):
            self.number("fin_count", conn["fin_count"], verdict.count("fin"),
                        verdict.maybe_copies(*KINDS["fin"]))
        if (self.live or self.disorder) and rsts:
            sent = sum(bool(s.flags & RST) for s in verdict.segments)
            self.equal("RSTs", 0 < conn["rst_count"] <= sent, True)
        elif not verdict.taken_back:
            self.number("rst_count", conn["rst_count"], rsts,
                        verdict.maybe_copies(*KINDS["rst"]))
        self.phases(conn, verdict)
        self.bytes(conn, verdict)
        self.words(conn, verdict, one_closed)

    def is_loose(self, verdict):
        """Reset, and the tap may have seen more before it than the hook."""
        return self.live and verdict.close == "reset"

    def crossed_otherwise(self, conn, verdict):
        """The FINs crossed, at the tap and at the hook; not in the same order."""
        return self.live and verdict.close == "simultaneous" and any(
            p["phase"] == "fin-1" and p["from"] != verdict.first_fin
            for p in conn["phases"])

    def phases(self, conn, verdict):
        """Of each phase and end, the first one, and how many there were."""
        got, rsts = {}, {}
        for p in conn["phases"]:
            if self.crossed_otherwise(conn, verdict):
                p = {**p, "phase": p["phase"].translate(OTHER_CLOSER)}
            # A drop is no segment: the witness sees what was sent.
            if p["phase"] in ("timeout", "drop") or \
                    (p["phase"] == "rst" and verdict.taken_back):
                continue
            key = p["phase"] if p["phase"] == "rst" else \
                p["phase"] + " of " + p["from"]
            first, count = got.get(key, (p, 0))
            if p["phase"].startswith("fin") and verdict.is_forged_fin(first["seq"]):
                first, count = p, 0
            # Each end numbers its own RSTs.
            if p["phase"] == "rst":
                rsts[p["from"]] = max(rsts.get(p["from"], 0), p["count"])
                got[key] = first, sum(rsts.values())
                continue
            got[key] = first, max(count, p["count"])
        wanted = {p.phase if p.phase == "rst" else p.phase + " of " + p.sender: p
                  for p in verdict.phases
                  if p.phase != "rst" or not verdict.taken_back}
        for key in sorted(got.keys() | wanted.keys()):
            if key in got and key in wanted:
                self.phase(key, got[key], wanted[key], verdict)
            elif key in got and key.startswith("fin") and \
                    verdict.is_forged_fin(got[key][0]["seq"]):
                continue
            elif verdict.close != "reset" or not (
                    verdict.came_after_reset(got[key][0]) if key in got else
                    self.live and verdict.came_with_reset(wanted[key],
                                                          self.tolerance)):
                self.say(key, key in got, key in wanted)

    def phase(self, key, got, wanted, verdict):
        first, count = got
        if self.live and key.startswith(("ack", "rst")) and \
                verdict.is_as_good(wanted, first, self.tolerance):
            return
        if self.live and key == "rst" and verdict.is_reset_in_vain() and \
                verdict.same_as(first):
            return
        if self.live and key.startswith("fin") and \
                verdict.is_in_front_of(wanted, first):
            return
        if wanted.seq is not None:
            self.equal(key + ", seq", first["seq"], wanted.seq)
            self.equal(key + ", ack", first["ack"], wanted.ack)
            self.equal(key + ", from", first["from"], wanted.sender)
        # An ACK is recorded only while it is waited for.
        if wanted.count and not key.startswith("ack") and not (
                (self.live or self.disorder) and key == "rst"):
            kind = KINDS[re.sub("-[12]$", "", wanted.phase)]
            # What came after the end is recorded each time.
            if self.live and count == wanted.count:
                return
            self.number(key + ", count", count,
                        recorded(wanted.count) if self.live else wanted.count,
                        verdict.maybe_copies(*kind, None if key == "rst"
                                             else wanted.sender))

    def words(self, conn, verdict, one_closed):
        if one_closed:
            wanted, got = witness_words.conn_state(verdict), conn["conn_state"]
            # A FIN that passed after the RST may not have been shown.
            if not (self.live and verdict.close == "reset" and wanted == "SF" and
                    got == witness_words.reset_state(verdict)):
                self.equal("conn_state", got, wanted)
        least, most = witness_words.durations(verdict, self.live)
        got = conn["duration_ns"]
        off = self.tolerance + self.disorder
        if not least - off <= got <= most + off:
            self.say("duration_ns", got, "%d to %d" % (least, most))
        if verdict.taken_back or verdict.has_forged_fin() or \
                self.disorder or self.is_loose(verdict) or \
                self.crossed_otherwise(conn, verdict):
            return
        letters = [conn["history"], witness_words.history(verdict, self.live)]
        if verdict.close == "reset":
            letters = [re.split("[rR]", text)[0] for text in letters]
        self.equal("history", *letters)

    def bytes(self, conn, verdict):
        unseen = self.routed and conn["duration_ns"] >= GIGABYTES_NS
        if not (conn["bytes_partial"] and (unseen or self.is_loose(verdict))):
            self.equal("bytes_partial", conn["bytes_partial"], verdict.partial)
        for who in ("client", "server"):
            key = "bytes_" + who
            wanted = verdict.bytes[who]
            if self.is_loose(verdict) and conn["bytes_partial"]:
                continue
            # A FIN that nobody acknowledged tells nobody how much there was.
            if verdict.close == "reset" and conn["bytes_partial"] and \
                    wanted and conn[key] is not None and conn[key] < wanted:
                continue
            if wanted is not None or verdict.close is None:
                self.equal(key, conn[key], wanted)
            elif conn[key] is not None and conn[key] > (verdict.at_least(who) or 0):
                self.say(key, conn[key], "at most %s" % verdict.at_least(who))


def endpoint(address, port):
    return str(ipaddress.ip_address(address)), port


def by_endpoints(path, netns):
    found = collections.defaultdict(list)
    with open(path, encoding="ascii") as lines:
        for line in lines:
            if not line.strip():
                continue
            # The nine decimals are more than a float holds.
            conn = json.loads(line, parse_float=str)
            if netns is None or conn["netns"] == netns:
                found[frozenset((
                    endpoint(conn["client"], conn["client_port"]),
                    endpoint(conn["server"], conn["server_port"])))].append(conn)
    for conns in found.values():
        conns.sort(key=lambda c: witness_segments.nanoseconds(c["ts"]))
    return found


def name_of(verdict):
    return "%s.%d-%s.%d, frame %d" % (verdict.client + verdict.server +
                                      (verdict.segments[0].number,))


def compare_group(comparison, group, found):
    """The verdicts and the reader's objects of one pair of endpoints."""
    while group and found:
        verdict, conn = group.pop(0), found.pop(0)
        comparison.name = name_of(verdict)
        ends = (endpoint(conn["client"], conn["client_port"]),
                endpoint(conn["server"], conn["server_port"]))
        if ends != (verdict.client, verdict.server):
            comparison.say("client and server", ends,
                           (verdict.client, verdict.server))
            comparison.tell()
            continue
        comparison.connection(conn, verdict)
        comparison.tell()
    for verdict in group:
        comparison.name = name_of(verdict)
        comparison.say("connection", "none", "%s, %s" % (
            verdict.open, verdict.close))
        comparison.tell()
    for conn in found:
        # A SYN beside what goes on: an attempt of its own, which nobody answered.
        if conn["open"] == "unanswered" and conn["syn_count"] == 1:
            continue
        odd(comparison, conn)
        comparison.tell()


def compare(verdicts, conns, comparison):
    for key, group in verdicts.items():
        found = conns.pop(key, [])
        if comparison.live and len(found) < len(group):
            # What has not ended is no record yet.
            group = [v for v in group if v.close != "open"]
        compare_group(comparison, list(group), list(found))
    for rest in conns.values():
        for conn in rest:
            odd(comparison, conn)
            comparison.tell()


def odd(comparison, conn):
    comparison.name = "%s.%d-%s.%d" % (conn["client"], conn["client_port"],
                                       conn["server"], conn["server_port"])
    comparison.say("connection", "%s, %s" % (conn["open"], conn["close"]), "none")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("capture")
    parser.add_argument("conns")
    parser.add_argument("--live", action="store_true",
                        help="what the module saw, not what the capture holds")
    parser.add_argument("--routed", action="store_true",
                        help="in a namespace that has no socket of theirs")
    parser.add_argument("--netns", type=int, help="this namespace only")
    parser.add_argument("--limit", action="append", default=[],
                        help="NAME=SECONDS: a timeout other than the default")
    parser.add_argument("--allow", type=int, metavar="N",
                        help="one connection in N may differ")
    parser.add_argument("--checksums", action="store_true",
                        help="segments with a wrong checksum do not count")
    return parser.parse_args()


def main():
    args = arguments()
    limits = dict(LIMITS)
    for text in args.limit:
        name, _, value = text.partition("=")
        limits[name] = int(value)
    # A socket tells for how long it has it.
    if args.live and not args.routed:
        limits["half_closed"] = math.inf
    segments = witness_segments.read(args.capture, args.checksums)
    verdicts = collections.OrderedDict()
    for group in conversations(segments):
        for verdict, _ in connections(group, limits, args.live):
            verdicts.setdefault(frozenset((verdict.client, verdict.server)),
                                []).append(verdict)
    comparison = Comparison(args.live, args.routed, TOLERANCE_MS * 1000000 if args.live
                            else 999)
    compare(verdicts, by_endpoints(args.conns, args.netns), comparison)
    print("witness: %d segments, %d connections, %d differences, times within %d us" %
          (len(segments), comparison.compared, comparison.differences,
           comparison.largest // 1000))
    sys.exit(comparison.differing > (comparison.compared // args.allow
                                     if args.allow else 0))


if __name__ == "__main__":
    main()
