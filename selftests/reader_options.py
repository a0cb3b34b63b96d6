# SPDX-License-Identifier: GPL-2.0
"""What can be typed: options, filters, help, completion.

Its tests are among those of reader_files.py.
"""
import os
import shutil
import subprocess
import time

from capture_make import (
    MS, START, Ends, conversation, enhanced, ethernet, interface, section)
from reader_lib import SYNFIN, capture, has, run, same, several, shown, test, tmp, write


@test
def what_has_no_use_is_refused_by_name():
    path = several()
    for args, name in (
            (("record", "-r", path, "-o", "/dev/null", "--failed"), "--failed"),
            (("stats", "--port", "80"), "--port"),
            (("conns", "-r", path, "--json", "-o", "NOSUCH"), "-o"),
            (("ladder", "-r", path, "--json"), "--json"),
            (("flows", "-r", path), "-r"),
            (("conns", "-r", path, "--explain"), "--explain")):
        has(run(*args, status=2).said, name, f"synfin {args}")
    has(run("conns", "-r", path, "--follow", status=1).said, "--follow")
    has(run("conns", "-r", path, "-n", "1", "-n", "2", status=2).said, "once")
    has(run("conns", "-r", path, "--from", "now", status=2).said, "--from")


@test
def what_is_mistyped_gets_a_hint():
    has(run("cons", status=2).said, "did you mean conns")
    has(run("conns", "--jsno", status=2).said, "did you mean --json")
    has(run("conns", "--numerik", status=2).said, "did you mean --numeric")
    has(run(several(), status=2).said, "try: synfin -r")
    has(run("conns", "--c", status=2).said, "may be --c")
    same(run("conns", "--numer", "-r", several()).text,
         run("conns", "--numeric", "-r", several()).text, "abbreviated")


@test
def help_says_when_it_could_not_be_written():
    with open("/dev/full", "wb") as full:
        for args in (("--help",), ("--version",), ("conns", "--help"), ("help",),
                     ("conns", "-o", "help"), ("completion", "bash")):
            done = subprocess.run([SYNFIN, *args], stdout=full, check=False,
                                  stderr=subprocess.DEVNULL)
            same(done.returncode, 1, f"exit status of {args}")
    for args in (("--help",), ("help",), ("record", "--help"), ("help", "record")):
        has(run(*args).text, "--output FILE")
    assert "--explain" not in run("conns", "--help").text


