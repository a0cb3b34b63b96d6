# SPDX-License-Identifier: GPL-2.0
"""What the fleet's tests share: captures, servers, TAP."""
import json
import os
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))
SYNFIN = os.path.join(TOP, "tools/synfin")
FOLDER = tempfile.mkdtemp(prefix="synfin-fleet.")
started = []
number = 0
failed = 0
RANDOM = random.Random(1)


def note(text):
    print("#", text, flush=True)


def check(name, good, more=""):
    """A test: TAP."""
    global number, failed
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - fleet: {name}", flush=True)
    if not good:
        failed += 1
        if more:
            note(str(more)[:2000].replace("\n", "\n# "))
    return good


def path(*names):
    return os.path.join(FOLDER, *names)


def folder(name):
    os.makedirs(path(name), exist_ok=True)
    return path(name)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start(*command, **more):
    """A program that runs until the end of the test."""
    log = open(path(f"log-{len(started)}"), "wb")
    p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                         stderr=subprocess.STDOUT, start_new_session=True, **more)
    p.log = log.name
    started.append(p)
    return p


def said(process):
    with open(process.log, errors="replace") as f:
        return f.read()


def run(*command, timeout=120, **more):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=timeout, check=False, **more)


def wait(what, seconds=60):
    """Waits for something to become true; events, not time, end it."""
    end = time.monotonic() + seconds
    while True:
        try:
            result = what()
        except OSError:
            result = None
        if result or time.monotonic() > end:
            return result
        time.sleep(0.1)


def get(url, timeout=30, data=None, **headers):
    request = urllib.request.Request(url, data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return answer.read().decode()


def get_json(url):
    return json.loads(get(url))


def manual(name):
    """A page's text, without its markup."""
    with open(f"{TOP}/tools/{name}", encoding="ascii") as f:
        lines = [re.sub(r"^\.[A-Z]+ ", "", line.strip()) for line in f]
    return re.sub(r"\\f[BIR]|\\|\"", "", " ".join(lines))


def number_in(text, pattern):
    """The number that @ stands for in the pattern."""
    found = re.search(pattern.replace("@", r"([\d.,]*\d)"), text)
    return float(found.group(1).replace(",", "")) if found else None


def clean_up():
    for p in started:
        try:
            os.killpg(p.pid, signal.SIGCONT)
            os.killpg(p.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        p.wait()
    subprocess.run(["umount", "-l", path("tiny")], stderr=subprocess.DEVNULL,
                   check=False)
    shutil.rmtree(FOLDER, ignore_errors=True)


def finish():
    print(f"1..{number}")
    sys.exit(failed > 0)


# --- captures ---

def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def segment(src, dst, sport, dport, seq, ack, flags, data=b""):
    tcp = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, 0x50, flags, 65535, 0, 0)
    pseudo = src + dst + struct.pack("!BBH", 0, 6, len(tcp) + len(data))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp + data)) + tcp[18:] + data
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, src, dst)
    return ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + tcp


SYN, SYNACK, ACK, FINACK, RSTACK = 2, 18, 16, 17, 20
REQUEST, ANSWER = b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"


def connection(n, client, server, port):
    """Four in ten close in four segments, three in three, two by a reset, one is refused.

    Those that close speak HTTP before.

    Times are nanoseconds, and as hard to compress as real ones.
    """
    cport = 1024 + n * 7919 % 60000
    slow = 1 + RANDOM.expovariate(1)
    for when, data in segments(n, client, server, cport, port):
        yield int(when * 1000 * slow) + RANDOM.randrange(1000), data


def segments(n, client, server, cport, port):
    x, y = 1000 + n, 9000 + n
    there = (client, server, cport, port)
    back = (server, client, port, cport)
    kind = n % 10
    yield 0, segment(*there, x, 0, SYN)
    if kind == 9:
        yield 200, segment(*back, 0, x + 1, RSTACK)
        return
    yield 200 + n % 900, segment(*back, y, x + 1, SYNACK)
    yield 1000 + n % 900, segment(*there, x + 1, y + 1, ACK)
    if kind in (7, 8):
        yield 3000, segment(*there, x + 1, y + 1, RSTACK)
        return
    yield 1500, segment(*there, x + 1, y + 1, ACK, REQUEST)
    yield 2000 + n % 900, segment(*back, y + 1, x + 1 + len(REQUEST), ACK, ANSWER)
    x, y = x + len(REQUEST), y + len(ANSWER)
    yield 3000, segment(*there, x + 1, y + 1, FINACK)
    if kind < 4:
        yield 3100, segment(*back, y + 1, x + 2, ACK)
        yield 3300, segment(*back, y + 1, x + 2, FINACK)
    else:
        yield 3300, segment(*back, y + 1, x + 2, FINACK)
    yield 3400, segment(*there, x + 2, y + 2, ACK)


def capture(name, count, ports=(80, 443, 5432), host=1, days=0):
    """A capture of so many connections, that end now, or so many days ago."""
    server = bytes([10, 0, host, 1])
    step = 100_000                                  # nanoseconds
    begin = int((time.time() - days * 86400) * 1e9) - count * step - 10 * 10**9
    packets = []
    for n in range(count):
        client = bytes([10, 1 + n % 3, n // 250 % 250, 1 + n % 250])
        for after, data in connection(n, client, server, ports[n % len(ports)]):
            packets.append((begin + n * step + after, data))
    packets.sort(key=lambda p: p[0])
    with open(path(name), "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 65535, 101))
        for when, data in packets:
            f.write(struct.pack("<IIII", when // 10**9, when % 10**9,
                                len(data), len(data)) + data)
    return path(name)
