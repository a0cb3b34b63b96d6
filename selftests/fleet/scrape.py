# SPDX-License-Identifier: GPL-2.0
"""synfin export on a host with a million flows: what a scrape costs there."""
import json

from world import FOLDER, TOP, check, manual, note, number_in, path, run


def main():
    for name in ("spoof", "load"):
        built = run("cc", "-O2", "-static", "-o", path(name),
                    f"{TOP}/selftests/{name}.c")
        if not check(f"{name}.c is built", not built.returncode, built.stderr):
            return
    result = run(TOP + "/scripts/vm", "--icount", "--mem", "4096", "--timeout", "1500",
                 "--", "python3", TOP + "/selftests/fleet/crowd.py",
                 TOP + "/synfin.ko", path("spoof"), path("load"), "0", "1000000",
                 cwd=FOLDER, timeout=1600)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    if not check("a guest with a million flows is scraped", len(lines) == 3 and
                 lines[1]["live"] >= 1e6, result.stdout + result.stderr):
        return
    few, many, services = lines
    check("a scrape costs no more with a million flows",
          many["instructions"] < 1.5 * few["instructions"], lines)
    check("nor does it take more memory",
          many["kib"] < few["kib"] + 1024, lines)
    check("two scrapers at once see the same", few["same"] and many["same"], lines)
    text = manual("synfin-services.8")
    costs = [(number_in(text, p), n) for p, n in (
        ("synfin export A connection costs it @ instr", services["export"]),
        ("A scrape costs @ million", few["instructions"] / 1e6),
        ("synfin ship A connection costs it @ instr", services["ship"]))]
    check("they cost what the manual says", all(
        said and 0.75 < n / said < 1.25 for said, n in costs), costs)
    for line in (few, many):
        note(f"measured: {line['flows']} flows: a scrape is {line['bytes']} bytes and "
             f"costs the exporter {line['instructions'] / 1e6:.2f} million "
             f"instructions; it has {line['resident']} KiB, at most {line['kib']}")
    note(f"measured: a connection costs ship {services['ship']:.0f} instructions and "
         f"export {services['export']:.0f}, and each second without one "
         f"{services['idle_ship'] / 1e6:.2f} and {services['idle_export'] / 1e6:.2f} "
         f"million; a row is {services['spooled']:.0f} bytes in the spool and "
         f"{services['wire']:.0f} on the way; ship has {services['kib']} KiB at most")