@test
def a_reader_that_has_gone_is_no_failure():
    """More than a pipe holds, of which one line is read."""
    e = [Ends(cport=1024 + i) for i in range(3000)]
    path = capture("much", [p for ends in e for p in (ends.up(0, None, "S"),
                                                      ends.down(0, 1, "RA"))])
    for args in (("conns", "--json"), ("phases",), ("ladder",), ("report", "-o", "-"),
                 ("record", "-o", "-"), ("conns", "--csv"), ("completion", "bash")):
        if args[0] != "completion":
            args += ("-r", path)
        with subprocess.Popen([SYNFIN, *args], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as reader:
            reader.stdout.read(1)
            reader.stdout.close()
            said = reader.stderr.read().decode()
            same(reader.wait(30), 0, f"exit status of {args}, which said {said}")
        assert "ipe" not in said, said


@test
def filters_add_up():
    path = several()
    for args, want in (
            ((), [40000, 40001, 57404]),
            (("--port", "80", "--port", "443"), [40000, 57404]),
            (("--port", "80,443"), [40000, 57404]),
            (("--port", "!80"), [40001, 57404]),
            (("--port", "80-81"), [40000, 40001]),
            (("--port", "http"), [40000]),
            (("--service", "http,https"), [40000, 57404]),
            (("--service", "40000"), []),
            (("--host", "[2001:db8::2]"), [57404]),
            (("--host", "2001:db8::/32"), [57404]),
            (("--host", "10.0.0.0/30", "--port", "81"), [40001]),
            (("--host", "10.0.0.2:http"), [40000]),
            (("--client", "10.0.0.2"), []),
            (("--server", "10.0.0.2"), [40000, 40001]),
            (("--server", "10.0.0.2,!10.0.0.2:81"), [40000]),
            (("--server", ":81"), [40001]),
            (("--server", "[2001:db8::2]:https"), [57404]),
            (("-4",), [40000, 40001]), (("-6",), [57404]),
            (("-4", "-6"), [40000, 40001, 57404]),
            (("--failed",), [40001, 57404]),
            (("--open", "refused"), [40001]),
            (("--open", "!refused,!unanswered"), [40000]),
            (("--close", "four-way"), [40000]),
            (("--closed-by", "client"), [40000]),
            (("--slower-than", "1us"), [40000]),
            (("--slower-than", "server:10s"), []),
            (("--until", "2001-01-01"), []),
            (("--since", "1600000000"), [40000, 40001, 57404]),
            (("--since", "1600000001"), [])):
        same(shown("-r", path, *args), want, f"with {args}")


@test
def times_of_a_file_count_from_its_end():
    """Three connections, an hour apart, long ago: each ends four steps after it begins."""
    hour = 3600 * 10**9
    packets = []
    for i in range(3):
        ends = Ends(f"10.0.0.{i + 1}", 40000 + i)
        packets += [(START + i * hour + n * MS, ethernet()(ip))
                    for n, ip in enumerate(conversation(ends))]
    packed = write("hours", section() + interface() + b"".join(
        enhanced(frame, when) for when, frame in packets))
    recording = os.path.join(tmp, "hours.synfin")
    run("record", "-r", packed, "-o", recording)
    clock = time.strftime("%H:%M:%S", time.localtime(START // 10**9 + 7200))
    for path in packed, recording:
        for args, want in (
                (("--last", "10m"), [40002]), (("--last=90m",), [40001, 40002]),
                (("--last", "5h"), [40000, 40001, 40002]),
                (("--since", "90m"), [40001, 40002]), (("--until", "90m"), [40000]),
                (("--since", "90m", "--until", "30m"), [40001]),
                (("--since", clock), [40002])):
            same(shown("-r", path, *args), want, f"{path} with {args}")
    # Of what comes through a pipe the end is not known.
    with open(packed, "rb") as file:
        same(subprocess.run([SYNFIN, "conns", "-r", "-", "--json", "--last", "10m"],
                            input=file.read(), capture_output=True, check=True).stdout,
             b"", "through a pipe")


@test
def what_is_no_filter_is_refused():
    for args, name in (
            (("--port", "70000"), "--port"), (("--port", "nosuchport"), "--port"),
            (("--host", "somewhere"), "--host"), (("--host", "10.0.0.0/33"), "--host"),
            (("--host", "80"), "--host"), (("--client", ""), "--client"),
            (("--netns", "0"), "--netns"), (("--netns", "../x"), "--netns"),
            (("--open", "ajar"), "refused, unreachable"),
            (("--slower-than", "100"), "--slower-than"),
            (("--since", "soon"), "--since"), (("--until", "2026-02-30"), "--until"),
            (("-n", "0"), "-n"), (("-d", "-1"), "-d"),
            (("--port", "0" * 200 + "80"), "--port"), (("--comm", "a" * 600), "--comm"),
            (("--color", "red"), "--color"), (("--sort", "NOSUCH"), "--sort")):
        has(run("conns", "-r", several(), *args, status=2).said, name, f"{args}")


@test
def expressions_are_those_of_tcpdump():
    path = several()
    made = os.path.join(tmp, "for expressions")
    run("record", "-r", path, "-o", made)
    for text, want in (
            ("port 80", [40000]), ("tcp port 80 or 443", [40000, 57404]),
            ("not port 80", [40001, 57404]), ("ip6", [57404]),
            ("host 10.0.0.2 and not (port 81)", [40000]),
            ("net 10.0.0.0/8 && ! portrange 80-80", [40001])):
        same(shown("-r", path, "--filter", text), want, f"capture: {text}")
        same(shown("-r", made, "--filter", text), want, f"recording: {text}")
    same(shown("-r", path, "--filter", "tcp[13] & 4 != 0"), [40001], "flags")
    for text, name in (("tcp[13] & 4 != 0", "tcp"), ("src host 10.0.0.1", "src"),
                       ("udp", "udp"), ("port 80 and", "too early"),
                       ("(port 80", "missing"), ("(" * 100, "deep")):
        has(run("conns", "-r", made, "--filter", text, status=1).said, name, text)
    has(run("conns", "-r", path, "--filter", "nonsense here", status=1).said,
        "--filter")


@test
def completion_is_accepted_by_the_shells():
    for shell in ("bash", "zsh", "fish"):
        text = run("completion", shell).text
        has(text, "slower-than")
        if shutil.which(shell):
            subprocess.run([shell, "-n"], input=text.encode(), check=True)


# What is typed, and what is among the words that complete it.
COMPLETED = (
    ("conns --slow", "--slower-than"), ("re", "record"), ("conns --open un", "unanswered"),
    ("stats --p", "--proc"), ("help ", "ladder"), ("completion ", "zsh"),
    ("conns -o S-", "S-RTT"), ("conns --sort LI", "LIFE"), ("flows --sort A", "AGE"),
    ("phases -o PHA", "PHASE"), ("record -o sever", "several"),
    ("report -o sever", "several"), ("flows --state cl", "close-wait"),
    ("archive --fo", "--folder"), ("archive --folder compl", "completes"),
    ("archive -r compl", "completes"), ("archive ", "--age"))
# If it was built. Of conns, --netns takes a value.
COMPLETED_EXPORT = (("export --netns --t", "--textfile"),)


@test
def words_are_completed():
    several()
    place = os.path.join(tmp, "completes")
    os.makedirs(place, exist_ok=True)
    completed = COMPLETED
    for program in ("synfin", "synfin-archive", "synfin-export"):
        built = os.path.join(os.path.dirname(SYNFIN), program)
        if os.path.exists(built):
            shutil.copy(built, place)
            completed += COMPLETED_EXPORT * program.endswith("export")
    env = {**os.environ, "PATH": f"{place}:{os.environ['PATH']}"}
    bash = run("completion", "bash").text + "".join(
        f"""COMP_WORDS=(synfin {typed} {"''" if typed[-1] == " " else ""})
        COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _synfin; echo ${{COMPREPLY[@]}}
        """ for typed, _ in completed + (("conns --open refused,un", ""),
                                         ("conns --color = al", "")))
    got = subprocess.run(["bash"], input=bash.encode(), capture_output=True, check=True,
                         env=env, cwd=tmp, timeout=60).stdout.decode().splitlines()
    for (typed, want), line in zip(completed, got):
        assert want in line.split(), f"bash completes {typed!r} by {line!r}, not {want!r}"
    same(got[-2], "refused,unreachable refused,unanswered refused,unacknowledged", "a list")
    same(got[-1], "always", "behind =")
    if not shutil.which("fish"):
        return
    fish = run("completion", "fish").text + "".join(
        f"echo (complete -C 'synfin {typed}' | cut -f 1)\n" for typed, _ in completed)
    got = subprocess.run(["fish", "--no-config"], input=fish.encode(), capture_output=True,
                         check=True, env=env, cwd=tmp, timeout=60).stdout.decode()
    for (typed, want), line in zip(completed, got.splitlines()):
        words = line.replace("/", "").split()
        assert want in words, f"fish completes {typed!r} by {line!r}, not {want!r}"


@test
def services_are_among_the_commands():
    text = run("help").text
    for name in ("archive", "export", "ship", "ask"):
        has(text, rf"\n  {name} ")
        has(run("completion", "bash").text, rf"\b{name}\b")
        has(run("--json", name, status=2).said, f"synfin {name} --help")
        program = os.path.join(os.path.dirname(SYNFIN), "synfin-" +
                               ("ship" if name == "ask" else name))
        if os.path.exists(program):
            same(run("help", name).text, run(name, "--help").text, f"help of {name}")
