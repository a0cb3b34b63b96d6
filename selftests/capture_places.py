# SPDX-License-Identifier: GPL-2.0
"""The reader on captures whose order is wrong, that hold packets twice, or were taken in
several places at once. A part of capture_kinds.py.
"""
from capture_lib import test
from capture_make import MS, ethernet, is_six, labelled, vxlan
from capture_talk import (
    FAR, FOUR, GIB, OPEN, REFUSED, RESET, UNANSWERED, Talk, but, found_half_open, told)
from tun import hop_later


# --- order ---

def told_apart(what, close, early, client, wanted):
    """What one end says is captured by a clock that is so much behind."""
    talk = Talk().opened().up(100, "PA", 1, 1, 100).down(120, "A", 1, 101)
    close(talk.down(125, "PA", 1, 101, 500).up(125.1, "A", 101, 501))
    for said in talk.said:
        said.when -= early * (said.client == client)
    told(f"{what}, {early} ms", talk.by_time(),
         but(FOUR, bytes_client=100, bytes_server=500, **wanted))


@test
def clocks_of_two_interfaces():
    for early in (0, 19, 21, 30, 41, 50, 90, 240):
        told_apart("four-way", lambda talk: talk.up(1000, "FA", 101, 501)
                   .down(1020, "A", 501, 102).down(1040, "FA", 501, 102)
                   .up(1040.1, "A", 102, 502), early, False, {})
        told_apart("three-way", lambda talk: talk.up(1000, "FA", 101, 501)
                   .down(1020, "FA", 501, 102).up(1020.1, "A", 102, 502), early, False,
                   {"close": "three-way"})
        told_apart("by the server", lambda talk: talk.down(1000, "FA", 501, 101)
                   .up(1000.1, "A", 101, 502).up(1030, "FA", 101, 502)
                   .down(1050, "A", 502, 102), early, False, {"closed_by": "server"})


@test
def fins_behind_their_acks():
    """A packet that another one overtook on its way into the file."""
    whole = but(FOUR, bytes_client=10, fin_count=2)
    talk = Talk().opened().up(100, "PA", 1, 1, 10).down(120, "A", 1, 11)
    close = Talk().up(1000, "FA", 11, 1).down(1020, "A", 1, 12).down(1040, "FA", 1, 12) \
        .up(1040.1, "A", 12, 2).said
    for order in (0, 1, 3, 2), (1, 0, 2, 3), (1, 2, 3, 0), (1, 2, 0, 3), (1, 3, 0, 2):
        late = Talk().opened().up(100, "PA", 1, 1, 10).down(120, "A", 1, 11)
        for i, which in enumerate(order):
            close[which].when = 1000 + 20 * i
            late.said.append(close[which])
        told(f"{order}", late, whole)
    # With the data before it; and one that is sent again stays behind the ACK of the first.
    told("data, too", Talk().opened().down(1000, "A", 1, 12).down(1001, "FA", 1, 12)
         .up(1020, "PA", 1, 1, 10).up(1020.1, "FA", 11, 1).up(1020.2, "A", 12, 2), whole)
    told("again", talk.closed(1000, 10).up(1050, "FA", 11, 1).down(1070, "A", 2, 12),
         but(whole, fin_count=3))
    talk = Talk().opened().up(100, "PA", 1, 1, 10).down(120, "A", 1, 11)
    told("again, late", talk.up(1000, "FA", 11, 1).down(1020, "FA", 1, 12)
         .up(1900, "A", 12, 2).down(1950, "FA", 1, 12).up(1950.1, "A", 12, 2),
         but(whole, close="three-way", fin_count=3, duration_ns=round(1950.1 * MS)))


@test
def a_fin_behind_the_rst_of_its_end():
    """Who resets says nothing after it, whatever the numbers: then the times tell."""
    for number in 1, 101:
        talk = Talk().opened().down(100, "PA", 1, 1, 100).up(1000, "FA", 1, 1)
        talk.down(1020, "R", number).down(1019.9, "FA", 101, 1)
        told(f"{number}", talk, but(RESET, closed_by="server", history="ShAFfr"))


