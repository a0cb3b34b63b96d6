# SPDX-License-Identifier: GPL-2.0
"""Runs the examples of the manual and of the README: what is typed there does something,
and well; what cannot be run here is run by another test, and which is written here."""
import concurrent.futures
import os
import re
import shutil
import stat
import subprocess

from reader_lib import SYNFIN, Skip, find_above, same, several, test, tmp
from reader_made import ring, saved

# What live commands are given here instead of the module's ring and text files.
WRAPPER = """#!/bin/bash
files=
for word; do [[ $word != -r ]] || files=1; done
case ${{1:-}} in
'') set -- overview --proc {proc} ;;
flows) set -- "$@" --proc {proc} ;;
listeners) set -- "$@" --proc {proc} ;;
stats) set -- "$@" --proc {proc} --ring-file {ring} ;;
*) [[ $files ]] || set -- "$@" --ring-file {ring} ;;
esac
exec {synfin} "$@"
"""


PAGES = ("synfin.1", "synfin.8", "synfin-formats.5", "synfin-costs.7", "synfin-services.8")

# What an example begins with that shows what is printed, and nothing that one types.
PRINTED = r"flows_created 1204|# histogram|segments  "

# Which test runs what is run elsewhere: how the example begins, the file, what stands
# there.
ELSEWHERE = (
    ("perf ", "selftests/trace.sh", "for_each_example perf"),
    ("bpftrace ", "selftests/trace.sh", "for_each_example bpftrace"),
    ("cat /proc/net/synfin/stats", "selftests/lib.sh", "/proc/net/synfin/stats"),
    ("synfin top$", "selftests/reader_live.py", "{SYNFIN} top "),
    ("modprobe synfin ring_records=", "selftests/load.sh", "ring_records="),
    ("mokutil --import /var/lib/dkms/mok.pub", "scripts/check-deb",
     "mokutil --import /var/lib/dkms/mok.pub"),
    ("make demo", "scripts/demo", "demo-guest"), ("make check", ".ci/run", "make check"),
    ("make && sudo make install", "scripts/check-deb", "install install-source"),
    ("make deb && sudo apt install", "scripts/check-deb", "^install_packages"),
    ("sudo systemctl enable --now synfin-export", "scripts/check-deb",
     "systemctl enable --now synfin-export"),
    ("sudo apt install prometheus", "scripts/check-deb", "prometheus"),
    ("sudo cp ", "scripts/check-deb", "grafana/provisioning"),
)


def examples():
    """What stands between .EX and .EE in the pages, and indented in the README, as one
    types it: the file's name, and the text."""
    for page in PAGES:
        with open(find_above(f"tools/{page}"), encoding="utf-8") as file:
            for text in re.findall(r"\.EX\n(.*?)\.EE\n", file.read(), re.S):
                yield page, text.replace(r"\-", "-").replace(r"\(aq", "'").replace(
                    r"\e", "\\")
    with open(find_above("README.md"), encoding="utf-8") as file:
        fenced = False
        for line in file:
            fenced ^= line.startswith("```")
            if line.startswith("    ") and not fenced:
                yield "README.md", re.sub(r"\s+# .*", "", line.strip()) + "\n"


def elsewhere(text):
    return next((where for where in ELSEWHERE if re.match(where[0], text)), None)


@test
def every_example_is_run_by_a_test():
    """An example that nothing runs is found by its name here."""
    here, left = 0, [name for name, _, _ in ELSEWHERE]
    for page, text in examples():
        if re.match(PRINTED, text):
            continue
        where = elsewhere(text)
        if not where:
            assert re.search(r"^(nohup )?synfin\b", text, re.M), \
                f"nothing runs this example of {page}: {text}"
            here += 1
            continue
        if where[0] in left:
            left.remove(where[0])
        file = find_above(where[1])
        if os.path.exists(file):
            with open(file, encoding="utf-8") as file:
                assert re.search(where[2], file.read(), re.M), (where, text)
    same(left, [], "examples that are run elsewhere, and stand nowhere")
    assert here > 30, f"only {here} examples are run here"


@test
def examples_run():
    if not shutil.which("jq"):
        raise Skip("jq is missing")
    place = os.path.join(tmp, "manual")
    os.makedirs(os.path.join(place, "bin"), exist_ok=True)
    program = os.path.join(place, "bin/synfin")
    with open(program, "w", encoding="utf-8") as file:
        file.write(WRAPPER.format(proc=saved(), ring=ring(), synfin=SYNFIN))
    os.chmod(program, stat.S_IRWXU)
    for name in "slow", "client", "server":
        shutil.copy(several(), os.path.join(place, f"{name}.pcap"))
    env = {**os.environ, "PATH": f"{place}/bin:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}

    def runs(page, text):
        # What would wait for weeks, or for the next connection, does so for a second.
        waits = re.search(r"nohup|-d 3600|--from now|^synfin (conns|phases|record)\b", text) \
            and not re.search(r"--(no-follow|last|sort)|-r ", text)
        command = text.replace("-d 3600", "-d 1").replace(" &\n", "\n")
        if waits and "\n" not in command.strip():
            command = f"exec timeout -s INT 1 {command.replace('nohup ', '')}"
        got = subprocess.run(["bash", "-e", "-c", command], cwd=place, env=env,
                             capture_output=True, timeout=60, check=False)
        assert got.returncode in ((0, 124, 130) if waits else (0,)), \
            f"{page}: {text!r}: exit status {got.returncode}: {got.stderr.decode()}"
        assert b"Try:" not in got.stderr and b"no such" not in got.stderr, (text, got.stderr)
        assert got.stdout or got.stderr or re.search("> [a-z.]+$| -o ", text), \
            f"{page}: {text!r}: says nothing"

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(runs, page, text) for page, text in examples()
                     if not re.match(PRINTED, text) and not elsewhere(text)]:
            done.result()
