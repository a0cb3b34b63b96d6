#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""crowd.py MODULE SPOOF FLOWS...: what a scrape costs at so many flows, in a guest.

    a: spoof --- veth --- here: the firewall drops what the module has seen

In a guest whose time is counted in instructions, so that nanoseconds are those. Out:
a line of JSON for each number of flows.
"""
import concurrent.futures
import json
import os
import subprocess
import sys
import time
import urllib.request

MODULE, SPOOF = sys.argv[1:3]
HERE = os.path.dirname(os.path.realpath(__file__))
SYNFIN = os.path.join(HERE, "../../tools/synfin")
URL = "http://127.0.0.1:9776/metrics"
TIMES = 10


def run(text):
    subprocess.run(text, shell=True, check=True, stdout=subprocess.DEVNULL)


def get():
    with urllib.request.urlopen(URL, timeout=600) as answer:
        return answer.read().decode()


def value(text, name):
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
               if line.split("{")[0].split(" ")[0] == name)


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
    process = subprocess.Popen([SYNFIN, "export"], stdin=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    while True:
        try:
            get()
            break
        except OSError:
            time.sleep(0.1)
    sent = 0
    for flows in map(int, sys.argv[3:]):
        if flows > sent:
            run(f"ip netns exec a {SPOOF} -s {sent} -n {flows - sent} veth {mac} "
                "10.9.9.2 80")
            sent = flows
        measure(process.pid, flows)


main()
