# SPDX-License-Identifier: GPL-2.0
"""synfin ship: hosts, two shards, and what can go wrong between them."""
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
import zlib

from world import (FOLDER, SYNFIN, TOP, capture, check, folder, free_port, get,
                   note, path, run, said, start, wait)

COUNT = 5000


class Shard:
    """A ClickHouse server on loopback."""

    def __init__(self, name, ports):
        self.name = name
        self.http, self.tcp, self.inter = ports[name]
        where = folder(name)
        shards = "".join(
            f"<shard><replica><host>127.0.0.1</host><port>{p[1]}</port></replica></shard>"
            for p in ports.values())
        with open("/etc/clickhouse-server/users.xml", encoding="utf-8") as f:
            users = f.read()
        with open(where + "/users.xml", "w", encoding="utf-8") as f:
            f.write(users)
        with open(where + "/config.xml", "w", encoding="ascii") as f:
            f.write(f"""<yandex>
<logger><level>warning</level><log>{where}/log</log><errorlog>{where}/err</errorlog></logger>
<http_port>{self.http}</http_port><tcp_port>{self.tcp}</tcp_port>
<interserver_http_port>{self.inter}</interserver_http_port>
<listen_host>127.0.0.1</listen_host><path>{where}/data/</path><tmp_path>{where}/tmp/</tmp_path>
<users_config>{where}/users.xml</users_config><mark_cache_size>67108864</mark_cache_size>
<default_profile>default</default_profile><default_database>default</default_database>
<remote_servers><synfin>{shards}</synfin></remote_servers></yandex>""")
        self.url = f"http://127.0.0.1:{self.http}"
        self.process = None

    def start(self):
        self.process = start("clickhouse-server",
                             f"--config-file={FOLDER}/{self.name}/config.xml",
                             cwd=FOLDER)
        return wait(lambda: get(self.url + "/ping"), 60)

    def stop(self):
        self.process.kill()
        self.process.wait()

    def load(self, name):
        with open(f"{TOP}/contrib/clickhouse/{name}", encoding="ascii") as f:
            return run("clickhouse-client", "--port", str(self.tcp),
                       "--multiquery", "--query", f.read())

    def ask(self, query):
        return get(self.url + "/", data=query.encode()).strip()

    def rows(self, host, database="synfin_all"):
        return int(self.ask(f"SELECT count() FROM {database}.conns FINAL "
                            f"WHERE host = '{host}'"))

    def dropped(self, host, database="synfin_all"):
        text = self.ask(f"SELECT max(dropped_rows) FROM {database}.shippers "
                        f"WHERE host = '{host}'")
        return int(text or 0)


def shipper(host, source, url, *more, spool=None):
    spool = spool or folder("spool-" + host)
    return start(SYNFIN, "ship", "-r", source, "--host", host, "--url", url,
                 "--database", "synfin_all", "--spool", spool, "--interval", "1",
                 *more)


