# SPDX-License-Identifier: GPL-2.0
"""What a connection was, judged with hindsight.

Not a state machine: all of a connection's segments are at hand, so what ends it is
known by what came afterwards. A FIN is the connection's own if nothing of its sender
lies beyond it, a RST if neither end went on after it. Shares no code and no
approach with the module (design, section 7, is all that they have in common).
"""
import collections

from witness_segments import ACK, FIN, RST, SYN

HALF = 1 << 31
WINDOW = 1 << 30
GAP = 1 << 24
SECOND = 1000000000
COPIED = SECOND // 10

# What a tracker may wait for, seconds: the module's parameters.
LIMITS = {"unanswered": 120, "unacknowledged": 60, "half_closed": 600,
          "closing": 120, "linger": 10}

Phase = collections.namedtuple("Phase", "phase sender seq ack count t number")


def diff(a, b):
    """a - b on the circle of sequence numbers."""
    return ((a - b + HALF) & (2 * HALF - 1)) - HALF


def within(n, low, span):
    return (n - low) & (2 * HALF - 1) <= span


def end_of(s):
    return (s.seq + s.len + bool(s.flags & SYN) + bool(s.flags & FIN)) & (2 * HALF - 1)


def highest(numbers, base):
    """The one that is furthest along from base; None if there are none."""
    best = None
    for n in numbers:
        if best is None or diff(n, best) > 0:
            best = n
    return base if best is None else best


def since(tries, answer):
    """How long ago was what is answered sent?"""
    if len(tries) > 1:
        # Only its time stamp can tell which; else nobody knows (Karn).
        if None in [s.stamp for s in tries] or answer.echo is None:
            return None
        tries = [s for s in tries if s.stamp == answer.echo]
    return answer.t - tries[0].t if len(tries) == 1 else None


