# SPDX-License-Identifier: GPL-2.0
"""Captures, made by hand: conversations, what precedes them on each kind of link,
and the files that hold them."""
import struct

from tun import ipv4, ipv6, packet, tcp

MS = 1_000_000
START = 1_600_000_000 * 1_000_000_000

# Where the last steps of a conversation() are.
SYN, SYN_ACK, ACK, UP, UP_ACK, DOWN, DOWN_ACK, FIN_1, ACK_1, FIN_2, ACK_2 = \
    range(11)


class Ends:
    """Both ends of a connection, and what they send."""

    def __init__(self, client="10.0.0.1", cport=40000, server="10.0.0.2",
                 sport=80, x=1000, y=5000):
        self.client, self.cport, self.x = client, cport, x
        self.server, self.sport, self.y = server, sport, y

    def up(self, seq, ack, flags, payload=b"", **more):
        return packet(self.client, self.server,
                      tcp(self.cport, self.sport, self.x + seq, self.y + ack
                          if ack is not None else 0, flags, payload=payload,
                          **more))

    def down(self, seq, ack, flags, payload=b"", **more):
        return packet(self.server, self.client,
                      tcp(self.sport, self.cport, self.y + seq, self.x + ack
                          if ack is not None else 0, flags, payload=payload,
                          **more))


def conversation(ends=None, sent=10, replied=20):
    """Opened, a message each way, closed by the client in four segments."""
    e = ends or Ends()
    u, d = sent + 1, replied + 1
    return [e.up(0, None, "S"), e.down(0, 1, "SA"), e.up(1, 1, "A"),
            e.up(1, 1, "PA", b"u" * sent), e.down(1, u, "A"),
            e.down(1, u, "PA", b"d" * replied), e.up(u, d, "A"),
            e.up(u, d, "FA"), e.down(d, u + 1, "A"), e.down(d, u + 1, "FA"),
            e.up(u + 1, d + 1, "A")]


def is_six(ip):
    return ip[0] >> 4 == 6


def ethertype(ip):
    return 0x86DD if is_six(ip) else 0x0800


def ethernet(*tags):
    def link(ip):
        head = b"\x02" * 12
        for tag in tags:
            head += struct.pack("!HH", tag, 7)
        return head + struct.pack("!H", ethertype(ip)) + ip
    return link


def cooked(*tags):
    def link(ip):
        kinds = (*tags, ethertype(ip))
        head = struct.pack("!HHH8sH", 0, 1, 6, b"\x02" * 8, kinds[0])
        for kind in kinds[1:]:
            head += struct.pack("!HH", 7, kind)
        return head + ip
    return link


def cooked2(*tags):
    def link(ip):
        kinds = (*tags, ethertype(ip))
        head = struct.pack("!HHIHBB8s", kinds[0], 0, 2, 1, 0, 6, b"\x02" * 8)
        for kind in kinds[1:]:
            head += struct.pack("!HH", 7, kind)
        return head + ip
    return link


def null(order, six):
    def link(ip):
        return struct.pack(order + "I", six if is_six(ip) else 2) + ip
    return link


def raw(ip):
    return ip


def ppp(*address):
    def link(ip):
        return bytes(address) + struct.pack("!H", 0x57 if is_six(ip) else 0x21) + ip
    return link


def pppoe(ip):
    inner = ppp()(ip)
    return b"\x02" * 12 + struct.pack("!HBBHH", 0x8864, 0x11, 0, 1, len(inner)) + inner


def mpls(ip):
    return b"\x02" * 12 + struct.pack("!HII", 0x8847, 7 << 12 | 64, 8 << 12 | 0x140) + ip


def labelled(*labels):
    """With these MPLS labels, the last one at the bottom."""
    stack = b"".join(struct.pack("!I", label << 12 | (i + 1 == len(labels)) << 8 | 64)
                     for i, label in enumerate(labels))
    return lambda ip: b"\x02" * 12 + b"\x88\x47" + stack + ip


def hdlc(ip):
    return struct.pack("!HH", 0x0F00, ethertype(ip)) + ip


def snap(ip):
    return b"\xaa\xaa\x03\0\0\0" + struct.pack("!H", ethertype(ip)) + ip


def llc(ip):
    body = snap(ip)
    return b"\x02" * 12 + struct.pack("!H", min(len(body), 1500)) + body


