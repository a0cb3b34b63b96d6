# SPDX-License-Identifier: GPL-2.0
"""The JSON lines: as their schema says, and as rsyslog takes them."""
import copy
import json
import os
import re

import jsonschema
import yaml

from world import (TOP, SYNFIN, capture, check, folder, manual, number_in, path, run,
                   said, start, wait)

COUNT = 500


def strict(name):
    """No field that the schema does not know."""
    with open(f"{TOP}/contrib/schema/synfin-{name}.schema.json", encoding="ascii") as f:
        schema = json.load(f)
    jsonschema.Draft202012Validator.check_schema(schema)
    schema["additionalProperties"] = False
    if name == "conn":
        schema["properties"]["phases"]["items"]["additionalProperties"] = False
    return jsonschema.Draft202012Validator(schema)


def faults(validator, lines):
    return [f"{e.json_path}: {e.message}" for line in lines
            for e in validator.iter_errors(line)]


def test_schema(lines, phases):
    conn = strict("conn")
    bad = faults(conn, lines)
    check("connections are as the schema says", len(lines) == COUNT and not bad, bad[:3])
    bad = faults(strict("phase"), phases)
    check("phases are as the schema says", len(phases) > COUNT and not bad, bad[:3])
    wrong = copy.deepcopy(lines[0])
    wrong["client_port"] = 65536
    missing = copy.deepcopy(lines[0])
    del missing["open"]
    check("what is not so is found", faults(conn, [wrong]) and faults(conn, [missing]))


def test_columns():
    """What a line says of a connection has a column."""
    with open(TOP + "/contrib/schema/synfin-conn.schema.json", encoding="ascii") as f:
        fields = set(json.load(f)["properties"])
    with open(TOP + "/contrib/clickhouse/schema.sql", encoding="ascii") as f:
        table = f.read().split("synfin.conns\n(")[1].split("\n)\n")[0]
    columns = set(re.findall(r"^    (\w+) ", table, re.M)) - {"host", "boot"}
    # ts is ts_ns again; of phases and flights a row has what came of them; copies are
    # of captures, which nobody ships.
    left_out = {"ts", "phases", "phases_lost", "client_isn", "server_isn",
                "tls_flights", "copies"}
    check("the table has a column for each field of a line",
          columns >= fields - left_out, fields - left_out - columns)


def test_rsyslog(text, lines):
    with open(TOP + "/contrib/shippers/rsyslog.conf", encoding="ascii") as f:
        config = f.read().replace("/var/log/", path("rsyslog-"))
    with open(path("rsyslog.conf"), "w", encoding="ascii") as f:
        f.write(f'global(workDirectory="{path()}")\n' + config)
    with open(path("rsyslog-synfin.json"), "w", encoding="ascii") as f:
        f.write(text)
    server = start("rsyslogd", "-n", "-f", path("rsyslog.conf"), "-i", path("rsyslog.pid"))
    failed = [c for c in lines if c["open"] == "refused"]
    out = path("rsyslog-synfin-failed.json")

    def arrived():
        if not os.path.exists(out):
            return None
        with open(out, encoding="ascii") as f:
            result = [json.loads(line) for line in f if line.endswith("\n")]
        return result if len(result) >= len(failed) else None

    result = wait(arrived, 60) or []
    check("rsyslog hands on the failed ones, with their fields",
          sorted(c["id"] for c in result) == sorted(c["id"] for c in failed)
          and all(c["open"] == "refused" for c in result),
          (len(result), len(failed), said(server)))


def test_examples(conn):
    """Of what cannot be run here: it is well formed, and names what there is."""
    shippers = TOP + "/contrib/shippers/"
    with open(shippers + "vector.yaml", encoding="ascii") as f:
        vector = yaml.safe_load(f)
    known = set(vector["sources"]) | set(vector["transforms"])
    inputs = {i for part in ("transforms", "sinks") for v in vector[part].values()
              for i in v["inputs"]}
    fields = set(re.findall(r"[ (]\.([a-z_]+)", vector["transforms"]["otel"]["source"]))
    fields -= {"attributes"}
    check("the example for Vector names parts and fields that there are",
          inputs <= known and fields and fields <= set(conn),
          (inputs - known, fields - set(conn)))
    names = set()
    for name in ("fluent-bit.conf", "fluent-bit-parsers.conf"):
        with open(shippers + name, encoding="ascii") as f:
            for line in f:
                if line.strip() and not re.match(r"#|\[[A-Z]+\]$|    [A-Z]\w+ +\S", line):
                    names.add(line)
    check("the example for Fluent Bit is sections of names and values", not names, names)


