#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""crowd.py MODULE SPOOF LOAD FLOWS...: what a scrape costs at so many flows, in a guest,

and what a connection costs services.

    a: spoof --- veth --- here: the firewall drops what the module has seen

In a guest whose time is counted in instructions, so that nanoseconds are those. Out:
a line of JSON for each number of flows.
"""
import concurrent.futures
import gzip
import http.server
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request

MODULE, SPOOF, LOAD = sys.argv[1:4]
HERE = os.path.dirname(os.path.realpath(__file__))
SYNFIN = os.path.join(HERE, "../../tools/synfin")
URL = "http://127.0.0.1:9776/metrics"
TIMES = 10
CONNS = 3000
PORT = 7000


def run(text):
    subprocess.run(text, shell=True, check=True, stdout=subprocess.DEVNULL)


def get():
    with urllib.request.urlopen(URL, timeout=600) as answer:
        return answer.read().decode()


def value(text, name):
    """But for what the scrapes themselves add."""
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
               if line.split("{")[0].split(" ")[0] == name and
               'server_port="9776"' not in line)


def status(pid, name):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith(name))


def ran(pid):
    """Of all its threads, in nanoseconds."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as f:
            total += int(f.read().split()[0])
    return total


def settle(pid):
    """Until it has read what is in the ring, and rests."""
    while True:
        before = ran(pid)
        time.sleep(0.3)
        if ran(pid) - before < 3e6:
            return


def measure(pid, flows):
    settle(pid)
    before, begin = ran(pid), time.monotonic()
    for _ in range(TIMES):
        text = get()
    used, took = ran(pid) - before, time.monotonic() - begin
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: get(), range(8)))
    print(json.dumps({
        "flows": flows, "live": value(text, "synfin_table_flows"),
        "instructions": used / TIMES, "all": took / TIMES * 1e9, "bytes": len(text),
        "kib": status(pid, "VmHWM"), "resident": status(pid, "VmRSS"),
        "same": len({value(t, "synfin_connections_total") for t in both}) == 1 and
        all(value(t, "synfin_table_flows") >= flows for t in both),
    }), flush=True)


class Sink(http.server.BaseHTTPRequestHandler):
    """A server that takes all rows, and counts those of the load."""
    protocol_version = "HTTP/1.1"
    rows = wire = spooled = 0

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            text = gzip.decompress(body)
            Sink.wire += len(body)
            Sink.spooled += len(text)
            Sink.rows += text.count(f'"server_port":{PORT},'.encode())
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def measure_services(export):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 8123), Sink)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.mkdir("/tmp/spool")
    process = subprocess.Popen([SYNFIN, "ship", "--url", "http://127.0.0.1:8123",
                                "--spool", "/tmp/spool", "--interval", "1", "--host",
                                "host-1.example"], stdin=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    while not os.path.exists("/tmp/spool/place"):
        time.sleep(0.1)
    settle(process.pid)
    settle(export)
    before = [(ran(p), time.monotonic()) for p in (process.pid, export)]
    time.sleep(2)
    idle = [(ran(p) - b) / (time.monotonic() - t)
            for p, (b, t) in zip((process.pid, export), before)]
    Sink.wire = Sink.spooled = 0
    before = [(ran(p), time.monotonic()) for p in (process.pid, export)]
    run(f"{LOAD} -p {PORT} -n {CONNS} -c client")
    while Sink.rows < CONNS:
        time.sleep(0.1)
    used = [(ran(p) - b - i * (time.monotonic() - t)) / CONNS
            for p, (b, t), i in zip((process.pid, export), before, idle)]
    print(json.dumps({
        "ship": used[0], "export": used[1], "idle_ship": idle[0],
        "idle_export": idle[1], "wire": Sink.wire / CONNS,
        "spooled": Sink.spooled / CONNS, "kib": status(process.pid, "VmHWM")}))


def main():
    run("""
        echo 1 >/proc/sys/kernel/printk
        ip netns add a
        ip link add veth type veth peer name veth netns a
        ip address add 10.9.9.2/24 dev veth
        ip link set veth up
        ip -n a link set veth up
        ip route add default via 10.9.9.1
        nft 'add table ip t'
        nft 'add chain ip t in { type filter hook input priority filter; }'
        nft 'add rule ip t in iifname veth drop'
        insmod """ + MODULE + """ max_flows=4194304 unanswered_timeout=604800""")
    with open("/sys/class/net/veth/address", encoding="ascii") as f:
        mac = f.read().strip()
    os.mkdir("/tmp/state")
    process = subprocess.Popen([SYNFIN, "export", "--state", "/tmp/state"],
                               stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        try:
            get()
            break
        except OSError:
            time.sleep(0.1)
    sent = 0
    for flows in map(int, sys.argv[4:]):
        if flows > sent:
            run(f"ip netns exec a {SPOOF} -s {sent} -n {flows - sent} veth {mac} "
                "10.9.9.2 80")
            sent = flows
        measure(process.pid, flows)
    measure_services(process.pid)


main()
