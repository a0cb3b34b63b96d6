# SPDX-License-Identifier: GPL-2.0
"""Tests of what is recorded: several files, compressed ones, packets for Wireshark."""
import collections
import bz2
import gzip
import lzma
import os
import re
import shutil
import signal
import subprocess
import time

from capture_make import MS, START, Ends, conversation, ethernet, pcap, pcapng
from reader_lib import SYNFIN, Skip, capture, has, rows, run, same, several, test, tmp, write


def answers(*files, **more):
    return sorted(run("conns", "--json", *(w for f in files for w in ("-r", f)),
                      **more).text.splitlines())


def crowd(nr=60):
    """Connections of which each begins before the one before it has ended."""
    packets = []
    for i in range(nr):
        each = conversation(Ends(cport=2000 + i, x=77 * i, y=99 * i))
        packets += [(3 * i + 2 * j, p) for j, p in enumerate(each)]
    return [p for _, p in sorted(packets, key=lambda one: one[0])]


@test
def captures_that_were_rotated_are_one():
    packets, link = [ethernet()(p) for p in crowd()], len(crowd())
    whole = answers(write("whole", pcap(packets)))
    third = link // 3
    parts = [write(f"part{i}", pcap(packets[i * third:(i + 1) * third if i < 2 else None],
                                    start=START + i * third * MS)) for i in range(3)]
    same(answers(*parts), whole, "in order")
    same(answers(*reversed(parts)), whole, "in the other order")
    same(len(whole), 60, "connections")


@test
def captures_of_both_ends_are_one():
    link = ethernet()
    packets = [link(p) for p in conversation()]
    # The server's clock shows the same time some microseconds later.
    done = run("conns", "--json", "-r", write("one", pcap(packets)),
               "-r", write("other", pcapng(packets, start=START + 40_000)))
    same(len(rows(done)), 1, "connections")
    same(rows(done)[0]["syn_count"], 1, "SYNs")
    has(done.said, "11 packets captured twice")


@test
def recordings_that_were_rotated_are_one():
    made = os.path.join(tmp, "turned")
    source = capture("crowd", crowd(400))
    run("record", "-q", "-r", source, "-o", made, "--rotate", "64K", "--keep", "99")
    parts = [os.path.join(tmp, n) for n in os.listdir(tmp) if n.startswith("turned")]
    assert len(parts) > 2, parts
    same(answers(*sorted(parts)), answers(source), "what they say")


@test
def files_of_two_kinds_are_not_one():
    made = os.path.join(tmp, "recording")
    run("record", "-q", "-r", several(), "-o", made)
    has(run("conns", "-r", made, "-r", several(), status=1).said, "one by one")
    has(run("conns", "-r", made, "-r", made, "--follow", status=2).said, "--follow")
    has(run("conns", "-r", made, "-r", "/nowhere", status=1).said, "/nowhere")
    has(run("record", "-r", several(), "-r", made, "-o", made, status=2).said,
        "is what -r reads")


@test
def recordings_are_compressed():
    source = capture("crowd", crowd(1500))
    want = answers(source)
    for suffix, tool in ("gz", "gzip"), ("zst", "zstd"), ("xz", "xz"), ("bz2", "bzip2"):
        made = os.path.join(tmp, f"packed.{suffix}")
        run("record", "-q", "-r", source, "-o", made)
        same(answers(made), want, suffix)
        if shutil.which(tool):
            subprocess.run([tool, "-t", made], check=True, capture_output=True)
        packed = subprocess.run([tool, "-dc", made], check=True,
                                capture_output=True).stdout
        assert len(packed) > 2 * os.path.getsize(made), f"{suffix} saves nothing"
    made = os.path.join(tmp, "plain.gz")
    run("record", "-q", "-r", source, "-o", made, "--compress", "none")
    same(open(made, "rb").read(8), b"SYNFFILE", "beginning")
    has(run("record", "-r", source, "-o", made, "--compress=zip", status=2).said, "gzip")


