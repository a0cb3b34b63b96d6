# SPDX-License-Identifier: GPL-2.0
"""synfin export: what Prometheus makes of it."""
import concurrent.futures
import json
import os
import re
import resource
import socket
import subprocess
import time
import urllib.parse

from world import (TOP, SYNFIN, capture, check, folder, free_port, get, get_json, note,
                   path, run, said, start, started, wait)

COUNT = 3000
# What only live hosts have: see live.py.
LIVE = re.compile("synfin_(module|flows|table|ring|tls|drops)")


def exporter(source, *more):
    port = free_port()
    process = start(SYNFIN, "export", "-r", source, "--listen",
                    f"127.0.0.1:{port}", *more)
    url = f"http://127.0.0.1:{port}/metrics"
    wait(lambda: "records lost" in said(process))
    return url


def total(text):
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
               if line.startswith("synfin_connections_total{"))


def promtool_says(name):
    with open(name, encoding="ascii") as f:
        result = subprocess.run(["promtool", "check", "metrics"], stdin=f,
                                capture_output=True, text=True, check=False)
    return result.stdout + result.stderr or result.returncode


def test_text(url):
    with open(path("metrics"), "w", encoding="ascii") as f:
        f.write(get(url))
    fault = promtool_says(path("metrics"))
    check("promtool finds no fault with the metrics", not fault, fault)
    new = get(url, Accept="application/openmetrics-text; version=1.0.0")
    check("OpenMetrics where it is asked for",
          new.endswith("# EOF\n") and "# UNIT synfin_handshake_seconds seconds" in new)
    check("each connection is counted once", total(new) == COUNT, total(new))


def test_textfile(url, source):
    """What node_exporter takes: the same, in a file that is always whole."""
    name = path("textfile", "synfin.prom")
    folder("textfile")
    result = run(SYNFIN, "export", "-r", source, "--textfile", name)
    with open(name, encoding="ascii") as f:
        text = f.read()
    fault = promtool_says(name)
    check("a textfile says the same", not result.returncode and text == get(url) and
          not fault and os.listdir(path("textfile")) == ["synfin.prom"] and
          os.stat(name).st_mode & 0o777 == 0o644, (result.stderr, fault))
    result = run(SYNFIN, "export", "-r", source, "--textfile", path("nowhere", "x.prom"))
    check("where none can be written, that is said",
          result.returncode == 1 and "nowhere" in result.stderr, result.stderr)


def test_scrapers(url):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda _: get(url), range(64)))
    check("scrapers at once all see all", {total(t) for t in texts} == {COUNT})


def dial(port, client, *requests):
    """A connection from an address of this host, that says something."""
    s = socket.socket()
    s.settimeout(20)
    s.bind((client, 0))
    s.connect(("127.0.0.1", port))
    for request in requests:
        s.sendall(request)
    return s


def resident(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))


