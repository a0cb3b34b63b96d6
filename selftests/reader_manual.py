# SPDX-License-Identifier: GPL-2.0
"""Runs the examples of the manual: what is typed there does something, and well."""
import os
import re
import shutil
import stat
import subprocess
import sys

from reader_lib import SYNFIN, Skip, find_above, several, test, tmp

# What live commands are given here instead of the module's ring and text files.
WRAPPER = """#!/bin/bash
files=
for word; do [[ $word != -r ]] || files=1; done
case ${{1:-}} in
'') set -- overview --proc {proc} ;;
flows) set -- "$@" --proc {proc} ;;
stats) set -- "$@" --proc {proc} --ring-file {ring} ;;
*) [[ $files ]] || set -- "$@" --ring-file {ring} ;;
esac
exec {synfin} "$@"
"""


def examples():
    """What stands between .EX and .EE in the reader's page, as one types it."""
    with open(find_above("tools/synfin.1"), encoding="utf-8") as file:
        for text in re.findall(r"\.EX\n(.*?)\.EE\n", file.read(), re.S):
            yield text.replace(r"\-", "-").replace(r"\(aq", "'").replace(r"\e", "\\")


@test
def examples_of_the_manual_run():
    made = sys.modules["__main__"]
    if not shutil.which("jq"):
        raise Skip("jq is missing")
    place = os.path.join(tmp, "manual")
    os.makedirs(os.path.join(place, "bin"))
    program = os.path.join(place, "bin/synfin")
    with open(program, "w", encoding="utf-8") as file:
        file.write(WRAPPER.format(proc=made.saved(), ring=made.ring(), synfin=SYNFIN))
    os.chmod(program, stat.S_IRWXU)
    for name in "slow", "client", "server":
        shutil.copy(several(), os.path.join(place, f"{name}.pcap"))
    env = {**os.environ, "PATH": f"{place}/bin:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    done = 0
    for text in examples():
        # What would wait for weeks, or for the next connection, does so for a second.
        waits = re.search(r"nohup|-d 3600|--from now|^synfin conns --port", text)
        command = f"timeout -s INT 1 bash -c '{text.replace('nohup ', '').rstrip(' &')}'" \
            if waits and "'" not in text else text
        command = command.replace("-d 3600", "-d 1").replace(" &\n", "\n")
        got = subprocess.run(["bash", "-e", "-c", command], cwd=place, env=env,
                             capture_output=True, timeout=60, check=False)
        assert got.returncode in ((0, 124, 130) if waits else (0,)), \
            f"{text!r}: exit status {got.returncode}: {got.stderr.decode()}"
        assert b"Try:" not in got.stderr and b"no such" not in got.stderr, (text, got.stderr)
        done += 1
    assert done > 15, f"only {done} examples"
