# SPDX-License-Identifier: GPL-2.0
"""Who records: whose the file is, what becomes of the old one, how it ends.

Its tests are among those of reader_files.py.
"""
import os
import signal
import stat
import subprocess
import time

from capture_make import Ends, conversation
from reader_lib import SYNFIN, capture, has, rows, run, same, several, test, tmp, write


@test
def a_recording_never_overwrites_what_it_is_made_from():
    made = os.path.join(tmp, "made")
    run("record", "-r", several(), "-o", made)
    with open(made, "rb") as file:
        before = file.read()
    os.link(made, os.path.join(tmp, "same"))
    for name in (made, os.path.join(tmp, "same")):
        has(run("record", "-r", made, "-o", name, status=2).said, "is what -r reads")
    with open(made, "rb") as file:
        has(run("record", "-r", "-", "-o", made, status=2, stdin=file).said,
            "is what -r reads")
    with open(made, "rb") as file:
        same(file.read(), before, "the recording")


@test
def a_recording_is_for_its_owner_alone():
    made = write("made", b"what was there before")
    old = os.umask(0)
    try:
        run("record", "-r", several(), "-o", made)
    finally:
        os.umask(old)
    same(stat.S_IMODE(os.stat(made).st_mode), 0o600, "mode")
    same(len(rows(run("conns", "--json", "-r", made))), 3, "connections")


@test
def a_recording_follows_no_link():
    target = write("target", b"precious")
    link = os.path.join(tmp, "link")
    os.symlink(target, link)
    has(run("record", "-r", several(), "-o", link, status=1).said, "symbolic link")
    with open(target, "rb") as file:
        same(file.read(), b"precious", "what the link leads to")
    assert os.path.islink(link), "the link is gone"


@test
def what_cannot_be_recorded_leaves_the_old_file():
    made = write("made", b"what was there before")
    run("record", "-r", write("bad", b"no recording at all, you see"), "-o", made,
        status=1)
    with open(made, "rb") as file:
        same(file.read(), b"what was there before", "the file")
    assert not [n for n in os.listdir(tmp) if n.startswith(".")], os.listdir(tmp)
    run("record", "-r", several(), "-o", "/dev/full", status=1)
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode), "/dev/full was replaced"


@test
def what_is_said_does_not_go_into_the_recording():
    made = os.path.join(tmp, "closed")
    for closed in (">&-", "2>&-", "<&-", "<&- >&- 2>&-"):
        subprocess.run(["sh", "-c", f'exec "$0" "$@" {closed}', SYNFIN, "record",
                        "-r", several(), "-o", made], check=False,
                       stderr=subprocess.DEVNULL)
        with open(made, "rb") as file:
            assert b"connection" not in file.read(), closed
        same(len(rows(run("conns", "--json", "-r", made))), 3, f"after {closed}")


class Growing:
    """A recording that goes on, read from a pipe; its recorder is made of it."""

    def __init__(self, *args, before=None):
        self.source, feed = os.pipe()
        self.feed = os.fdopen(feed, "wb", buffering=0)
        self.out = os.path.join(tmp, "growing")
        if os.path.exists(self.out):
            os.unlink(self.out)
        # pylint: disable=consider-using-with,subprocess-popen-preexec-fn
        self.recorder = subprocess.Popen(
            [SYNFIN, "record", "-r", "-", "-o", self.out, *args],
            stdin=self.source, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=before)
        os.close(self.source)
        made = os.path.join(tmp, "to feed")
        run("record", "-r", several(), "-o", made)
        with open(made, "rb") as file:
            self.data = file.read()
        self.feed.write(self.data)

    def has_all(self):
        """Waits until what was fed can be read."""
        for _ in range(600):
            if os.path.exists(self.out):
                done = run("conns", "--json", "-r", self.out, status=None)
                if len(done.text.splitlines()) == 3:
                    return
            time.sleep(0.05)
        raise AssertionError("nothing is recorded")

    def end(self, number=signal.SIGTERM):
        self.recorder.send_signal(number)
        out, err = self.recorder.communicate(timeout=30)
        self.feed.close()
        return self.recorder.returncode, (out or b"") + err


@test
def a_killed_recorder_leaves_what_it_had():
    growing = Growing()
    growing.has_all()
    growing.end(signal.SIGKILL)
    same(len(rows(run("conns", "--json", "-r", growing.out))), 3, "connections")


@test
def signals_that_were_ignored_stay_so():
    def ignore():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    growing = Growing(before=ignore)
    growing.has_all()
    for number in (signal.SIGHUP, signal.SIGINT):
        growing.recorder.send_signal(number)
        time.sleep(0.3)
        same(growing.recorder.poll(), None, f"exit status after {number.name}")
    same(growing.end()[0], 0, "exit status")


@test
def a_recorder_outlives_its_stdout():
    growing = Growing()
    growing.has_all()
    growing.recorder.stdout.close()
    growing.recorder.stdout = None
    time.sleep(0.3)
    same(growing.recorder.poll(), None, "exit status")
    same(growing.end()[0], 0, "exit status in the end")


@test
def recordings_are_rotated_by_size():
    path = capture("to rotate", [p for port in range(200)
                                 for p in conversation(Ends(cport=10000 + port))])
    made = os.path.join(tmp, "rotated")
    run("record", "-r", path, "-o", made, "--rotate", "20K", "--keep", "3")
    names = sorted(n for n in os.listdir(tmp) if n.startswith("rotated"))
    same(names, ["rotated", "rotated.1", "rotated.2", "rotated.3"], "files")
    for name in names[1:]:
        size = os.path.getsize(os.path.join(tmp, name))
        assert 20480 <= size < 21000, f"{name}: {size} bytes"
        run("conns", "-r", os.path.join(tmp, name))
    run("record", "-r", path, "-o", made, "--rotate", "1G", "--rotate", "1h")
    same(len(rows(run("conns", "--json", "--no-phases", "-r", made))), 200, "in one")
    for args in (("--rotate", "soon"), ("--keep", "3"), ("--rotate", "0"),
                 ("--rotate", "1M", "--keep", "0")):
        has(run("record", "-r", path, "-o", made, *args, status=2).said, args[-2])
    has(run("record", "-r", path, "-o", "-", "--rotate", "1M", status=2).said, "stdout")


@test
def recordings_are_rotated_by_time():
    growing = Growing("--rotate", "200ms")
    growing.has_all()
    for _ in range(100):
        if os.path.exists(growing.out + ".1"):
            break
        time.sleep(0.1)
        growing.feed.write(growing.data[32:])
    assert os.path.exists(growing.out + ".1"), "no second file"
    same(growing.end()[0], 0, "exit status")