def backbone(ip):
    return b"\x04" * 12 + struct.pack("!HHHI", 0x88A8, 9, 0x88E7, 0x7777) + \
        ethernet(0x8100)(ip)


def pseudowire(ip):
    return b"\x02" * 12 + struct.pack("!HII", 0x8847, 9 << 12 | 0x140, 0) + \
        ethernet()(ip)


def fddi(ip):
    return b"\x50" + b"\x02" * 12 + snap(ip)


def token_ring(ip):
    return b"\x10\x40" + b"\x02" * 6 + b"\x82" + b"\x02" * 5 + \
        b"\x08\x30\0\x10\0\x20\0\x30" + snap(ip)


def frame_relay(ip):
    return b"\x18\x41\x03" + (b"\x8e" if is_six(ip) else b"\xcc") + ip


def nflog(order):
    def link(ip):
        def attribute(kind, body):
            return struct.pack(order + "HH", 4 + len(body), kind) + body + \
                b"\0" * (-len(body) % 4)
        return b"\x0a\0\0\0" + attribute(1, b"\x08\0\x01\0") + \
            attribute(10, b"log: \0") + attribute(9, ip)
    return link


def wifi(qos=False, four=False, many=False, pad=False, order=False):
    def link(ip):
        head = bytes([0x88 if qos else 0x08, 3 if four else 1 | order << 7])
        head += b"\0\0" + b"\x02" * 18 + b"\0\0" + b"\x02" * 6 * four
        if qos:
            head += bytes([0x80 * many, 0])
        head += b"\0" * 4 * order
        if pad:
            head += b"\0" * (-len(head) % 4)
        body = snap(ip)
        if many:
            arp = b"\x02" * 12 + struct.pack("!H", 8) + b"\xaa\xaa\x03\0\0\0\x08\x06"
            body = arp + b"\0" * (-len(arp) % 4) + b"\x02" * 12 + \
                struct.pack("!H", len(body)) + body
        return head + body
    return link


def radiotap(inner, padded=False):
    def link(ip):
        return struct.pack("<BBHIIIQB", 0, 0, 25, 0x80000003, 0x80000000, 0, 1,
                           0x20 * padded) + inner(ip)
    return link


def prism(ip):
    return struct.pack("<II", 0x44, 144) + b"wlan0".ljust(136, b"\0") + wifi()(ip)


def avs(ip):
    return struct.pack("!II", 0x80211001, 64) + b"\0" * 56 + wifi()(ip)


def cooked_radio(ip):
    return struct.pack("!HHH8sH", 3, 803, 6, b"\x02" * 8, 4) + radiotap(wifi(True))(ip)


def cooked_radio2(ip):
    return struct.pack("!HHIHBB8s", 4, 0, 2, 801, 3, 6, b"\x02" * 8) + wifi()(ip)


def per_packet(number, inner):
    """A header that says of which link type the rest is."""
    def link(ip):
        return struct.pack("<BBHIHH", 0, 0, 12, number, 2, 0) + inner(ip)
    return link


def pktap(number, inner):
    def link(ip):
        return struct.pack("<III", 108, 1, number) + b"en0".ljust(96, b"\0") + inner(ip)
    return link


def firewire(ip):
    return b"\x02" * 16 + struct.pack("!H", ethertype(ip)) + ip


def infiniband(ip):
    return b"\x02" * 40 + struct.pack("!HH", ethertype(ip), 0) + ip


def tagged(tag, before=False):
    """By a switch."""
    def link(ip):
        frame = ethernet()(ip)
        return tag + frame if before else frame[:12] + tag + frame[12:]
    return link


def slip(ip):
    return b"\0" + b"\x70" * 15 + ip


def macsec(sender=b""):
    """Protected, and not encrypted."""
    def link(ip):
        return b"\x02" * 12 + struct.pack("!HBBI", 0x88E5, 0x20 * bool(sender), 0, 7) + \
            sender + ethernet()(ip)[12:] + b"\xaa" * 16
    return link


def fabric_path(ip):
    return b"\x02" * 12 + struct.pack("!HH", 0x8903, 1 << 6 | 32) + ethernet()(ip)


def trill(ip):
    return b"\x02" * 12 + struct.pack("!HHHHI", 0x22F3, 1 << 6 | 5, 1, 2, 0) + \
        ethernet()(ip)