class Verdict:
    """A connection's segments, and everything that is to be said of it."""

    def __init__(self, segments):
        self.segments = segments
        self.phases = []
        self.strays = 0
        self.open = self.close = self.closed_by = None
        self.handshake = self.server_rtt = self.client_rtt = None
        self.asked_first = False
        self.close_ns = self.half_close = None
        self.bytes = {"client": None, "server": None}
        self.partial = False
        self.fin_ends = {}
        self.first_fin = None		# who sent it
        self.taken_back = 0		# RSTs that both ends survived
        self.other_rst = []		# the first from the other end, if any
        self.over = None		# index of the segment that ended it
        self.reset_at = None		# index of the RST that was accepted, if any
        self.last_step = 0		# when the last phase passed
        self.judge()

    def maybe_copies(self, wanted, mask, who=None):
        """Segments that are the same as one of just before: one packet, captured
        twice, or two that the network has made of one."""
        first, found = {}, 0
        for _, s in self.all(who, wanted, mask):
            same = (s.src, s.flags, s.seq, s.ack, s.len, s.stamp, s.echo)
            if s.t - first.get(same, -COPIED) < COPIED:
                found += 1
            else:
                first[same] = s.t
        return found

    def disorder(self):
        """By how much a segment is earlier than one captured before it."""
        most = latest = 0
        for s in sorted(self.segments, key=lambda s: s.number):
            latest = max(latest, s.t)
            most = max(most, latest - s.t)
        return most

    # --- who and which ---

    def roles(self):
        plain = [s for s in self.segments if not s.icmp]
        syns = [s for s in plain if s.flags & (SYN | ACK) == SYN]
        answers = [s for s in plain if s.flags & (SYN | ACK) == SYN | ACK]
        if syns and not (answers and answers[0] is plain[0] and
                         answers[0].src == syns[0].src):
            self.client, self.server = syns[0].src, syns[0].dst
        elif answers:
            self.client, self.server = answers[0].dst, answers[0].src
        else:
            first = plain[0]
            forth = first.dst[1] <= first.src[1]
            self.client, self.server = ((first.src, first.dst) if forth else
                                        (first.dst, first.src))
        self.to_self = self.client == self.server

    def sender(self, s):
        if self.to_self and s.flags & (SYN | ACK) == SYN | ACK:
            return "server"
        return "client" if s.src == self.client else "server"

    def all(self, who, wanted, mask=SYN | RST | FIN | ACK):
        return [(i, s) for i, s in enumerate(self.segments)
                if not s.icmp and s.flags & mask == wanted and
                (who is None or self.sender(s) == who)]

    def step(self, phase, sender, s, count):
        self.phases.append(Phase(phase, sender, s.seq,
                                 s.ack if s.flags & ACK else None, count, s.t,
                                 s.number))

    def judge(self):
        self.roles()
        self.opened_at = None
        self.opening()
        if self.open in ("established", "simultaneous", "midstream",
                         "unacknowledged"):
            self.ending()
        self.sizes()

    # --- the handshake ---

    def opening(self):
        syns = self.all("client", SYN, SYN | RST | ACK)
        self.x = syns[0][1].seq if syns else None
        syns = [(i, s) for i, s in syns if s.seq == self.x]
        self.syns = syns
        self.syn_len = max([s.len for _, s in syns], default=0)
        self.answers = self.find_answers()
        if self.x is None and self.answers:
            self.x = (self.answers[0][1].ack - 1) & 0xffffffff
        self.y = self.answers[-1][1].seq if self.answers else None
        crossed = [] if self.to_self else self.all("server", SYN, SYN | RST | ACK)
        self.crossed = [(i, s) for i, s in crossed
                        if s.seq == crossed[0][1].seq]
        for who, group in (("client", syns), ("server", self.crossed)):
            if group:
                self.step("syn", who, group[0][1], len(group))
        if self.to_self or self.is_simultaneous():
            self.open_simultaneous()
        else:
            self.open_ordinary()

    def find_answers(self):
        """SYN-ACKs from the server that acknowledge the SYN."""
        found = self.all("server", SYN | ACK, SYN | RST | ACK)
        if self.x is None:
            return [f for f in found if f[1].ack == found[0][1].ack]
        found = [(i, s) for i, s in found
                 if within(s.ack, self.x + 1, self.syn_len)]
        # With SYN cookies each may have a number of its own, until one of them
        # is acknowledged.
        acks = [(i, s) for i, s in self.all("client", ACK, SYN | RST | ACK)
                if any(s.ack == (t.seq + 1) & 0xffffffff for j, t in found
                       if j < i)]
        if not acks:
            return found
        i, ack = acks[0]
        return [(j, t) for j, t in found
                if j < i or (t.seq + 1) & 0xffffffff == ack.ack]

    def is_simultaneous(self):
        if not self.crossed or not self.syns:
            return False
        y = self.crossed[0][1].seq
        return not any(s.seq != y for _, s in self.answers)

    def open_simultaneous(self):
        """Both SYNs, and what first acknowledges each of them."""
        last, self.y = 0, self.x if self.to_self else self.crossed[0][1].seq
        self.open = "simultaneous"
        rst = self.early_reset(len(self.segments))
        for who, isn, room in (("client", self.y, 0),
                               ("server", self.x, self.syn_len)):
            i = next((i for i, s in enumerate(self.segments)
                      if not s.icmp and s.flags & ACK and not s.flags & RST and
                      (self.to_self or self.sender(s) == who) and
                      within(s.ack, isn + 1, room)), None)
            if i is None or (rst is not None and rst < i):
                self.fail(rst, "unanswered")
                return
            last = max(last, i)
            if not self.segments[i].flags & SYN:
                self.step("ack", who, self.segments[i], 1)
        for who in ("client", "server"):
            sent = [s for _, s in self.all(who, SYN | ACK, SYN | RST | ACK)]
            if sent:
                self.step("syn-ack", who, sent[0], len(sent))
        self.opened_at = last
        self.last_step = self.segments[last].t
        if self.answers_at_once(last):
            self.handshake = self.segments[last].t - self.segments[0].t

    def answers_at_once(self, i):
        """What else acknowledges a SYN that crossed proves it, not when."""
        s = self.segments[i]
        isn = self.y if self.to_self or self.sender(s) == "client" else self.x
        if s.flags & SYN:
            return True
        return not s.flags & FIN and s.ack == (isn + 1) & 0xffffffff and \
            (not s.len or s.t - self.segments[i - 1].t <= SECOND // 2)

    def find_ack(self):
        """The client's first segment that acknowledges a SYN-ACK."""
        for i, s in enumerate(self.segments):
            if s.icmp or s.flags & (SYN | RST) or not s.flags & ACK or \
                    self.sender(s) != "client":
                continue
            # One of them exactly, or else what was sent after one of them.
            for j, answer in sorted(self.answers, key=lambda a: (
                    s.ack != (a[1].seq + 1) & 0xffffffff, a[0])):
                if j > i:
                    continue
                sent = highest([end_of(t) for t in self.segments[j:i]
                                if not t.icmp and t.src == self.server and
                                not t.flags & RST], answer.seq + 1)
                if within(s.ack, answer.seq + 1,
                          max(0, diff(sent, answer.seq + 1))) and \
                        within(s.seq, self.x + 1, GAP):
                    return i, answer
        return None, None

    def server_went_on(self, ack, answer):
        """It said what shows that it had been acknowledged before."""
        said = [s for s in self.segments
                if answer.t <= s.t < ack.t and self.sender(s) == "server" and
                not s.flags & (SYN | RST)]
        return not self.syn_len and not answer.len and any(
            s.len or (s.ack - self.x - 1) & 0xffffffff < 0x10000 and
            s.ack != (self.x + 1) & 0xffffffff for s in said)

    def is_timely(self, ack, answer):
        """A FIN, late data or what is not the first proves the ACK, not its time."""
        answers = [a.t for _, a in self.answers if a.t <= answer.t]
        # A server that was not acknowledged would have answered again.
        if ack.t - answer.t > answer.t - answers[0] + 4 * SECOND:
            return False
        first = not ack.len and \
            (not self.syn_len or ack.ack == (answer.seq + 1) & 0xffffffff)
        return not ack.flags & FIN and \
            ack.seq in ((self.x + 1) & 0xffffffff,
                        (self.x + 1 + self.syn_len) & 0xffffffff) and \
            (first or (ack.t - answer.t <= SECOND // 2 and
                       not self.server_went_on(ack, answer)))

    def early_reset(self, before):
        """A RST, or an ICMP error, that the handshake could end with."""
        for i, s in enumerate(self.segments[:before]):
            if s.icmp:
                if s.seq == self.x and self.sender(s) == "client" and \
                        not any(j < i for j, _ in self.answers):
                    return i
                continue
            if not s.flags & RST:
                continue
            own = self.x if self.sender(s) == "client" else \
                ([a.seq for j, a in self.answers + self.crossed if j < i]
                 or [None])[-1]
            room = self.syn_len if self.sender(s) == "client" else 0
            if own is not None and within(s.seq, own, 1 + room):
                return i
            if self.sender(s) == "server" and s.flags & ACK and \
                    own is None and within(s.ack, self.x + 1, self.syn_len):
                return i
        return None

    def open_ordinary(self):
        at, answer = self.find_ack() if self.answers else (None, None)
        rst = None
        if self.x is not None:
            rst = self.early_reset(len(self.segments) if at is None else at)
        answers = [a for j, a in self.answers]
        if answers:
            self.step("syn-ack", "server", answers[0], len(answers))
            before = [s for i, s in self.syns if i < self.answers[0][0]]
            self.server_rtt = since(before, answers[0])
            self.asked_first = bool(before)
        if self.gives_up(rst):
            return
        if rst is not None and self.opening_fails(rst):
            self.fail(rst, None)
            return
        if at is None:
            self.open_without_ack()
            return
        ack = self.segments[at]
        # Of several SYN-ACKs the one that was acknowledged.
        self.y = answer.seq
        self.open = "established"
        self.opened_at = at
        self.step("ack", "client", ack, 1)
        self.last_step = ack.t
        before = [a for j, a in self.answers if j < at]
        timely = self.is_timely(ack, before[-1])
        if timely:
            self.client_rtt = since(before, ack)
        # A SYN that overtook nothing: its SYN-ACK came before it.
        if timely and self.syns and self.asked_first:
            self.handshake = ack.t - self.syns[0][1].t

    def gives_up(self, rst):
        """A FIN with nothing acknowledged, after a bare SYN."""
        fins = self.all("client", FIN, SYN | RST | FIN)
        fins = [] if not fins or fins[0][1].flags & ACK else fins
        at = fins[0][0] if fins else None
        if at is None or not self.syns or (rst is not None and rst < at) or \
                any(j < at for j, _ in self.answers):
            return False
        self.open, self.over = "aborted", at
        self.server_rtt = None
        self.fin_ends = {"client": end_of(fins[0][1])}
        self.last_step = self.segments[at].t
        self.step("fin-1", "client", fins[0][1],
                  sum(end_of(s) == end_of(fins[0][1]) for _, s in fins))
        if rst is not None:
            self.count_resets(self.resets_from(rst))
        return True

    def opening_fails(self, rst):
        """Nobody goes on after the RST as if there had been none."""
        later = [s for s in self.segments[rst + 1:]
                 if not s.icmp and s.src == self.client and
                 s.flags & (SYN | RST | ACK) == ACK and self.answers and
                 s.len]
        return not later

    def open_without_ack(self):
        step = [s for _, s in self.syns + self.answers + self.crossed]
        self.last_step = max([s.t for s in step], default=self.segments[0].t)
        rest = [s for s in self.segments
                if not s.icmp and not s.flags & (SYN | RST)]
        if self.answers and self.was_open(rest):
            self.open = "midstream"
            self.opened_at = self.answers[0][0]
        elif self.answers:
            self.open = "unacknowledged"
        elif self.syns and not self.went_on(rest):
            self.open = "unanswered"
        else:
            self.open = "midstream"
            self.opened_at = 0
            self.last_step = self.segments[0].t

    def was_open(self, rest):
        """The server says so: it has got what the capture misses, or sends data."""
        return any(s.src == self.server and s.flags & ACK and
                   (0 < diff(s.ack, self.x + 1 + self.syn_len) < GAP or
                    (s.len and not self.syn_len)) for s in rest)

    def went_on(self, rest):
        """Data or ACKs with numbers that fit, though steps are missing."""
        return [s for s in rest if s.flags & ACK and
                (within(s.seq, self.x + 1, GAP) if s.src == self.client else
                 within(s.ack, self.x + 1, GAP))]

    def fail(self, rst, otherwise):
        if rst is None:
            self.open = otherwise
            self.last_step = max(s.t for s in self.segments)
            return
        s = self.segments[rst]
        self.over = rst
        self.last_step = s.t
        if s.icmp:
            self.open = "unreachable"
            self.phases.append(Phase("rst", "server", None, None, 1, s.t,
                                     s.number))
            return
        who = self.sender(s)
        self.open = "refused" if who == "server" else "aborted"
        self.count_resets(self.resets_from(rst))

    # --- the close ---

    def ending(self):
        fins = {who: self.find_fin(who) for who in ("client", "server")}
        rst = self.find_reset(fins)
        self.reset_at = rst
        done = self.closing(fins)
        if rst is not None and (done is None or (
                rst < done and not self.answers_late(rst, fins))):
            self.drop_after(rst)
            self.open = "midstream" if self.open is None else self.open
            self.close = "reset"
            self.closed_by = self.sender(self.segments[rst])
            self.over = rst
            self.close_ns = None
            self.last_step = max(self.last_step, self.segments[rst].t)
        else:
            self.over = done
        # One that was taken back has been shown, so it counts.
        # A router may show even one beyond what was sent.
        self.taken_back = len([
            i for i, s in enumerate(self.segments)
            if not s.icmp and s.flags & RST and i != rst and
            (self.survives(i, s) or not self.reset_fits(i, s, fins))])
        shown = [i for i, s in enumerate(self.segments)
                 if not s.icmp and s.flags & RST and
                 (self.opened_at is None or i >= self.opened_at) and
                 self.reset_fits(i, s, fins)]
        if shown:
            self.count_resets(shown)
        self.fin_ends = {who: fin[1] for who, fin in fins.items() if fin}

    def find_fin(self, who):
        """(index of the first, its end, how many), or None."""
        sent = [(i, s) for i, s in enumerate(self.segments)
                if not s.icmp and not s.flags & RST and
                s.flags & (SYN | ACK) != SYN and self.sender(s) == who]
        acks = [s.ack for s in self.segments
                if not s.icmp and s.flags & ACK and
                (self.to_self or self.sender(s) != who) and
                not s.flags & (SYN | RST)]
        acked = set(acks)
        ends = []
        for _, s in sent:
            if s.flags & FIN and s.flags & ACK and end_of(s) not in ends:
                ends.append(end_of(s))
        # Acknowledged ones first; then as they came.
        for e in sorted(ends, key=lambda e: e not in acked):
            if any(s.len and within(end_of(s), e + 1, GAP)
                   for _, s in sent):
                continue
            # By what the other end said last; before, some may be forged.
            if acks and within(acks[-1], e + 1, GAP):
                continue
            same = [(i, s) for i, s in sent
                    if s.flags & FIN and end_of(s) == e]
            if self.opened_at is not None and not self.fin_plausible(same[0][0], who):
                continue
            return same[0][0], e, same
        return None

    def is_forged_fin(self, seq):
        """A FIN with that number was sent, and is neither end's own."""
        return any(s.seq == seq and s.flags & FIN and not s.icmp and
                   end_of(s) not in self.fin_ends.values()
                   for s in self.segments)

    def same_as(self, p):
        """The segments that a phase of the reader's may be."""
        return [s for s in self.segments if not s.icmp and s.seq == p["seq"] and
                self.sender(s) == p["from"] and
                (s.ack if s.flags & ACK else None) == p["ack"]]

    def came_after_reset(self, p):
        return any(s.t >= self.segments[self.over].t for s in self.same_as(p))

    def is_reset_in_vain(self):
        """Who accepts a RST sends nothing but RSTs afterwards."""
        if self.close != "reset":
            return False
        rst = self.segments[self.over]
        return any(s.t > rst.t and s.src == rst.dst and not s.flags & RST
                   for s in self.segments if not s.icmp)

    def came_with_reset(self, wanted, tolerance):
        return wanted.t >= self.segments[self.over].t - tolerance

    def is_in_front_of(self, wanted, p):
        """The data that goes out with a FIN, in one packet."""
        return self.same_as(p) and within(wanted.seq, p["seq"], 0xffff)

    def is_as_good(self, wanted, p, tolerance):
        """Another ACK of the same, or another RST, at about the same time."""
        return any(abs(s.t - wanted.t) <= tolerance and
                   (s.flags & RST if wanted.phase == "rst" else
                    s.ack == wanted.ack) for s in self.same_as(p))

    def has_forged_fin(self):
        return any(s.flags & FIN and self.is_forged_fin(s.seq)
                   for s in self.segments if not s.icmp)

    def fin_plausible(self, i, who):
        """It acknowledges what the other end has sent, about."""
        s = self.segments[i]
        other = [t for t in self.segments if not t.icmp and
                 self.sender(t) != who and not t.flags & RST]
        if not other:
            return True
        ends = [end_of(t) for t in other]
        top = highest(ends, ends[0])
        return within(top, s.ack, WINDOW) or within(s.ack, top, GAP)

    def first_ack(self, who, number, after, fin=None):
        """From that end, of that number; without FIN, or with the given one."""
        for i, s in enumerate(self.segments):
            if i > after and not s.icmp and s.flags & ACK and \
                    not s.flags & (SYN | RST) and \
                    (self.to_self or self.sender(s) == who) and \
                    s.ack == number and \
                    (not s.flags & FIN or end_of(s) == fin):
                return i
        return None

    def closing(self, fins):
        """Sets the closing; returns the index of what completed it."""
        both = [who for who in fins if fins[who]]
        if not both:
            self.close = "open" if self.open != "unacknowledged" else None
            return None
        if self.to_self:
            return self.closing_to_self(fins[both[0]])
        first = min(both, key=lambda who: fins[who][0])
        other = "server" if first == "client" else "client"
        at, number, same = fins[first]
        self.first_fin = first
        self.step("fin-1", first, same[0][1], len(same))
        self.last_step = same[0][1].t
        ack_1 = self.first_ack(other, number, at)
        if not fins[other]:
            return self.half_closed(first, other, ack_1)
        at_2, number_2, same_2 = fins[other]
        fin_2 = same_2[0][1]
        if ack_1 is not None and ack_1 < at_2:
            self.close, self.closed_by = "four-way", first
            self.half_close = fin_2.t - self.segments[ack_1].t
        elif fin_2.ack == number:
            self.close, self.closed_by, ack_1 = "three-way", first, at_2
        else:
            self.close, self.closed_by = "simultaneous", "both"
            ack_1 = self.first_ack(other, number, at_2, number_2)
        return self.last_acks(first, other, ack_1, fins)

    def half_closed(self, first, other, ack_1):
        self.close, self.closed_by = "half-closed", first
        if ack_1 is not None:
            self.step("ack-1", other, self.segments[ack_1], None)
            self.last_step = self.segments[ack_1].t

    def last_acks(self, first, other, ack_1, fins):
        at_2, number_2, same_2 = fins[other]
        if self.close == "four-way" or (ack_1 is not None and
                not self.segments[ack_1].flags & FIN):
            self.step("ack-1", other, self.segments[ack_1], None)
        self.step("fin-2", other, same_2[0][1], len(same_2))
        if self.close == "three-way":
            self.ack_of_repeat(other, fins[first], at_2)
        ack_2 = self.first_ack(first, number_2, at_2, fins[first][1])
        self.last_step = max(self.last_step, same_2[0][1].t)
        if ack_2 is not None and not self.segments[ack_2].flags & FIN:
            self.step("ack-2", first, self.segments[ack_2], None)
        if ack_1 is None or ack_2 is None:
            return None
        done = max(ack_1, ack_2)
        self.close_ns = self.segments[done].t - \
            self.segments[fins[first][0]].t
        self.last_step = self.segments[done].t
        return done

    def ack_of_repeat(self, other, fin, at_2):
        """The first FIN may come again; then it has an ACK of its own."""
        _, number, same = fin
        repeats = [i for i, _ in same if i > at_2]
        at = self.first_ack(other, number, repeats[0]) if repeats else None
        if at is not None and not self.segments[at].flags & FIN:
            self.step("ack-1", other, self.segments[at], None)

    def closing_to_self(self, fin):
        at, number, same = fin
        self.first_fin = "client"
        self.close, self.closed_by = "simultaneous", "both"
        self.step("fin-1", "client", same[0][1], len(same))
        done = self.first_ack("client", number, at)
        if done is not None:
            self.step("ack-2", "client", self.segments[done], None)
            self.close_ns = self.segments[done].t - same[0][1].t
        return done

    # --- resets ---

    def find_reset(self, fins):
        for i, s in enumerate(self.segments):
            if not s.icmp and s.flags & RST and \
                    (self.opened_at is None or i > self.opened_at or
                     self.open == "midstream") and \
                    self.reset_fits(i, s, fins) and not self.survives(i, s):
                return i
        return None

    def reset_fits(self, i, s, fins):
        who = self.sender(s)
        before = [t for t in self.segments[:i] if not t.icmp]
        # What the RST overtook, or what was lost and sent again, comes after it.
        sent = [end_of(t) for t in self.segments if not t.icmp and
                self.sender(t) == who and not t.flags & RST]
        acked = [t.ack for t in before if self.sender(t) != who and
                 t.flags & ACK and not t.flags & RST]
        if not sent and not acked:
            return True
        # A closed socket answers what is late with the number that it acknowledges.
        closed = self.reset_at is not None and i > self.reset_at and \
            who == self.sender(self.segments[self.reset_at])
        resets = [self.segments[self.reset_at].seq] if closed else []
        top = highest(sent + acked + resets, 0)
        low = highest(acked, top)
        if closed or (fins[who] and fins[who][0] < i):
            return within(s.seq, top - WINDOW, WINDOW)
        if within(s.seq, low - 1, max(diff(top, low), 0) + 2):
            return True
        # Right after its own data, whatever else is said to be acknowledged.
        own = [end_of(t) for t in before if self.sender(t) == who and
               not t.flags & RST]
        if own and s.seq == highest(own, own[0]):
            return True
        # What was sent before it may be lost: if there was silence, but for what it
        # overtook, it was true.
        return within(s.seq, top, GAP) and \
            all(t.icmp or t.flags & RST or
                (self.sender(t) == who and diff(end_of(t), s.seq) <= 0)
                for t in self.segments[i + 1:])

    def survives(self, i, s):
        """Its sender goes on beyond the RST's number, or the other end confirms
        what had not been sent yet. A closed socket's RST may lie behind its FIN."""
        who = self.sender(s)
        sent = [end_of(t) for t in self.segments[:i] if not t.icmp and
                not t.flags & RST and self.sender(t) == who]
        top = highest([s.seq, *sent], s.seq)
        for t in self.segments[i + 1:]:
            if t.icmp or t.flags & (SYN | RST) or not t.flags & ACK:
                continue
            if self.sender(t) == who:
                if within(end_of(t), s.seq + 1, WINDOW):
                    return True
            elif within(t.ack, top + 1, WINDOW):
                return True
        return False

    def resets_from(self, first):
        return [i for i, s in enumerate(self.segments)
                if i >= first and not s.icmp and s.flags & RST]

    def count_resets(self, which):
        first = self.segments[which[0]]
        self.step("rst", self.sender(first), first, len(which))
        others = [self.segments[i] for i in which
                  if self.sender(self.segments[i]) != self.sender(first)]
        self.other_rst = others[:1]

    def answers_late(self, rst, fins):
        """It has sent its FIN, and the number is one before: its socket was gone
        already, whatever of the close the capture shows."""
        s = self.segments[rst]
        fin = fins[self.sender(s)]
        return fin is not None and fin[0] < rst and diff(s.seq, fin[1]) < 0

    def drop_after(self, rst):
        """Phases that came after the RST are none."""
        t = self.segments[rst].t
        self.phases = [p for p in self.phases if p.t <= t]

    # --- sizes ---

    def sizes(self):
        if self.close is None:
            return
        ends = self.fin_ends
        for who, isn in (("client", self.x), ("server", self.y)):
            if isn is None or who not in ends:
                self.partial = True
            elif self.close == "reset":
                self.partial = True
                self.bytes[who] = (ends[who] - isn - 2) & 0xffffffff
            else:
                self.bytes[who] = (ends[who] - isn - 2) & 0xffffffff
        if self.to_self and "client" in ends:
            self.bytes["server"] = self.bytes["client"]
            self.partial = False

    def at_least(self, who):
        """Bytes that were seen to be sent: an upper bound of a partial figure."""
        sent = [s for s in self.segments if not s.icmp and
                not s.flags & RST and self.sender(s) == who]
        acked = [s.ack for s in self.segments if not s.icmp and
                 s.flags & ACK and not s.flags & RST and
                 self.sender(s) != who]
        isn = self.x if who == "client" else self.y
        if isn is None:
            first = [s.seq for s in sent[:1]] + acked[:1]
            if not first:
                return None
            # What is acknowledged at first may lie before what is seen first.
            isn = min(first, key=lambda n: diff(n, first[0])) - 1
        top = highest([end_of(s) for s in sent] + acked, isn + 1)
        return max(0, diff(top, isn + 1))

    def count(self, phase):
        return sum(p.count for p in self.phases if p.phase.startswith(phase) and
                   p.count and (phase != "syn" or p.phase == "syn"))
