# SPDX-License-Identifier: GPL-2.0
"""synfin export on a host with a million flows: what a scrape costs there."""
import json

from world import FOLDER, TOP, check, note, path, run


def main():
    built = run("cc", "-O2", "-static", "-o", path("spoof"), TOP + "/selftests/spoof.c")
    if not check("what makes up connections is built", not built.returncode,
                 built.stderr):
        return
    result = run(TOP + "/scripts/vm", "--icount", "--mem", "4096", "--timeout", "1500",
                 "--", "python3", TOP + "/selftests/fleet/crowd.py",
                 TOP + "/synfin.ko", path("spoof"), "0", "1000000", cwd=FOLDER,
                 timeout=1600)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    if not check("a guest with a million flows is scraped", len(lines) == 2 and
                 lines[1]["live"] >= 1e6, result.stdout + result.stderr):
        return
    few, many = lines
    check("a scrape costs no more with a million flows",
          many["instructions"] < 1.5 * few["instructions"], lines)
    check("nor does it take more memory",
          many["kib"] < few["kib"] + 1024, lines)
    check("two scrapers at once see the same", few["same"] and many["same"], lines)
    for line in lines:
        note(f"measured: {line['flows']} flows: a scrape is {line['bytes']} bytes and "
             f"costs the exporter {line['instructions'] / 1e6:.2f} million instructions "
             f"({line['all'] / 1e6:.1f} million with who asks); it has "
             f"{line['resident']} KiB, at most {line['kib']}")