def kept(folder_):
    return sorted(os.path.join(folder_, n) for n in os.listdir(folder_))


def conns_of(files):
    result = []
    for name in files:
        text = run(SYNFIN, "conns", "--json", "-r", name).stdout
        result += [json.loads(line) for line in text.splitlines()]
    return [c for c in result if c["close"] != "open"]


def test_archive():
    """Recordings that rotate: everything is in one of them, or was removed."""
    source = capture("archive.pcap", 12000)
    all_, some = folder("archive"), folder("archive-some")
    status = run(SYNFIN, "archive", "-r", source, "--folder", all_, "--size", "1")
    # One whose end is in the next recording is in both.
    ids = {c["id"] for c in conns_of(kept(all_))}
    check("recordings rotate by size, and hold every connection",
          status.returncode == 0 and len(kept(all_)) > 2 and len(ids) == 12000,
          (status.stderr, len(kept(all_)), len(ids)))
    check("only their owner may read them",
          all(os.stat(f).st_mode & 0o777 == 0o600 for f in kept(all_)))
    run(SYNFIN, "archive", "-r", source, "--folder", some, "--size", "1",
        "--limit", "3")
    size = sum(os.path.getsize(f) for f in kept(some))
    check("the oldest are removed at the limit", 0 < size <= 3 * 2**20, size)
    last = conns_of(kept(some)[-1:])
    check("the youngest stay", last and max(c["ts"] for c in last) ==
          max(c["ts"] for c in conns_of(kept(all_)[-1:])))
    for name in kept(some):
        os.utime(name, (0, 0))
    old = kept(some)
    run(SYNFIN, "archive", "-r", source, "--folder", some, "--days", "1")
    check("so are those that are too old", not set(old) & set(kept(some)))


HOSTS, RATE, DAY = 1000, 10000, 86400


def test_paper():
    """What the manual calculates is what its own figures make."""
    text = manual("synfin-services.8")
    known = {name: number_in(text, pattern) for name, pattern in {
        "ships": "ships some @ connections a second", "wire": "to @ bytes on the way",
        "spool": "some @ in the spool", "disk": "takes @ bytes on disk",
        "insert": "took some @ rows a second"}.items()}
    if not check("the manual says what was measured", all(known.values()), known):
        return
    bad = {}
    for pattern, value in {
            "1 GiB holds @ million": 2**30 / known["spool"] / 1e6,
            "@ % of one processor": 100 * RATE / known["ships"],
            "@ MB/s of network": RATE * known["wire"] / 1e6,
            "lasts @ seconds": 2**30 / RATE / known["spool"],
            "@ MB for each second": RATE * known["spool"] / 1e6,
            "@ million rows": HOSTS * RATE / 1e6,
            "rows and @ GB a second": HOSTS * RATE * known["wire"] / 1e9,
            "busy @ connections": HOSTS * RATE / known["insert"],
            "@ MB/s or": HOSTS * RATE * known["disk"] / 1e6,
            "or @ TB a day": HOSTS * RATE * known["disk"] * DAY / 1e12,
            "seven days in @ TB": 7 * HOSTS * RATE * known["disk"] * DAY / 1e12,
            "MiB, @ inserts": HOSTS * RATE * known["spool"] / 2**23,
            "second, and @ of shippers": HOSTS / 10}.items():
        said_ = number_in(text, pattern)
        if not said_ or abs(said_ / value - 1) > 0.03:
            bad[pattern] = (said_, value)
    check("and calculates rightly with it", not bad, bad)


def main():
    source = capture("lines.pcap", COUNT)
    text = run(SYNFIN, "conns", "--json", "-r", source).stdout
    lines = [json.loads(line) for line in text.splitlines()]
    phases = run(SYNFIN, "phases", "--json", "-r", source).stdout
    test_schema(lines, [json.loads(line) for line in phases.splitlines()])
    test_columns()
    test_rsyslog(text, lines)
    test_examples(lines[0])
    test_archive()
    test_paper()
