# SPDX-License-Identifier: GPL-2.0
"""What lib.sh is to the shell's tests: TAP, the module, its figures, the log."""
import os
import re
import subprocess
import sys
import traceback

HERE = os.path.dirname(os.path.realpath(__file__))
STATS = "/proc/net/synfin/stats"
TALLIES = re.compile(r"segments|recorded|phases|phase_records|conns|(tls|ftp)_records|"
                     r"repeats|taken_back|unaccepted|(flows|open|close|drop)_.*|max_flows|ring_.*|"
                     r"records.*")
SKIP = 4


class Wrong(Exception):
    """Something is not as it should be."""


class Skipped(Exception):
    """Something is missing that the test needs."""


def find_above(name):
    folder = HERE
    while folder != "/" and not os.path.exists(os.path.join(folder, name)):
        folder = os.path.dirname(folder)
    return os.path.join(folder, name)


def load_module(*parameters):
    unload_module()
    name = os.environ.get("SYNFIN_KO") or find_above("synfin.ko")
    if not os.path.exists(name):
        raise Skipped(f"{name} is missing: build the module")
    subprocess.run(["insmod", name, *parameters], check=True)


def unload_module():
    if os.path.exists("/sys/module/synfin"):
        subprocess.run(["rmmod", "synfin"], check=True)


def stats():
    with open(STATS, encoding="ascii") as file:
        return {name: int(value) for name, value in map(str.split, file)}


def difference(before, after):
    """What has changed of all that is counted for a segment."""
    return {name: after[name] - before[name] for name in after
            if after[name] != before[name] and
            (name in ("segments", "recorded") or not TALLIES.fullmatch(name))}


def equal(got, want, what):
    if got != want:
        raise Wrong(f"{what}: is {got}, not {want}")


def kernel_reports(marker):
    """As lib.sh does."""
    log = subprocess.run(["dmesg"], capture_output=True, check=True).stdout
    ours = subprocess.run(["awk", "-f", os.path.join(HERE, "reports.awk")], input=log,
                          capture_output=True, check=True).stdout
    since = ours.rpartition(marker.encode())[2]
    return subprocess.run(
        ["grep", "-E", "-f", os.path.join(HERE, "reports.grep")], input=since,
        capture_output=True, check=False).stdout.decode(errors="replace")


def run_one(number, name, function):
    """True if the test is good, None if it was skipped."""
    marker = f"synfin-selftest {os.getpid()}-{number}"
    with open("/dev/kmsg", "w", encoding="ascii") as log:
        log.write(f"{marker}: {name}\n")
    good = True
    try:
        function()
    except Skipped as reason:
        print(f"# skipped: {reason}")
        return None
    except Wrong as reason:
        print(f"# {reason}")
        good = False
    except Exception:  # pylint: disable=broad-except
        print("# " + traceback.format_exc().replace("\n", "\n# "))
        good = False
    reports = kernel_reports(marker)
    if reports:
        print("# the kernel's log: " + reports.replace("\n", "\n# "))
    return good and not reports


def run(tests):
    """tests: pairs of a name and a function."""
    results = []
    for number, (name, function) in enumerate(tests, 1):
        result = run_one(number, name, function)
        results.append(result)
        print("not ok" if result is False else "ok", number, "-", name,
              "# SKIP" if result is None else "", flush=True)
    print(f"1..{len(results)}")
    unload_module()
    if False in results:
        sys.exit(1)
    sys.exit(0 if True in results else SKIP)


def main(set_up, tests, tear_down=lambda: None):
    """What a program of tests does: all are skipped if what they need is missing."""
    try:
        set_up()
    except Skipped as why:
        print(f"1..0 # SKIP {why}")
        sys.exit(SKIP)
    try:
        run(tests)
    finally:
        tear_down()
