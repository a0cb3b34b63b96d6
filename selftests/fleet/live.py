# SPDX-License-Identifier: GPL-2.0
"""Hosts that are guests, with the module: what passes there arrives, or is counted.

    guest a, b, c: connections ─► ring ─► synfin ship ─► spool ─┐
    two shards of ClickHouse, on this machine  ◄────────────────┘
    Prometheus, on this machine ─► synfin export, in each

A shipper of a crashes, and the ring goes round meanwhile; b is killed with all that
it has while the servers stand still; the network of c is slow.
"""
import json
import os
import shutil
import signal

from clickhouse import Slow, servers
from prometheus import bad_rules, dashboard, query, serve
from world import (FOLDER, TOP, check, folder, free_port, get, note, path, run, said,
                   start, wait)

# The ring of a guest holds 1,024 segments, and its shipper may be slow: of 50 connections
# that are closed and 50 that are refused there are 450.
PORT, PART = 7000, 50
COUNT = 4 * PART
BOOT = 600


class Guest:
    """A host, and how it is spoken to."""

    def __init__(self, name, port):
        self.name = name
        self.folder = folder("guest-" + name)
        self.url = f"http://10.0.2.2:{port}"
        self.export = free_port()
        self.number = 0
        self.process = None

    def start(self):
        for name in ("cert.pem", "key.pem"):
            shutil.copy(path(name), self.folder)
        for name in os.listdir(self.folder):
            if name.startswith(("order", "answer")):
                os.unlink(f"{self.folder}/{name}")
        self.number = 0
        self.process = start(
            TOP + "/scripts/vm", "--net", "--forward", f"{self.export}:9776", "--smp", "1", "--mem", "1024", "--out",
            self.folder, "--timeout", "1800", "--", "python3",
            TOP + "/selftests/fleet/host.py", self.folder, TOP + "/synfin.ko",
            cwd=FOLDER)
        return self

    def order(self, *words):
        with open(f"{self.folder}/part", "w", encoding="ascii") as f:
            json.dump(words, f)
        os.rename(f"{self.folder}/part", f"{self.folder}/order.{self.number}")
        self.number += 1

    def answer(self, seconds=300):
        name = f"{self.folder}/answer.{self.number - 1}"
        wait(lambda: os.path.exists(name) or self.process.poll() is not None, seconds)
        with open(name, encoding="ascii") as f:
            return json.load(f)

    def ask(self, *words):
        self.order(*words)
        return self.answer()

    def ship(self):
        self.ask("ship", "--url", self.url, "--host", self.name, "--database",
                 "synfin_all")

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def spooled(self, port):
        rows = 0
        for name in os.listdir(self.folder + "/spool"):
            if name.startswith("rows."):
                with open(f"{self.folder}/spool/{name}", encoding="utf-8") as f:
                    rows += sum(f'"server_port":{port},' in line for line in f)
        return rows


def rows(shard, host, port):
    return int(shard.ask("SELECT count() FROM synfin_all.conns FINAL WHERE "
                         f"host = '{host}' AND server_port = {port}"))


def lost(shard, host):
    return int(shard.ask("SELECT max(lost_records) FROM synfin_all.shippers "
                         f"WHERE host = '{host}'") or 0)


def arrive(shard, host, count, first=PORT):
    """As many that were closed, and as many that were refused."""
    return wait(lambda: rows(shard, host, first) == count and
                rows(shard, host, first + 1) == count, 120)


def test_live(one, guests):
    for g in guests:
        g.ship()
    for count in range(PART, COUNT + 1, PART):
        for g in guests:
            g.order("make", PORT, PART)
        for g in guests:
            g.answer()
        came = [bool(arrive(one, g.name, count)) for g in guests]
    check("three guests ship each connection that passes there", all(came),
          [(rows(one, g.name, PORT), rows(one, g.name, PORT + 1), said(g.process))
           for g in guests])
    check("and none of their records is lost",
          not any(lost(one, g.name) for g in guests))


def test_dashboard(guests):
    """Each query of the dashboard, of hosts that are live."""
    server, base = serve("live", [f"127.0.0.1:{g.export}" for g in guests])
    for g in guests:
        g.ask("export")
    up = wait(lambda: query(base, f"sum(up) == {len(guests)}"), 120)
    if not check("Prometheus scrapes three hosts", up, said(server)[-1500:]):
        return
    for g in guests:
        g.ask("make", PORT + 40, 20)
        g.ask("secure", PORT + 42, 3)
        g.ask("overflow", PORT + 44)
    wait(lambda: not any(dashboard(base).values()), 60)
    faults = {e: w for e, w in dashboard(base).items() if w}
    if "first_data" not in run("modinfo", "-p", TOP + "/synfin.ko").stdout:
        # Only captures tell of first bytes then.
        faults = {e: w for e, w in faults.items()
                  if "first_response" not in e and "tls_handshake" not in e}
    check(f"it answers the {len(dashboard(base))} queries of the dashboard with "
          "what is live", not faults, faults)
    check("and evaluates every rule", not bad_rules(base), bad_rules(base))
    seen = [query(base, 'sum by (instance) (synfin_connections_total{server_port='
                  f'"{PORT}",open="established"}})')]
    full = f'synfin_drops_total{{reason="accept-queue",server_port="{PORT + 44}"}} > 0'
    wait(lambda: len(query(base, full)) == len(guests), 120)
    drops = query(base, full)
    check("a full accept queue is told of, by its port", len(drops) == len(guests),
          (drops, query(base, f'synfin_connections_total{{server_port="{PORT + 44}"}}')))
    check("what the exporters counted is what was made",
          [float(r["value"][1]) for r in seen[0]] == [COUNT] * len(guests), seen)
    server.kill()
    server.wait()