@test
def an_answer_before_its_fast_open():
    """Of data in the SYN it acknowledges all, a part, or nothing."""
    for acked in 30, 11, 0:
        for late in 1, 3:
            talk = Talk().down(-0.005, "SA", 0, 1 + acked).up(20.1, "A", 1 + acked, 1)
            talk.up(20.2, "PA", 1 + acked, 1, 50 - acked).down(40, "A", 1, 51)
            talk.closed(900, 50)
            talk.said.insert(late, Talk().up(20.15 if late > 1 else 0, "S",
                                             size=30).said[0])
            told(f"{acked} bytes, {late}", talk,
                 but(FOUR, bytes_client=50, syn_data=True))


# --- copies ---

def copied(later, hop, chosen=None):
    def change(packets):
        out = list(packets)
        for i, (when, ip, link) in enumerate(packets):
            if chosen is None or i in chosen:
                out.append((when + round(later * MS), hop_later(ip) if hop else ip, link))
        return sorted(out, key=lambda packet: packet[0])
    return change


@test
def copies_are_no_events():
    whole = but(FOUR, server_rtt_ns=20 * MS, client_rtt_ns=MS // 10, bytes_client=100,
                bytes_server=500, completeness=31)
    talk = Talk().opened().asked().closed(1000, 100, 500)
    for later in (0, 0.001, 0.3, 5, 15, 35, 49):
        for hop in False, True:
            told(f"{later} ms later", talk, but(whole, copies=10),
                 change=copied(later, hop))
    for chosen in ((0,), (6, 8), (0, 2, 3, 5, 7, 8)):
        told(f"only {chosen}", talk, whole, change=copied(0.02, False, chosen))
    told("none", talk, but(whole, copies=0))
    # Of what is sent twice each is captured in two places, or in three.
    talk = Talk().opened().asked().up(1000, "FA", 101, 501).down(1020, "A", 501, 102, 50)
    talk.up(1020.1, "R", 102).down(1021, "A", 551, 102, 50).up(1021.1, "R", 102)
    for laters in (0.003,), (0.003, 0.006):
        def places(packets, laters=laters):
            out = [(when + round(later * MS), ip, link)
                   for when, ip, link in packets for later in (0, *laters)]
            return sorted(out, key=lambda packet: packet[0])
        told(f"RSTs, {laters}", talk, but(RESET, closed_by="client", rst_count=2,
                                          copies=len(laters) * 11), change=places)


# --- places ---

def tag(*numbers):
    def link(ip):
        head = b"\x02" * 12
        for number in numbers:
            head += b"\x81\0" + number.to_bytes(2, "big")
        return head + (b"\x86\xdd" if is_six(ip) else b"\x08\0") + ip
    return link


@test
def rivals_and_reuse_in_any_place():
    """Numbers that are far apart are of one place, if they come by the same way."""
    for what, up, down in (
            ("one VLAN", tag(10), tag(10)), ("a VLAN each way", tag(10), tag(20)),
            ("a VLAN one way", tag(10), ethernet()), ("QinQ", tag(5, 10), tag(5, 20)),
            ("VXLAN", vxlan(), vxlan())):
        def told_there(talk, *wanted, up=up, down=down, what=what, **more):
            told(what, talk.every(up={"link": up}, down={"link": down}), *wanted,
                 dresses=["IPv4"], **more)
        told_there(Talk().up(0, "S").up(10, "S", x=GIB).down(1020, "SA", 0, 1)
                   .up(1020.1, "A", 1, 1).closed(3000), FOUR, UNANSWERED)
        told_there(Talk().up(0, "S").up(1000, "S").down(1020, "SA", 0, 1)
                   .down(2020, "SA", 0, 1).up(2020.1, "A", 1, 1).closed(3000),
                   but(FOUR, syn_count=2, syn_ack_count=2))
        told_there(Talk().up(0, "S").refuse(1).up(1000, "S", x=GIB).refuse(1001, x=GIB),
                   REFUSED, REFUSED)
        told_there(Talk().opened().closed(1000).opened(3000, **FAR).closed(4000, **FAR),
                   FOUR, FOUR)
        told_there(found_half_open(), but(RESET, closed_by="client"),
                   but(FOUR, syn_count=2))


