#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""FTP: live, and in a capture, which control connection announced the one with the data.

	client [ 10.8.1.1 ] ---- [ this host, a router ] ---- [ 10.8.2.2 ] server

Each connection passes all three, and each tells of it by itself. vsftpd and curl are one
pair of ends; the other is a parrot, which says to its client what that asks it to say.
"""
import ctypes
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time

import tap
from tun import packet, tcp

CLIENT, SERVER, CLIENT6, SERVER6 = "10.8.1.1", "10.8.2.2", "fd08:1::1", "fd08:2::2"
PARROT, DATA, OTHER = 2121, 8007, 8008
SYNFIN = os.environ.get("SYNFIN") or tap.find_above("tools/synfin")
LIBC = ctypes.CDLL(None)
WORLD = {}


# --- three hosts ---

class Inside:
    """What is done within is done in a namespace."""

    def __init__(self, name):
        self.name = "synfin-ftp-" + name

    def __enter__(self):
        self.home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        self.enter(os.open("/run/netns/" + self.name, os.O_RDONLY))

    def __exit__(self, *_):
        self.enter(self.home)

    @staticmethod
    def enter(fd):
        if LIBC.setns(fd, 0x40000000):
            raise OSError("setns")
        os.close(fd)


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def add_host(name, number, address, address6):
    near, netns = f"ftp{number}", "synfin-ftp-" + name
    ip("netns", "add", netns)
    ip("link", "add", near, "type", "veth", "peer", "eth0", "netns", netns)
    ip("address", "add", f"10.8.{number}.254/24", "dev", near)
    ip("address", "add", f"fd08:{number}::254/64", "dev", near, "nodad")
    ip("link", "set", near, "up")
    ip("-n", netns, "address", "add", address + "/24", "dev", "eth0")
    ip("-n", netns, "address", "add", address6 + "/64", "dev", "eth0", "nodad")
    for dev in "eth0", "lo":
        ip("-n", netns, "link", "set", dev, "up")
    for family, via in ("-4", f"10.8.{number}.254"), ("-6", f"fd08:{number}::254"):
        ip("-n", netns, family, "route", "add", "default", "via", via)


def parrot(conn):
    """Greets, and answers each line with what stands behind its first word, cut at each \\-."""
    conn.sendall(b"220 (parrot FTP)\r\n")
    lines = conn.makefile("rb")
    while line := lines.readline():
        answer = line.partition(b" ")[2].replace(b"\\r\\n", b"\r\n") or b"200 yes\r\n"
        apart(conn, answer.split(b"\\-"))
    conn.close()


def apart(sock, pieces):
    """Each in a segment of its own."""
    for piece in pieces:
        sock.sendall(piece)
        if piece is not pieces[-1]:
            time.sleep(0.02)


def swallow(conn):
    while conn.recv(4096):
        pass
    conn.close()


def listen(host, port, what):
    with Inside(host):
        sock = socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)

    def serve():
        while True:
            conn, _ = sock.accept()
            conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=what, args=(conn,), daemon=True).start()
    threading.Thread(target=serve, daemon=True).start()


def set_up():
    if not os.path.exists(SYNFIN):
        raise tap.Skipped(f"{SYNFIN} is missing: build the reader")
    WORLD["folder"] = tempfile.mkdtemp()
    tap.load_module("first_data=1")
    add_host("client", 1, CLIENT, CLIENT6)
    add_host("server", 2, SERVER, SERVER6)
    for family, name in ("ipv4", "ip_forward"), ("ipv6", "conf/all/forwarding"):
        with open(f"/proc/sys/net/{family}/{name}", "w", encoding="ascii") as file:
            file.write("1")
    listen("server", PARROT, parrot)
    for host in "server", "client":
        listen(host, DATA, swallow)
        listen(host, OTHER, swallow)


def tear_down():
    for name in "client", "server":
        subprocess.run(["ip", "netns", "delete", "synfin-ftp-" + name], check=False)


# --- what is told of them ---

def conns(*words):
    out = subprocess.run([SYNFIN, "conns", "--json", "-q", *words],
                         capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def begin():
    """What begins from now on is told."""
    WORLD["since"] = time.time()


def told(nr, hosts=3):
    """The last connections, by namespace: as many as there should be in each."""
    until = time.time() + 30
    while time.time() < until:
        new = {}
        for conn in conns("--no-follow"):
            # Within one host the others do not see it.
            if conn["ts"] >= WORLD["since"] and conn["client"] != conn["server"]:
                new.setdefault(conn["netns"], []).append(conn)
        if len(new) == 3 and sum(len(of) >= nr for of in new.values()) >= hosts:
            break
        time.sleep(0.3)
    tap.equal(sum(len(of) == nr for of in new.values()), hosts,
              f"hosts with {nr} connections, of {[len(of) for of in new.values()]}")
    return sorted(new.values(), key=len)


def announced(of, control_port):
    """Of one namespace: control connections, and those that each announced, by its id."""
    data = {c["id"]: [] for c in of if c["server_port"] == control_port}
    for conn in of:
        if conn["server_port"] != control_port and conn["ftp_control"] is not None:
            data[conn["ftp_control"]].append(conn)
    return data


# --- vsftpd and curl ---

FTP_CONF = """
listen=NO
listen_ipv6=YES
listen_port=21
anonymous_enable=YES
anon_root={0}/ftp
local_enable=NO
pasv_enable=YES
port_enable=YES
secure_chroot_dir={0}/empty
seccomp_sandbox=NO
background=NO
"""


def start_ftp():
    for tool in "vsftpd", "tcpdump", "curl":
        if not shutil.which(tool):
            raise tap.Skipped(f"{tool} is missing")
    folder = WORLD["folder"]
    os.chmod(folder, 0o755)
    for name in "ftp", "empty":
        os.makedirs(f"{folder}/{name}", mode=0o755, exist_ok=True)
    with open(folder + "/ftp/file", "w", encoding="ascii") as file:
        file.write("hello\n")
    with open(folder + "/ftp.conf", "w", encoding="ascii") as file:
        file.write(FTP_CONF.format(folder))
    return subprocess.Popen(["ip", "netns", "exec", "synfin-ftp-server", "vsftpd",
                             folder + "/ftp.conf"])


def start_capture():
    capture = subprocess.Popen(["tcpdump", "-i", "ftp1", "-U", "-w", WORLD["folder"] +
                                "/capture", "tcp"], stderr=subprocess.PIPE, text=True)
    while "listening" not in capture.stderr.readline():
        pass
    return capture


def end(*processes):
    for process in processes:
        process.terminate()
        process.wait(20)


def captured(nr):
    for _ in range(100):
        of = [c for c in conns("-r", WORLD["folder"] + "/capture") if c["open"] == "established"]
        if len(of) == nr and all(c["close"] != "open" for c in of):
            break
        time.sleep(0.1)
    return of


WAYS = (("--disable-epsv",), (), ("-P", "-", "--disable-eprt"), ("-P", "-"))


def vsftpd():
    """Passive and active, the old commands and the extended ones, two files each."""
    server = start_ftp()
    for _ in range(200):
        with Inside("client"), socket.socket() as probe:
            if not probe.connect_ex((SERVER, 21)):
                break
        time.sleep(0.1)
    capture = start_capture()
    begin()
    nr = 0
    try:
        for host in SERVER, f"[{SERVER6}]":
            for way in WAYS:
                # Over IPv6 there are only the extended ones.
                if ":" in host and way and way[-1].startswith("--disable"):
                    continue
                file = f"ftp://{host}/file"
                got = subprocess.run(["ip", "netns", "exec", "synfin-ftp-client", "curl", "-s",
                                      *way, file, file], capture_output=True, text=True,
                                     check=False)
                tap.equal(got.stdout, "hello\nhello\n", f"{host} {way}, {got.returncode}")
                nr += 1
        live = told(3 * nr)
        seen = captured(3 * nr)
    finally:
        end(capture, server)
    for of in (*live, seen):
        tap.equal([len(data) for data in announced(of, 21).values()], [2] * nr,
                  f"data of each control connection in {of[0]['netns']}")


# --- the parrot ---

class Talk:
    """A control connection to the parrot."""

    def __init__(self, address=SERVER, first=True):
        if first:
            begin()
        with Inside("client"):
            self.sock = socket.create_connection((address, PARROT))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.lines = self.sock.makefile("rb")
        self.lines.readline()
        self.ask(b"USER x 331 who")

    def ask(self, line, answers=1):
        """A command; the parrot says what stands behind its first word."""
        self.sock.sendall(line + b"\r\n")
        return [self.lines.readline() for _ in range(answers)]

    def say(self, line):
        """The server says it."""
        self.ask(b"SAY " + line)

    def close(self):
        self.lines.close()
        self.sock.close()


def connect(address=SERVER, port=DATA, host="client"):
    with Inside(host):
        try:
            socket.create_connection((address, port), 5).close()
        except ConnectionRefusedError:
            pass


def comes_to(nr, *wanted):
    """Of NR control connections the others, in their order, were announced, or not."""
    for of in told(nr + len(wanted)):
        of.sort(key=lambda c: c["ts"])
        control = [c["id"] for c in of if c["server_port"] == PARROT]
        data = [c for c in of if c["server_port"] != PARROT]
        tap.equal([control.index(c["ftp_control"]) if c["ftp_control"] else None
                   for c in data], list(wanted), f"who announced, in {of[0]['netns']}")


PASSIVE = f"227 Entering ({SERVER.replace('.', ',')},{DATA >> 8},{DATA & 255}).".encode()
ACTIVE = f"PORT {CLIENT.replace('.', ',')},{DATA >> 8},{DATA & 255}".encode()


def once():
    """One announcement is for one connection, to one port, of one pair of hosts."""
    for passive in True, False:
        talk = Talk()
        if passive:
            talk.say(PASSIVE)
        else:
            talk.ask(ACTIVE)
        here, there = ("client", SERVER) if passive else ("server", CLIENT)
        connect(there, OTHER, here)
        connect(there, DATA, "server" if passive else "client")
        connect(there, DATA, here)
        connect(there, DATA, here)
        talk.close()
        comes_to(1, None, 0, None)


def over_ipv6():
    talk = Talk(SERVER6)
    talk.say(f"229 Extended (|||{DATA}|)".encode())
    connect(SERVER6)
    talk.ask(f"EPRT |2|{CLIENT6}|{DATA}|".encode())
    connect(CLIENT6, DATA, "server")
    # The other family has another address.
    talk.say(PASSIVE)
    talk.ask(f"EPRT |1|{CLIENT}|{OTHER}|".encode())
    connect(SERVER)
    connect(CLIENT, OTHER, "server")
    talk.close()
    comes_to(1, 0, 0, None, None)


def of_another_address():
    """Nobody points at a third host; of whom is behind NAT the port is enough."""
    talk = Talk()
    talk.say(PASSIVE.replace(b"10,8,2,2", b"10,8,2,254"))
    connect("10.8.2.254")
    connect(SERVER)
    talk.ask(ACTIVE.replace(b"10,8,1,1", b"10,8,2,254"))
    connect("10.8.2.254", DATA, "server")
    talk.close()
    # The router is the third host: it sees all of them.
    for of in told(4, 1):
        control = [c["id"] for c in of if c["server_port"] == PARROT]
        for conn in of:
            if conn["server_port"] != PARROT:
                tap.equal(conn["ftp_control"], control[0] if conn["server"] == SERVER
                          else None, conn["server"])


def of_one_that_is_not_reached():
    """What its firewall or nobody takes is shown with who announced it all the same."""
    talk = Talk()
    talk.say(PASSIVE.replace(b"31,71", b"31,79"))
    connect(SERVER, 31 << 8 | 79)
    connect(SERVER, 31 << 8 | 79)
    talk.close()
    comes_to(1, 0, 0)


def in_the_middle_of_much():
    """A long session is read to its end, at either end of it, and others are not disturbed."""
    talks = [Talk(), Talk(first=False)]
    for _ in range(60):
        talks[0].ask(b"NOOP")
    talks[0].say(PASSIVE)
    # As fast as a slow machine must be: what is announced is not waited for for ever.
    for port in range(5000, 5040):
        talks[1].ask(f"PORT 10,8,1,1,{port >> 8},{port & 255}".encode())
        talks[1].say(f"229 x (|||{port}|)".encode())
    connect(SERVER)
    talks[0].ask(ACTIVE)
    connect(CLIENT, DATA, "server")
    connect(CLIENT, 5039, "server")
    connect(CLIENT, 5000, "server")
    for talk in talks:
        talk.close()
    comes_to(2, 0, 0, 1, None)


def cut_and_joined():
    """Lines that share a segment are read, and those that several segments share."""
    talk = Talk()
    talk.ask(b"SAY 200 yes\\r\\n" + PASSIVE, 2)
    connect()
    talk.say(PASSIVE[:20] + b"\\-" + PASSIVE[20:30] + b"\\-" + PASSIVE[30:])
    connect()
    line = ACTIVE + b"\r\n"
    apart(talk.sock, [line[i:i + 1] for i in range(len(line))])
    talk.lines.readline()
    connect(CLIENT, DATA, "server")
    # What a line ends with is no line, though it begins a segment; nor is one without end.
    apart(talk.sock, [b"NOOP ", ACTIVE + b"\r\n"])
    talk.lines.readline()
    connect(CLIENT, DATA, "server")
    apart(talk.sock, [ACTIVE + b" " * 200, b"\r\n"])
    talk.lines.readline()
    connect(CLIENT, DATA, "server")
    talk.close()
    comes_to(1, 0, 0, 0, None, None)


def nonsense():
    """What is no announcement, or of the wrong end, or no text at all."""
    talk = Talk()
    for line in (b"227 (10,8,2,2,31)", b"227 (10,8,2,2,256,71)", b"229 (", b"229 (|||",
                 b"229 (|||99999|)", b"229 (|||8007", b"227 ", b"PORT 10,8,2,2,31,71",
                 b"229 (" + bytes(range(128, 256)) * 4, b"\0" * 900 + PASSIVE,
                 b"229 (|1|" + b"1" * 200 + b"|8007|)", b"1" * 4000):
        talk.say(line)
    for line in (b"PORT 1,2,3", b"EPRT |1|10.8.1.1", b"EPRT |||8007|", b"EPRT |2|::|8007|",
                 PASSIVE, b"XPORT 10,8,1,1,31,71", b"EPRT " + b"|" * 300):
        talk.ask(line)
    connect()
    connect(CLIENT, DATA, "server")
    talk.close()
    comes_to(1, None, None)


def forged():
    """Who does not know the numbers of a connection announces nothing in it."""
    talk = Talk()
    port = talk.sock.getsockname()[1]
    with Inside("server"), socket.socket(socket.AF_INET, socket.SOCK_RAW,
                                         socket.IPPROTO_RAW) as raw:
        for seq in range(0, 1 << 32, 1 << 23):
            raw.sendto(packet(SERVER, CLIENT, tcp(PARROT, port, seq, 1, "PA",
                                                  payload=PASSIVE + b"\r\n")), (CLIENT, 0))
    connect()
    # It goes on.
    talk.say(PASSIVE)
    connect()
    talk.close()
    comes_to(1, None, 0)


def turned_off():
    """What begins when it is off is not shown with anything."""
    knob = "/sys/module/synfin/parameters/first_data"
    talk = Talk()
    talk.say(PASSIVE)
    for on in "0", "1":
        with open(knob, "w", encoding="ascii") as file:
            file.write(on)
        connect()
    talk.close()
    comes_to(1, None, 0)


def flows(*words):
    out = subprocess.run(["ip", "netns", "exec", "synfin-ftp-client", SYNFIN, "flows", "--json",
                          "--host", SERVER, *words], capture_output=True, text=True,
                         check=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def wait_for_one(knob):
    until = time.time() + 30
    while time.time() < until:
        try:
            with open(knob, encoding="ascii") as file:
                if file.read() == "1\n":
                    return
        except FileNotFoundError:
            pass
        time.sleep(0.1)
    raise tap.Wrong(f"{knob} is off")


def everywhere():
    """In the words of a ladder, in the tracepoint's record, while it lives, and as a filter."""
    with subprocess.Popen([SYNFIN, "conns", "--source", "trace", "--json", "-q", "-n", "6"],
                          stdout=subprocess.PIPE, text=True) as trace:
        knob = f"/sys/kernel/tracing/instances/synfin-{trace.pid}/events/synfin/synfin_conn/enable"
        wait_for_one(knob)
        talk = Talk()
        talk.say(PASSIVE)
        with Inside("client"), socket.create_connection((SERVER, DATA), 5):
            live = {flow["server_port"]: flow for flow in flows("--state", "established")}
            control = live[PARROT]["id"]
            tap.equal([live[port]["ftp_control"] for port in (PARROT, DATA)],
                      [None, control], "who announced the live ones")
            for word, port in (str(control), DATA), ("any", DATA), ("none", PARROT):
                got = flows("--state", "established", "--ftp-control", word)
                tap.equal([flow["server_port"] for flow in got], [port],
                          "flows --ftp-control " + word)
        talk.close()
        ring = {conn["id"]: conn for of in told(2) for conn in of}
        for conn in map(json.loads, trace.communicate(timeout=30)[0].splitlines()):
            tap.equal(conn["ftp_control"], ring[conn["id"]]["ftp_control"], "of the trace")
    word = str(control)
    tap.equal([conn["server_port"] for conn in conns("--no-follow", "--ftp-control", word)],
              [DATA], "conns --ftp-control " + word)
    out = subprocess.run([SYNFIN, "ladder", "--no-follow", "-q", "--ftp-control", word],
                         capture_output=True, text=True, check=True).stdout
    if out.count(f"data of FTP connection {word},") != 1:
        raise tap.Wrong("no word of FTP: " + out[-1000:])


tap.main(set_up, [
    ("vsftpd and curl: who announced which", vsftpd),
    ("an announcement is for one connection", once),
    ("over IPv6", over_ipv6),
    ("an announcement of another address", of_another_address),
    ("data that nobody takes", of_one_that_is_not_reached),
    ("a long session, and one that announces without end", in_the_middle_of_much),
    ("lines that are cut, and lines in one segment", cut_and_joined),
    ("what is no announcement", nonsense),
    ("forged announcements", forged),
    ("turned off and on", turned_off),
    ("ladder, tracepoint, live connections, filter", everywhere),
], tear_down)