def test_garbage(url, process):
    """What no scraper sends."""
    port = int(url.split(":")[2].split("/")[0])
    answers = []
    for n, text in enumerate((
            b"\0" * 1000, b"GET\r\n\r\n", b"GET /metrics HTTP/9.9\r\n\r\n",
            b"GET /" + b"x" * 100000 + b" HTTP/1.1\r\n\r\n",
            b"GET /metrics HTTP/1.1\r\n" + b"a: b\r\n" * 20000 + b"\r\n",
            b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
            b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00")):
        try:
            s = dial(port, f"127.0.1.{n + 1}", text)
            s.shutdown(socket.SHUT_WR)
            answers.append(s.recv(65536))
            s.close()
        except OSError as error:
            answers.append(str(error).encode())
    check("garbage gets an error or nothing, and no metrics",
          not any(b" 200 " in a for a in answers) and process.poll() is None and
          total(get(url)) == COUNT, answers)
    head = dial(port, "127.0.1.99", b"HEAD /metrics HTTP/1.1\r\nHost: x\r\n"
                b"Connection: close\r\n\r\n")
    text = head.makefile("rb").read()
    check("HEAD gets the head alone", b" 200 " in text and text.endswith(b"\r\n\r\n"),
          text[-200:])


def test_crowd(url, process):
    """Those that connect and say nothing, and those that ask and never read."""
    port = int(url.split(":")[2].split("/")[0])
    resource.setrlimit(resource.RLIMIT_NOFILE, (12000, 12000))
    before = resident(process)
    silent, deaf = [], []
    for _ in range(10000):
        try:
            silent.append(dial(port, "127.0.2.1"))
        except OSError:
            pass
    for _ in range(4):
        deaf.append(dial(port, "127.0.3.1", b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"))
    begin = time.monotonic()
    seen = total(get(url))
    took = time.monotonic() - begin
    grown = resident(process) - before
    check("10,000 that connect and four that never read keep no scraper out",
          seen == COUNT and grown < 16384, (len(silent), seen, grown))
    note(f"beside {len(silent)} connections a scrape took {took:.1f} s, and the exporter "
         f"had {grown} KiB more")
    for s in silent + deaf:
        s.close()


def test_scan():
    source = capture("scan.pcap", COUNT, ports=range(1, COUNT + 1))
    url = exporter(source)
    begin = time.monotonic()
    text = get(url)
    took = time.monotonic() - begin
    ports = set(re.findall('server_port="([^"]*)"', text))
    check("3,000 ports do not make 3,000 rows", len(ports) <= 65, len(ports))
    check("and what has no row is counted with the others",
          total(text) == COUNT, total(text))
    note(f"a scrape of 65 rows: {len(text) // 1024} KiB, {took * 1000:.0f} ms")


def test_rules():
    rules = TOP + "/contrib/prometheus/"
    result = run("promtool", "check", "rules", rules + "rules.yml")
    check("promtool finds no fault with the rules", result.returncode == 0,
          result.stderr)
    result = run("promtool", "test", "rules", rules + "rules-test.yml")
    check("rules do what they are for", result.returncode == 0, result.stdout)


def query(base, expr):
    return get_json(base + "/api/v1/query?" + urllib.parse.urlencode(
        {"query": expr}))["data"]["result"]


def serve(name, targets):
    """A real Prometheus that scrapes them, and has the rules."""
    port = free_port()
    with open(path(name + ".yml"), "w", encoding="ascii") as f:
        f.write(f"""
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: ["{TOP}/contrib/prometheus/rules.yml"]
scrape_configs:
  - job_name: synfin
    static_configs: [{{targets: {json.dumps(targets)}}}]
""")
    server = start("prometheus", f"--config.file={path(name)}.yml",
                   "--storage.tsdb.path=" + path(name),
                   f"--web.listen-address=127.0.0.1:{port}")
    return server, f"http://127.0.0.1:{port}"


def bad_rules(base):
    return [r for g in get_json(base + "/api/v1/rules")["data"]["groups"]
            for r in g["rules"] if r["health"] != "ok"]


def dashboard(base):
    """Its queries, and what is wrong with each."""
    with open(TOP + "/contrib/grafana/synfin.json", encoding="ascii") as f:
        panels = json.load(f)["panels"]
    result = {}
    for target in [t for panel in panels for t in panel["targets"]]:
        expr = target["expr"].replace("$__rate_interval", "1m") \
            .replace("$instance", ".*")
        try:
            result[expr] = "" if query(base, expr) else "nothing"
        except OSError as error:
            result[expr] = str(error)
    return result


def test_server(url):
    server, base = serve("prometheus", [url.split("/")[2]])
    seen = wait(lambda: query(base, "sum(count_over_time(up[1m])) > 4"), 90)
    if not check("a real Prometheus scrapes it", seen, said(server)[-1500:]):
        return
    result = query(base, "sum(synfin_connections_total)")
    check("and sees every connection", float(result[0]["value"][1]) == COUNT, result)
    wait(lambda: not bad_rules(base))
    check("it evaluates every rule", not bad_rules(base), bad_rules(base))
    bad = {e: w for e, w in dashboard(base).items() if w and not LIVE.search(e)}
    check("it answers the queries of the dashboard", not bad, bad)


def main():
    source = capture("one.pcap", COUNT)
    url = exporter(source)
    process = started[-1]
    test_text(url)
    test_textfile(url, source)
    test_scrapers(url)
    test_garbage(url, process)
    test_crowd(url, process)
    test_scan()
    test_rules()
    test_server(url)