@test
def same_numbers_in_two_places():
    """As crafted captures have them: nobody sends a SYN again so soon, or after it is open."""
    for later in 0.4, 10, 100, 200:
        talk = Talk()
        for when, number, size in ((0, 10, 100), (later, 20, 7)):
            link = {"link": tag(number)}
            talk.opened(when, **link).up(when + 30, "PA", 1, 1, size, **link)
            talk.down(when + 50, "A", 1, 1 + size, **link)
            talk.closed(when + 500, size, **link)
        told(f"two VLANs, {later} ms", talk.by_time(), but(FOUR, bytes_client=100),
             but(FOUR, bytes_client=7), dresses=["IPv4"])


@test
def two_hosts_in_one_file():
    """The same endpoints at once: only their numbers tell them apart, whoever is silent."""
    for second in 0.3, 30, 500, 1500:
        talk = Talk().opened().asked().closed(2000, 100, 500)
        told(f"the second after {second} ms", talk.opened(second, **FAR)
             .asked(second + 100, sent=7, **FAR).closed(second + 900, 7, 500, **FAR).by_time(),
             but(FOUR, bytes_client=100, duration_ns=2040 * MS + MS // 10),
             but(FOUR, bytes_client=7, duration_ns=940 * MS + MS // 10))
    # But who opens again and again without an end has forgotten the ones before.
    talk = Talk()
    for i in range(12):
        talk.opened(i * 1000, x=i * 0x8000000, y=i * 0x8000000)
    told("again and again", talk, *[OPEN] * 12)


@test
def a_number_that_says_nothing_in_two_places():
    talk = Talk()
    for place, link in enumerate((tag(10), tag(20))):
        more = {"x": place * GIB, "y": place * GIB, "link": link}
        talk.up(place, "S", **more).down(20 + place, "R", y=-5000, link=link)
        talk.up(1000 + place, "S", **more).down(1020 + place, "SA", 0, 1, **more)
        talk.up(1040 + place, "A", 1, 1, **more).closed(2000 + place, **more)
    told("RSTs without any", talk.by_time(), but(FOUR, syn_count=2, rst_count=0),
         but(FOUR, syn_count=2, rst_count=0), dresses=["IPv4"])


@test
def attempts_in_two_places():
    for what, links in (("VLANs", (tag(10), tag(11), tag(20), tag(21))),
                        ("labels", (labelled(300, 100), labelled(301, 101),
                                    labelled(300, 200), labelled(301, 201)))):
        talk = Talk()
        for i in range(5):
            for place in 0, 1:
                number = {"x": (2 * i + place) * 0x8000000}
                talk.up(i * 100 + place, "S", link=links[2 * place], **number)
                talk.down(20 + i * 100 + place, "RA", None, 1, link=links[2 * place + 1],
                          **number)
        told(what, talk.by_time(), *[REFUSED] * 10, dresses=["IPv4", "IPv6 in a VLAN"])


@test
def times_that_begin_at_nothing():
    """As crafted captures have them: their clock begins with 0."""
    talk = Talk().opened().asked().closed(1000, 100, 500)

    def change(packets):
        return [(when - packets[0][0], ip, link) for when, ip, link in packets]
    told("at 0", talk, but(FOUR, handshake_ns=20 * MS + MS // 10, server_rtt_ns=20 * MS),
         change=change)