# What tunnels have outside: the ends of one, by the direction of what is inside.
OUTSIDE = ("198.51.100.1", "198.51.100.2")
OUTSIDE_SIX = ("2001:db8:f::1", "2001:db8:f::2")


def is_up(ip):
    size = 16 if is_six(ip) else 4
    first = 8 if is_six(ip) else 12
    return ip[first:first + size] < ip[first + size:first + 2 * size]


def outer(payload, protocol, up, ends=OUTSIDE, **more):
    src, dst = ends if up else ends[::-1]
    make = ipv6 if ":" in src else ipv4
    return ethernet()(make(src, dst, payload, protocol, **more))


def udp_header(port, body, source=50000):
    return struct.pack("!HHHH", source, port, 8 + len(body), 0) + body


def in_ip(ip, ends=OUTSIDE):
    return outer(ip, 41 if is_six(ip) else 4, is_up(ip), ends)


def gre(key=None, numbered=False, summed=False, inner=None, proto=None):
    def link(ip):
        flags = 0x2000 * (key is not None) | 0x1000 * numbered | 0x8000 * summed
        head = struct.pack("!HH", flags, proto or ethertype(ip))
        head += b"\0" * 4 * summed
        if key is not None:
            head += struct.pack("!I", key)
        head += b"\0\0\0\x07" * numbered
        return outer(head + (inner(ip) if inner else ip), 47, is_up(ip))
    return link


def gre_in_udp(ip):
    head = struct.pack("!HHI", 0x2000, ethertype(ip), 7)
    return outer(udp_header(4754, head + ip), 17, is_up(ip))


def erspan2(session=5):
    def inner(ip):
        return struct.pack("!HHI", 0x1000, session, 0) + ethernet()(ip)
    return gre(numbered=True, inner=inner, proto=0x88BE)


def erspan3(session=5, more=False):
    def inner(ip):
        return struct.pack("!HHIHH", 0x2000, session, 0, 0, int(more)) + \
            b"\x55" * 8 * more + ethernet()(ip)
    return gre(numbered=True, inner=inner, proto=0x22EB)


def vxlan(vni=100, port=4789, ends=OUTSIDE):
    def link(ip):
        body = struct.pack("!II", 0x08000000, vni << 8) + ethernet()(ip)
        return outer(udp_header(port, body), 17, is_up(ip), ends)
    return link


def geneve(vni=100, options=b"", whole=True):
    def link(ip):
        body = struct.pack("!BBHI", len(options) // 4, 0,
                           0x6558 if whole else ethertype(ip), vni << 8) + options + \
            (ethernet()(ip) if whole else ip)
        return outer(udp_header(6081, body), 17, is_up(ip))
    return link


def gtp(up=0x1111, down=0x2222, extended=False):
    """Each direction has a number of its own."""
    def link(ip):
        rest = b"\0\0\0\x85\x01\x10\x09\0" * extended + ip
        body = struct.pack("!BBHI", 0x34 if extended else 0x30, 255, len(rest),
                           up if is_up(ip) else down) + rest
        return outer(udp_header(2152, body, 2152), 17, is_up(ip))
    return link


def l2tp(ip):
    body = struct.pack("!HHHH", 0x4002, 0, 1, 2) + b"\xff\x03" + ppp()(ip)
    return outer(udp_header(1701, body, 1701), 17, is_up(ip))