def ended(process, seconds=120):
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def test_hosts(shards, sources):
    """Three hosts; the third is killed before the server has answered it."""
    one, two = shards
    begin = time.monotonic()
    running = [shipper("a", sources[0], one.url), shipper("b", sources[1], two.url)]
    good = [ended(p) for p in running]
    took = time.monotonic() - begin
    check("two hosts ship all they saw", good == [0, 0] and
          one.rows("a") == COUNT and one.rows("b") == COUNT,
          (good, one.rows("a"), one.rows("b"), said(running[0])))
    unknown = one.ask("SELECT countIf(isNull(close) AND isNull(handshake_ns)), "
                      "countIf(isNull(duration_ns)) FROM synfin_all.conns FINAL "
                      "WHERE host = 'a'").split("\t")
    check("what is not known is NULL", unknown == [str(COUNT // 10), "0"], unknown)
    note(f"two hosts with {COUNT} connections each: {took:.1f} s, "
         "a batch each second or 8 MiB")
    os.kill(one.process.pid, signal.SIGSTOP)
    victim = shipper("c", sources[2], one.url)
    wait(lambda: sum(e.stat().st_size for e in os.scandir(path("spool-c"))) > 1e6)
    victim.kill()
    victim.wait()
    left = sum(n.startswith("rows.") for n in os.listdir(path("spool-c")))
    os.kill(one.process.pid, signal.SIGCONT)
    check("a shipper that is killed leaves its rows on disk", left)
    again = ended(shipper("c", sources[2], one.url))
    check("started again, each connection is there once", again == 0 and
          one.rows("c") == COUNT, (again, one.rows("c")))
    shares = [int(s.ask("SELECT count() FROM synfin.conns")) for s in shards]
    check("both shards have a share", min(shares) > 0, shares)


def test_away(shards, source):
    """The server is away when the rows come."""
    one, two = shards
    one.stop()
    waiting = shipper("d", source, one.url)
    wait(lambda: "records lost" in said(waiting))
    other = ended(shipper("e", source, one.url, "--url", two.url,
                          "--database", "synfin"))
    check("of two servers, the one that is there takes all", other == 0 and
          two.rows("e", "synfin") == COUNT, other)
    one.start()
    status = ended(waiting)
    check("a server that was away gets all when it is back", status == 0 and
          one.rows("d") == COUNT, (status, one.rows("d"), said(waiting)))


def whole(name, one, host, process):
    status = ended(process)
    rows, dropped = one.rows(host), one.dropped(host)
    check(name, status == 0 and dropped > 0 and rows + dropped == COUNT,
          (status, rows, dropped, said(process)))
    note(f"{host}: {rows} rows came, {dropped} were reported as dropped, "
         f"of {COUNT}")


def test_bounds(shards, source):
    one = shards[0]
    one.stop()
    small = shipper("f", source, one.url, "--spool-limit", "1")
    full = None
    os.makedirs(path("tiny"), exist_ok=True)
    if not os.geteuid() and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", path("tiny")],
            check=False).returncode:
        full = shipper("g", source, one.url, spool=path("tiny"))
    wait(lambda: "records lost" in said(small))
    if full:
        wait(lambda: "reading waits" in said(full))
    used = sum(e.stat().st_size for e in os.scandir(path("spool-f")))
    check("a spool stays within its limit", used <= 1.1 * 2**20, used)
    one.start()
    whole("what a small spool dropped is reported", one, "f", small)
    if full:
        status = ended(full)
        check("while a disk is full, reading waits, and all comes", status == 0
              and one.rows("g") == COUNT and not one.dropped("g"),
              (status, one.rows("g"), said(full)))


class Slow(threading.Thread):
    """A way to the server that is slow, and breaks off the first two times."""

    def __init__(self, port, rate=200e3):
        super().__init__(daemon=True)
        self.to = port
        self.rate = rate
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.broken = 0

    def run(self):
        while True:
            client, _ = self.server.accept()
            threading.Thread(target=self.carry, args=(client,), daemon=True).start()

    def carry(self, client):
        server = socket.create_connection(("127.0.0.1", self.to))
        threading.Thread(target=self.back, args=(server, client), daemon=True).start()
        passed = 0
        while data := client.recv(16384):
            passed += len(data)
            if self.broken < 2 and passed > 30000:
                self.broken += 1
                break
            server.sendall(data)
            time.sleep(len(data) / self.rate)
        try:
            server.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        if self.broken:
            client.close()

    @staticmethod
    def back(server, client):
        try:
            while data := server.recv(16384):
                client.sendall(data)
            client.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def test_slow(shards, source):
    one = shards[0]
    slow = Slow(one.http)
    slow.start()
    status = ended(shipper("h", source, f"http://127.0.0.1:{slow.port}"))
    check("over a slow network that breaks off, all comes", status == 0 and
          one.rows("h") == COUNT, (status, one.rows("h"), slow.broken))


def test_wrong(shards, source):
    """A server that is there, and does not want the rows."""
    one = shards[0]
    running = shipper("i", source, one.url, "--user", "nobody")
    wait(lambda: "status" in said(running))
    spooled = path("spool-i")
    waits = wait(lambda: any(n.startswith("rows.") for n in os.listdir(spooled)))
    lines = [line for line in said(running).splitlines() if "status" in line]
    check("whom the server does not know is told so, in one line", len(lines) == 1
          and "nobody" in lines[0] and waits and running.poll() is None, said(running))
    running.kill()
    running.wait()
    elsewhere = shipper("j", source, one.url, "--database", "later")
    wait(lambda: "status" in said(elsewhere))
    check("so is who sends to a table that is not there", "later" in said(elsewhere),
          said(elsewhere))
    one.ask("CREATE DATABASE later")
    for table in ("conns", "shippers"):
        one.ask(f"CREATE TABLE later.{table} AS synfin.{table}")
    again = ended(shipper("i", source, one.url))
    status = ended(elsewhere)
    check("the rows come when that is put right", again == 0 and status == 0 and
          one.rows("i") == COUNT and one.rows("j", "later") == COUNT and
          not one.dropped("i"), (again, status, one.rows("i"), one.rows("j", "later")))
    one.ask("DROP DATABASE later")


def spooled_rows(host, source):
    """The rows of a source, as they are in the spool."""
    waiting = shipper(host, source, "http://127.0.0.1:1")
    wait(lambda: "records lost" in said(waiting))
    waiting.kill()
    waiting.wait()
    rows = []
    for name in sorted(os.listdir(path("spool-" + host))):
        if name.startswith("rows."):
            with open(path("spool-" + host, name), encoding="utf-8") as f:
                rows += f.readlines()
    return rows


def test_row(source):
    """A row says of a connection what the line of synfin conns does, as columns can."""
    lines = {c["id"]: c for c in map(json.loads, run(
        SYNFIN, "conns", "--json", "-r", source).stdout.splitlines())}
    rows = [json.loads(row) for row in spooled_rows("row", source)]
    with open(TOP + "/contrib/clickhouse/schema.sql", encoding="ascii") as f:
        table = f.read().split("synfin.conns\n(")[1].split("\n)\n")[0]
    columns = dict(re.findall(r"^    (\w+) (\w+)", table, re.M))
    bad = []
    for row in rows:
        line = lines[row["id"]]
        line.update(host="row", boot=row["boot"])
        wanted = {k: line[k] for k, kind in columns.items() if line[k] is not None and
                  (line[k] is not False or kind == "Nullable")}
        if row != wanted:
            bad.append((row, wanted))
    check("a row has what the table keeps of a line, and nothing else",
          len(rows) == len(lines) and not bad, (len(rows), bad[:1]))


def test_questions(shards):
    one = shards[0]
    for name in sorted(os.listdir(TOP + "/contrib/clickhouse/ask")):
        question = name.removesuffix(".sql")
        result = run(SYNFIN, "ask", question, "--url", one.url, "--database",
                     "synfin_all", "--format", "JSONEachRow")
        rows = [json.loads(line) for line in result.stdout.splitlines()] \
            if not result.returncode else []
        good = result.returncode == 0
        if question == "failures":
            # One in ten is refused; ports take turns.
            good = good and len(rows) == 3 and \
                all(9 < r["percent"] < 11 for r in rows)
        elif question not in ("close-wait", "drops"):
            good = good and rows
        check(f"synfin ask {question}", good, result.stdout + result.stderr)
    for more, word in ((("--database", "nowhere"), "nowhere"), (("--user", "who"), "who"),
                       (("--format", "Strange"), "Strange"), (("--url", "http://[::1]:1"), "::1")):
        result = run(SYNFIN, "ask", "failures", "--url", one.url, *more)
        check(f"synfin ask {more[0]}: what is wrong is one line",
              result.returncode == 1 and not result.stdout and word in result.stderr and
              result.stderr.count("\n") == 1, result.stdout + result.stderr)


def test_expiry(shards):
    """Days that are over go: by TTL, or where the server has none, by partition."""
    one = shards[0]
    status = ended(shipper("old", capture("old.pcap", 100, days=40), one.url,
                           "--database", "synfin"))
    here = int(one.ask("SELECT count() FROM synfin.conns FINAL"))
    ttl = one.load("ttl.sql")
    if ttl.returncode:
        drops = one.load("expire.sql").stdout
        run("clickhouse-client", "--port", str(one.tcp), "--multiquery", "--query", drops)
    else:
        one.ask("OPTIMIZE TABLE synfin.conns FINAL")
    left = int(one.ask("SELECT count() FROM synfin.conns FINAL"))
    check("what is older than 30 days goes, and nothing else", status == 0 and
          one.rows("old", "synfin") == 0 and left == here - 100, (here, left, ttl.stderr))
    note("by TTL" if not ttl.returncode else "by partition: this server has no TTL")


def test_scale(shards):
    one = shards[0]
    for shard in shards:
        shard.ask("OPTIMIZE TABLE synfin.conns FINAL")
    size = [s.ask("SELECT sum(bytes), sum(rows) FROM system.parts WHERE active "
                  "AND database = 'synfin' AND table = 'conns'").split("\t")
            for s in shards]
    total = [sum(int(s[i]) for s in size) for i in (0, 1)]
    note(f"measured: {total[0] / total[1]:.0f} bytes a connection in ClickHouse "
         f"{one.ask('SELECT version()')}, compressed, {total[1]} rows")
    large = 60000
    source = capture("large.pcap", large)
    before = os.times()
    status = ended(shipper("scale", source, one.url, "--database", "synfin"))
    used = os.times()
    cpu = used.children_user + used.children_system - before.children_user - \
        before.children_system
    check("a large host ships all it saw", status == 0 and
          one.rows("scale", "synfin") == large)
    note(f"measured: {large / cpu:.0f} rows a second and core, with reading the "
         "capture")
    text = "".join(spooled_rows("body", source))
    packed = zlib.compress(text.encode(), 1)
    begin = time.monotonic()
    get(one.url + "/?input_format_skip_unknown_fields=1&query=" +
        "INSERT%20INTO%20synfin.conns%20FORMAT%20JSONEachRow", data=text.encode())
    took = time.monotonic() - begin
    note(f"measured: a row is {len(text) / large:.0f} bytes in the spool, "
         f"{len(packed) / large:.0f} on the way, packed by zlib; "
         f"a server takes {large / took:.0f} rows a second on one connection")


shards_ = []


def servers():
    """Two shards with the tables, the same for all tests."""
    if shards_:
        return shards_
    ports = {n: tuple(free_port() for _ in range(3)) for n in ("one", "two")}
    shards = [Shard("one", ports), Shard("two", ports)]
    if not check("two servers start", all([s.start() for s in shards])):
        return None
    done = [s.load(f) for f in ("schema.sql", "cluster.sql") for s in shards]
    if not check("they take the tables", not any(d.returncode for d in done),
                 [d.stderr for d in done]):
        return None
    shards_.extend(shards)
    return shards_


def main():
    shards = servers()
    if not shards:
        return
    sources = [capture(f"host{n}.pcap", COUNT, host=n) for n in range(3)]
    test_hosts(shards, sources)
    test_away(shards, sources[0])
    test_bounds(shards, sources[0])
    test_slow(shards, sources[0])
    test_wrong(shards, sources[0])
    test_row(sources[1])
    test_questions(shards)
    test_expiry(shards)
    test_scale(shards)