def counted(guest, port):
    """Connections that were established, as the exporter says now."""
    text = get(f"http://127.0.0.1:{guest.export}/metrics")
    return sum(int(line.rsplit(" ", 1)[1]) for line in text.splitlines() if
               line.startswith(f'synfin_connections_total{{server_port="{port}",'
                               'open="established"'))


def test_exporter_crash(guest):
    """Its counters go on, whatever the ring still has, and whoever looked last."""
    before = counted(guest, PORT)
    guest.ask("make", PORT + 46, 20)
    wait(lambda: counted(guest, PORT + 46) == 20)
    guest.ask("make", PORT + 48, 300)
    guest.ask("crash_export")
    guest.ask("make", PORT + 46, 10)
    guest.ask("export")
    came = wait(lambda: counted(guest, PORT + 46) == 30)
    after = [counted(guest, PORT + n) for n in (0, 46)]
    check("an exporter that crashed goes on counting, each connection once",
          before == COUNT and came and after == [COUNT, 30], (before, after))


def test_crash(one, guest):
    """What the ring overwrites while the shipper is away is a number."""
    before = guest.ask("heads")
    guest.ask("crash")
    at_crash = guest.ask("heads")
    guest.ask("make", PORT + 10, 1000)
    guest.ask("make", PORT + 20, 50)
    at_start = guest.ask("heads")
    guest.ship()
    came = arrive(one, guest.name, 50, PORT + 20)

    def gone(since):
        return sum(max(0, head - size - old)
                   for (head, size), (old, _) in zip(at_start, since))

    least, most = gone(at_crash), gone(before)
    found = wait(lambda: lost(one, guest.name), 60) or 0
    left = rows(one, guest.name, PORT + 10) + rows(one, guest.name, PORT + 11)
    check("started again after a crash, what the ring still held comes", came,
          rows(one, guest.name, PORT + 20))
    check("and what it had overwritten is known as a number",
          0 < least <= found <= most and 2000 - left <= found, (least, found, most))
    note(f"a shipper was away: of 2000 connections {left} came, {found} records "
         "were reported as lost")


def test_death(shards, guest):
    """All that a host had spooled when it died comes when it is back."""
    for s in shards:
        os.kill(s.process.pid, signal.SIGSTOP)
    guest.ask("make", PORT + 10, PART)
    wait(lambda: guest.spooled(PORT + 10) + guest.spooled(PORT + 11) == 2 * PART)
    waiting = guest.spooled(PORT + 10), guest.spooled(PORT + 11)
    guest.kill()
    for s in shards:
        os.kill(s.process.pid, signal.SIGCONT)
    guest.start()
    guest.ship()
    check("a guest that is killed leaves its rows, which come when it is back",
          waiting == (PART, PART) and
          arrive(shards[0], guest.name, PART, PORT + 10),
          (waiting, rows(shards[0], guest.name, PORT + 10), said(guest.process)))
    guest.ask("make", PORT + 20, PART)
    check("with what passes there now",
          arrive(shards[0], guest.name, PART, PORT + 20))


def test_end(one, guest):
    """Told to end, a shipper takes what there is."""
    guest.ask("make", PORT + 30, PART)
    status = guest.ask("end")
    check("told to end, a shipper sends what there is first", not status and
          rows(one, guest.name, PORT + 30) == PART and
          rows(one, guest.name, PORT + 31) == PART and not lost(one, guest.name),
          (status, rows(one, guest.name, PORT + 30), said(guest.process)))


def main():
    shards = servers()
    if not shards:
        return
    one, two = shards
    slow = Slow(one.http, 20e3)
    slow.start()
    made = run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj",
               "/CN=host", "-days", "2", "-keyout", path("key.pem"), "-out",
               path("cert.pem"))
    check("a certificate is made", not made.returncode, made.stderr)
    guests = [Guest(n, p).start() for n, p in
              (("live-a", one.http), ("live-b", two.http), ("live-c", slow.port))]
    if not check("three guests start", all([wait(lambda g=g: g.ask("stats"), BOOT)
                                            for g in guests]),
                 [said(g.process) for g in guests]):
        return
    test_live(one, guests)
    test_dashboard(guests)
    test_exporter_crash(guests[0])
    test_crash(one, guests[0])
    test_death(shards, guests[1])
    test_end(one, guests[2])
    for g in guests:
        with open(path("guest-" + g.name, "log"), encoding="utf-8") as f:
            text = f.read()
        if "error" in text:
            note(f"{g.name}: {text[-500:]}")
        g.kill()