def gue(bare=False, extra=b""):
    """Linux's foo over UDP with a header, or IP at once."""
    def link(ip):
        head = struct.pack("!BBH", len(extra) // 4, 41 if is_six(ip) else 4, 0) + extra
        return outer(udp_header(6080, ip if bare else head + ip), 17, is_up(ip))
    return link


def segment_routed(whole):
    """IPv6 with a routing header around a packet, or a frame (RFC 8986)."""
    def link(ip):
        body = ethernet()(ip) if whole else ip
        ends = OUTSIDE_SIX if is_up(ip) else OUTSIDE_SIX[::-1]
        inner = 143 if whole else 41 if is_six(ip) else 4
        return ethernet()(ipv6(*ends, body, inner, extensions=[
            (43, bytes([2, 4, 0, 0, 0, 0, 0]) + b"\x20\x01" + b"\1" * 14)]))
    return link


def capwap(native):
    def link(ip):
        head = struct.pack("!IHH", 2 << 19 | 1 << 9 | native << 8, 0, 0)
        body = head + (wifi(qos=True) if native else ethernet())(ip)
        return outer(udp_header(5247, body, 5247), 17, is_up(ip))
    return link


# Name: the link type's number, and what makes a frame of a packet.
LINKS = {
    "Ethernet": (1, ethernet()),
    "VLAN": (1, ethernet(0x8100)),
    "QinQ": (1, ethernet(0x88A8, 0x8100)),
    "QinQ of old": (1, ethernet(0x9100, 0x8100)),
    "SLL": (113, cooked()),
    "SLL with VLAN": (113, cooked(0x8100)),
    "SLL with QinQ": (113, cooked(0x88A8, 0x8100)),
    "SLL2": (276, cooked2()),
    "SLL2 with VLAN": (276, cooked2(0x8100)),
    "PPPoE": (1, pppoe),
    "MPLS": (1, mpls),
    "PPP": (9, ppp()),
    "PPP with its address": (9, ppp(0xFF, 0x03)),
    "Cisco HDLC": (104, hdlc),
    "raw IP": (101, raw),
    "NULL of Linux": (0, null("<", 10)),
    "NULL of FreeBSD, big-endian": (0, null(">", 28)),
    "LOOP of OpenBSD": (108, null(">", 24)),
    "LLC and SNAP": (1, llc),
    "802.1ah": (1, backbone),
    "MPLS with Ethernet": (1, pseudowire),
    "FDDI": (10, fddi),
    "token ring": (6, token_ring),
    "frame relay": (107, frame_relay),
    "NFLOG": (239, nflog("<")),
    "NFLOG, big-endian": (239, nflog(">")),
    "802.11": (105, wifi()),
    "802.11 with QoS": (105, wifi(qos=True)),
    "802.11 with HT control": (105, wifi(qos=True, order=True)),
    "802.11 between stations": (105, wifi(qos=True, four=True)),
    "802.11 with several": (105, wifi(qos=True, many=True)),
    "radiotap": (127, radiotap(wifi())),
    "radiotap, padded": (127, radiotap(wifi(qos=True, pad=True), True)),
    "Prism": (119, prism),
    "AVS": (163, avs),
    "AVS instead of Prism": (119, avs),
    "SLL of a radio": (113, cooked_radio),
    "SLL2 of a radio": (276, cooked_radio2),
    "PPI with 802.11": (192, per_packet(105, wifi())),
    "PPI with Ethernet": (192, per_packet(1, ethernet())),
    "PKTAP": (258, pktap(1, ethernet())),
    "PKTAP of a loopback": (258, pktap(0, null("<", 30))),
    "FireWire": (138, firewire),
    "InfiniBand": (242, infiniband),
    "a tag of Broadcom": (281, tagged(b"\x20\0\0\3")),
    "a tag of Broadcom before": (282, tagged(b"\x20\0\0\3", True)),
    "a tag of Marvell": (283, tagged(b"\xc0\x18\0\0")),
    "a long tag of Marvell": (284, tagged(b"\xda\xda\0\0\xc0\x18\0\0")),
    "SLIP": (8, slip),
    "MACsec in clear": (1, macsec()),
    "MACsec with its sender": (1, macsec(b"\x02" * 8)),
    "HSR": (1, tagged(b"\x89\x2f\x10\x2e\0\x07")),
    "VN-Tag": (1, tagged(b"\x89\x26\0\x05\0\0")),
    "E-Tag": (1, tagged(b"\x89\x3f\0\0\0\x05\0\0")),
    "a security group": (1, tagged(b"\x89\x09\1\1\0\1\0\x10")),
    "FabricPath": (1, fabric_path),
    "TRILL": (1, trill),
    "CAPWAP": (1, capwap(False)),
    "CAPWAP with 802.11": (1, capwap(True)),
    "IP in IP": (1, in_ip),
    "IP in IPv6": (1, lambda ip: in_ip(ip, OUTSIDE_SIX)),
    "GRE": (1, gre()),
    "GRE with all": (1, gre(7, True, True)),
    "GRE with Ethernet": (1, gre(inner=ethernet(), proto=0x6558)),
    "GRE in UDP": (1, gre_in_udp),
    "ERSPAN": (1, gre(inner=ethernet(), proto=0x88BE)),
    "ERSPAN II": (1, erspan2()),
    "ERSPAN III": (1, erspan3()),
    "ERSPAN III with more": (1, erspan3(more=True)),
    "VXLAN": (1, vxlan()),
    "VXLAN of old": (1, vxlan(port=8472)),
    "VXLAN over IPv6": (1, vxlan(ends=OUTSIDE_SIX)),
    "Geneve": (1, geneve()),
    "Geneve with options": (1, geneve(options=b"\0" * 8, whole=False)),
    "GTP-U": (1, gtp()),
    "GTP-U with extensions": (1, gtp(extended=True)),
    "L2TP": (1, l2tp),
    "GUE": (1, gue()),
    "GUE with options": (1, gue(extra=b"\0" * 8)),
    "GUE without a header": (1, gue(bare=True)),
    "SRv6": (1, segment_routed(False)),
    "SRv6 with Ethernet": (1, segment_routed(True)),
}


def pcap(frames, link=1, nano=False, order="<", snap=262144, cut=None,
         step=MS, start=START):
    """A classic capture; a frame is bytes, or bytes and a time."""
    magic = 0xA1B23C4D if nano else 0xA1B2C3D4
    out = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snap, link)]
    now = start
    for frame in frames:
        kept = frame[:cut]
        fraction = now % 10**9 // (1 if nano else 1000)
        out.append(struct.pack(order + "IIII", now // 10**9, fraction,
                               len(kept), len(frame)) + kept)
        now += step
    return b"".join(out)