@test
def a_compressed_recording_that_was_cut_keeps_its_blocks():
    made = os.path.join(tmp, "packed.zst")
    run("record", "-q", "-r", capture("crowd", crowd(3000)), "-o", made)
    data = open(made, "rb").read()
    cut = write("cut.zst", data[:len(data) * 3 // 4])
    done = run("conns", "--json", "-r", cut, status=1)
    assert len(rows(done)) > 1000, len(rows(done))
    same(len(done.said.splitlines()), 2, "lines that are said")


def unpacked_by(tool, data):
    """What the tool itself makes of a file that may be cut off."""
    return subprocess.run([tool, "-dcf"], input=data, capture_output=True, check=False).stdout


@test
def all_that_can_be_unpacked_of_a_cut_recording_is_read():
    made = os.path.join(tmp, "whole")
    run("record", "-q", "-r", capture("crowd", crowd(3000)), "-o", made)
    plain = open(made, "rb").read()
    for suffix, tool in ("gz", "gzip"), ("zst", "zstd"), ("xz", "xz"), ("bz2", "bzip2"):
        if not shutil.which(tool):
            continue
        packed = subprocess.run([tool, "-c"], input=plain, capture_output=True, check=True).stdout
        # In several members, too.
        half = len(plain) // 2
        parts = b"".join(subprocess.run([tool, "-c"], input=part, capture_output=True,
                                        check=True).stdout for part in (plain[:half], plain[half:]))
        for data in packed, parts:
            for length in len(data) * 3 // 4, len(data) - 1, len(data) - 30:
                part = unpacked_by(tool, data[:length])
                if len(part) < len(plain) // 10:
                    continue
                done = run("conns", "--json", "--no-phases", "-r",
                           write(f"part.{suffix}", data[:length]), status=1)
                want = run("conns", "--json", "--no-phases", "-r", write("part", part), status=None)
                # Some tools keep what does not fill a buffer to themselves.
                assert len(rows(done)) >= len(rows(want)), \
                    f"{suffix} of {length} bytes: {len(rows(done))} of {len(rows(want))}"
                has(done.said, "^[^\n]*\nsynfin: [^\n]*the compressed file is cut off\n$")


@test
def a_compressed_file_with_something_behind_it():
    data = open(capture("crowd", crowd(20)), "rb").read()
    want = rows(run("conns", "--json", "-r", write("whole.pcap", data)))
    for suffix, pack in (("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)):
        same(rows(run("conns", "--json", "-r", write("zeros." + suffix, pack(data) + bytes(512)))),
             want, f"{suffix}, filled up with zeros")
        done = run("conns", "--json", "-r", write("rest." + suffix, pack(data) + b"nonsense" * 9),
                   status=1)
        same(rows(done), want, f"{suffix} with nonsense behind it")
        has(done.said, "the compressed file is damaged\n")


@test
def a_compressed_capture_that_was_cut_is_read_as_far_as_it_goes():
    with open(capture("crowd", crowd(3000)), "rb") as file:
        plain = file.read()
    for name, pack in (("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)):
        data = pack(plain)
        cut = write(f"cut.{name}", data[:len(data) * 3 // 4])
        done = run("conns", "--json", "-r", cut, status=1)
        assert len(rows(done)) > 1000, f"{name}: {len(rows(done))} connections"
        has(done.said, r"\d connections.*\nsynfin: .*the compressed file is cut off\n")
    broken = bytearray(gzip.compress(plain))
    broken[len(broken) // 2:] = b"X" * (len(broken) // 2)
    has(run("conns", "--json", "-r", write("broken.gz", bytes(broken)), status=1).said,
        r"the compressed file is (damaged|cut off)\n")


def catches_signals(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"SigCgt:\s*(\w+)", file.read())[1], 16) & 1 << signal.SIGINT - 1


def heed_interrupts():
    """Who starts the tests may have them ignored: then the reader ignores them, too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@test
def who_waits_for_a_pipe_ends_as_the_pipe_would():
    pipe = os.path.join(tmp, "pipe")
    os.mkfifo(pipe)
    made = os.path.join(tmp, "of-a-pipe")
    for words in (["conns"], ["phases"], ["ladder"], ["latency"], ["record", "-o", made],
                  ["report", "-o", made], ["conns", "-r", capture("crowd", crowd())]):
        for file in pipe, "-":
            waiting = subprocess.Popen([SYNFIN, *words, "-r", file], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                       preexec_fn=heed_interrupts)
            for _ in range(2000):
                if catches_signals(waiting.pid):
                    break
                time.sleep(0.01)
            waiting.send_signal(signal.SIGINT)
            said = waiting.communicate(timeout=20)[1].decode()
            same((waiting.returncode, said), (0, "0 connections; 0 records lost\n"),
                 f"{words} -r {file}")
    same(run("conns", "-r", pipe, "-d", "0.2").said, "0 connections; 0 records lost\n", "-d")
    # It is waited for, all the same.
    with subprocess.Popen([SYNFIN, "conns", "-r", pipe, "--json", "-q"],
                          stdout=subprocess.PIPE) as waiting:
        time.sleep(0.2)
        with open(pipe, "wb") as file:
            file.write(open(capture("crowd", crowd()), "rb").read())
        same(len(waiting.communicate(timeout=20)[0].splitlines()), 60, "connections")


# --- packets ---

def tshark(*args):
    if not shutil.which("tshark"):
        raise Skip("tshark is missing")
    return subprocess.run(["tshark", *args], capture_output=True, check=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8", "HOME": tmp}
                          ).stdout.decode()


def as_packets(source):
    made = os.path.join(tmp, "made.pcapng")
    run("record", "-q", "--pcapng", "-r", source, "-o", made)
    return made


def faults(name):
    """What Wireshark finds worth a warning, checksums included; a reset is one."""
    said = tshark("-r", name, "-q", "-z", "expert,warn", "-o", "ip.check_checksum:TRUE",
                  "-o", "tcp.check_checksum:TRUE")
    return [line for line in said.splitlines() if re.match(r" *\d+ ", line) and
            "Connection reset" not in line and "Comment" not in line]


@test
def wireshark_finds_no_fault_with_packets():
    large = Ends(cport=50000)
    six = Ends(client="2001:db8::7", server="2001:db8::2", cport=50001, sport=443)
    longest = []
    for e in large, six:
        longest += [e.up(0, None, "S"), e.down(0, 1, "SA"), e.up(1, 1, "A"),
                    e.down(5_000_001, 1, "FA"), e.up(1, 5_000_002, "A"),
                    e.up(1, 5_000_002, "FA"), e.down(5_000_002, 2, "A")]
    for source in several(), capture("crowd", crowd()), capture("longest", longest):
        made = as_packets(source)
        same(faults(made), [], "faults")
        info = subprocess.run(["capinfos", made], capture_output=True, check=True)
        has(info.stdout.decode(), "Strict time order: +True")


@test
def packets_say_what_came_of_their_connection():
    made = as_packets(several())
    said = tshark("-r", made, "-T", "fields", "-e", "tcp.flags.str", "-e", "frame.comment")
    for want in ("established, four-way close by the client", "refused",
                 "unanswered, 2 SYN", "stands for 10 bytes from the client"):
        assert want in said, f"no {want!r} in {said}"


@test
def packets_tell_what_the_capture_told():
    for source in several(), capture("crowd", crowd()):
        got = collections.Counter(
            (r["client_port"], r["open"], r["close"], r["closed_by"], r["bytes_client"],
             r["bytes_server"], r["syn_count"]) for r in
            rows(run("conns", "--json", "-r", as_packets(source))))
        want = collections.Counter(
            (r["client_port"], r["open"], r["close"], r["closed_by"], r["bytes_client"],
             r["bytes_server"], r["syn_count"]) for r in
            rows(run("conns", "--json", "-r", source)))
        same(got, want, "connections")


@test
def the_filter_of_a_ladder_finds_its_packets():
    made = as_packets(several())
    text = run("ladder", "-r", several(), columns=200).text
    found = re.findall(r"Wireshark: (.*)", text)
    same(len(found), 3, "filters")
    nr = [len(tshark("-r", made, "-Y", f).splitlines()) for f in found]
    same(sorted(nr), [2, 2, 9], "packets found")


@test
def packets_of_a_pipe_are_written_as_they_come():
    source = os.path.join(tmp, "live.rec")
    run("record", "-q", "-r", several(), "-o", source)
    made = os.path.join(tmp, "live.pcapng.gz")
    with open(source, "rb") as file, subprocess.Popen(
            ["cat"], stdin=file, stdout=subprocess.PIPE) as feed:
        run("record", "-q", "--pcapng", "-r", "-", "-o", made, stdin=feed.stdout)
    has(subprocess.run(["gzip", "-dc", made], capture_output=True, check=True
                       ).stdout.decode(errors="replace"), "unanswered, 2 SYN")
