# SPDX-License-Identifier: GPL-2.0
"""Sockets in the namespaces of shapes_world.sh, and the hosts behind their tuns."""
import contextlib
import ctypes
import fcntl
import ipaddress
import itertools
import os
import select
import socket
import struct
import time

from witness_segments import ACK, FIN, RST, SYN

PATIENCE = 6 * int(os.environ.get("SYNFIN_PATIENCE", "10"))
MASK = 0xffffffff
LETTERS = {"S": SYN, "A": ACK, "F": FIN, "R": RST, "P": 8}
REAL = {"client": {4: "10.9.1.1", 6: "fd09:1::1"},
        "server": {4: "10.9.2.1", 6: "fd09:2::1"}}
MADE = {"client": {4: "10.9.3.1", 6: "fd09:3::1"},
        "server": {4: "10.9.4.1", 6: "fd09:4::1"}}

# What comes again sooner may be one packet, captured twice.
TIMER = 0.25

identifications = itertools.count(1)
libc = ctypes.CDLL(None, use_errno=True)


class Inside:
    """This thread is in a namespace for a while."""

    def __init__(self, place):
        self.place = place

    def enter(self, path):
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            if libc.setns(fd, 0x40000000):
                raise OSError(ctypes.get_errno(), "setns: " + path)
        finally:
            os.close(fd)

    def __enter__(self):
        self.home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        self.enter("/run/netns/" + self.place)

    def __exit__(self, *what):
        libc.setns(self.home, 0x40000000)
        os.close(self.home)


@contextlib.contextmanager
def sysctl(place, name, value):
    """A namespace's setting, for a while."""
    path = "/proc/sys/" + name
    with Inside(place), open(path, "r+", encoding="ascii") as file:
        before = file.read()
        file.write(value)
    try:
        yield
    finally:
        with Inside(place), open(path, "w", encoding="ascii") as file:
            file.write(before)


def make_socket(place, family, address=None, port=0, kind=socket.SOCK_STREAM):
    with Inside(place):
        s = socket.socket({4: socket.AF_INET, 6: socket.AF_INET6}[family], kind)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.settimeout(PATIENCE)
    if address or port:
        s.bind((address or REAL[place][family], port))
    return s


def listen(family, port, place="server"):
    s = make_socket(place, family, REAL[place][family], port)
    s.listen(8)
    return s


def state(s):
    """TCP_INFO's first byte, in the words of the kernel."""
    names = ["", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
             "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING"]
    return names[s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)[0]]


def wait_until(what, condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.01)


def wait_state(s, *wanted):
    wait_until("%s, not %s" % (state(s), wanted), lambda: state(s) in wanted)


# --- segments by hand ---

def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def packet(src, dst, sport, dport, flags, seq, ack, payload=b"", bad=False,
           options=b""):
    """An IP packet with a TCP segment; flags in letters."""
    bits = sum(LETTERS[letter] for letter in flags)
    if not bits & ACK:
        ack = 0
    a, b = ipaddress.ip_address(src).packed, ipaddress.ip_address(dst).packed
    head = struct.pack("!HHIIBBHHH", sport, dport, seq & MASK, ack & MASK,
                       (20 + len(options)) * 4, bits, 64240, 0, 0) + options
    tcp = head + payload
    if len(a) == 4:
        pseudo = a + b + struct.pack("!BBH", 0, 6, len(tcp))
    else:
        pseudo = a + b + struct.pack("!IBBBB", len(tcp), 0, 0, 0, 6)
    total = checksum(pseudo + tcp) ^ (0x5555 if bad else 0)
    tcp = tcp[:16] + struct.pack("!H", total) + tcp[18:]
    if len(a) == 4:
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp),
                         next(identifications) & 0xffff, 0x4000, 64, 6, 0, a, b)
        return ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + tcp
    return struct.pack("!IHBB16s16s", 6 << 28, len(tcp), 6, 64, a, b) + tcp


def parse(data):
    """(sport, dport, flags, seq, ack, length), or None if it is no TCP."""
    if data[0] >> 4 == 4:
        if data[9] != 6:
            return None
        tcp = data[(data[0] & 15) * 4:]
    else:
        if data[6] != 6:
            return None
        tcp = data[40:]
    sport, dport, seq, ack, offset, bits = struct.unpack("!HHIIBB", tcp[:14])
    return sport, dport, bits, seq, ack, len(tcp) - (offset >> 4) * 4


class Host:
    """A host behind a tun: it sends what it is told, and answers nothing."""

    def __init__(self, place):
        self.place = place
        with Inside(place):
            self.fd = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
            # IFF_TUN, IFF_NO_PI
            fcntl.ioctl(self.fd, 0x400454ca,
                        struct.pack("16sH22x", b"tun", 0x0001 | 0x1000))

    def send(self, data):
        os.write(self.fd, data)

    def receive(self, sport, dport):
        """The next segment between these ports."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if not select.select([self.fd], [], [], 1)[0]:
                continue
            found = parse(os.read(self.fd, 65536))
            if found and found[:2] == (sport, dport):
                return found
        raise TimeoutError("no segment from port %d to %d" % (sport, dport))


class Dialogue:
    """What the hosts behind the tuns say to each other, or to a socket.

    A script is a list of segments, "> FPA 1:1+20": from the client, FIN, PSH and
    ACK, seq x+1, ack y+1, 20 bytes of payload. x and y are the initial numbers.
    """

    def __init__(self, hosts, family, cport, sport, x=1000, y=5000, client=None,
                 server=None):
        self.hosts = hosts
        self.cport, self.sport = cport, sport
        self.x, self.y = x, y
        self.client = client or MADE["client"][family]
        self.server = server or MADE["server"][family]
        self.real_client, self.real_server = bool(client), bool(server)

    def say(self, text, bad=False):
        direction, flags, *rest = text.split()
        numbers, _, length = (rest[0] if rest else "0").partition("+")
        seq, _, ack = numbers.partition(":")
        seq, ack = int(seq), int(ack or 0)
        payload = b"x" * int(length or 0)
        if direction == ">":
            data = packet(self.client, self.server, self.cport, self.sport,
                          flags, self.x + seq, self.y + ack, payload, bad)
            self.hosts["client"].send(data)
            if not self.real_server and not bad:
                self.hosts["server"].receive(self.cport, self.sport)
        else:
            data = packet(self.server, self.client, self.sport, self.cport,
                          flags, self.y + seq, self.x + ack, payload, bad)
            self.hosts["server"].send(data)
            if not self.real_client and not bad:
                self.hosts["client"].receive(self.sport, self.cport)

    def run(self, script):
        """What is the same as before is sent again by a timer."""
        said = {}
        for text in script.split(";"):
            text = text.strip()
            if not text:
                continue
            time.sleep(max(0, said.get(text, 0) + TIMER - time.monotonic()))
            self.say(text)
            said[text] = time.monotonic()

    def hear(self, at, flags, ack=None):
        """A socket's segment with these flags arrives at a host."""
        wanted = sum(LETTERS[letter] for letter in flags)
        ports = (self.sport, self.cport) if at == "client" else \
            (self.cport, self.sport)
        while True:
            found = self.hosts[at].receive(*ports)
            if found[2] & (SYN | RST | FIN | ACK) == wanted and \
                    ack in (None, found[4]):
                return found