def block(kind, body, order="<"):
    body += b"\0" * (-len(body) % 4)
    total = len(body) + 12
    return struct.pack(order + "II", kind, total) + body + \
        struct.pack(order + "I", total)


def section(order="<"):
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1),
                 order)


def interface(link=1, resolution=9, order="<", snap=0):
    option = struct.pack(order + "HHB3xHH", 9, 1, resolution, 0, 0)
    return block(1, struct.pack(order + "HHI", link, 0, snap) + option, order)


def enhanced(frame, now, which=0, resolution=9, order="<", cut=None):
    ticks = now // 10**(9 - resolution)
    kept = frame[:cut]
    return block(6, struct.pack(order + "IIIII", which, ticks >> 32,
                                ticks & 0xFFFFFFFF, len(kept), len(frame)) +
                 kept, order)


def pcapng(frames, link=1, resolution=9, order="<", step=MS, start=START,
           cut=None):
    out = [section(order), interface(link, resolution, order)]
    for i, frame in enumerate(frames):
        out.append(enhanced(frame, start + i * step, 0, resolution, order, cut))
    return b"".join(out)


def many(path, conns, together, sent=100, replied=1000):
    """A capture of conns connections, ten packets each, so many at a time."""
    frame = ethernet()
    moulds = [bytearray(frame(ip)) for ip in
              conversation(Ends("10.0.0.0", 0, "10.9.0.1", 443),
                           sent, replied)[:UP_ACK] +
              conversation(Ends("10.0.0.0", 0, "10.9.0.1", 443),
                           sent, replied)[DOWN:]]
    now = START
    with open(path, "wb", buffering=1 << 20) as file:
        file.write(pcap([]))
        for first in range(0, conns, together):
            for mould in moulds:
                up = mould[26:30] != b"\x0a\x09\0\x01"
                for i in range(first, min(conns, first + together)):
                    who = struct.pack("!I", (10 << 24) + i // 30000)
                    port = struct.pack("!H", 10000 + i % 30000)
                    if up:
                        mould[26:30], mould[34:36] = who, port
                    else:
                        mould[30:34], mould[36:38] = who, port
                    file.write(struct.pack("<IIII", now // 10**9,
                                           now % 10**9 // 1000, min(60, len(mould)),
                                           len(mould)))
                    file.write(mould[:60])
                    now += 10_000
    return now


def flood(path, nr):
    """SYNs that nobody answers, each from elsewhere."""
    mould = bytearray(ethernet()(Ends("10.0.0.0", 4000).up(0, None, "S")))
    with open(path, "wb", buffering=1 << 20) as file:
        file.write(pcap([]))
        for i in range(nr):
            mould[26:30] = struct.pack("!I", (10 << 24) + i)
            file.write(struct.pack("<IIII", START // 10**9, i // 4, len(mould),
                                   len(mould)) + mould)
