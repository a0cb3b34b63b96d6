#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Who may read, write and map which file of the module, and what they see there.

    root        of the host
    container   uid 0 with the rights that container engines give, on the host's
                network, with a /sys of its own that is read-only
    mapped      uid 0 of the host in a user namespace, with all rights there
    namespace   an unprivileged user who is root in a user namespace of his own
    nobody      an unprivileged user

No kernel address and no key of the hash is in any output.

In: root, in a guest. Out: TAP.
"""
import ctypes
import json
import mmap
import os
import re
import socket
import struct
import subprocess
import sys

from tap import HERE, Skipped, Wrong, equal, load_module, run

PROC = "/proc/net/synfin"
MODULE = "/sys/module/synfin"
TRACING = "/sys/kernel/tracing"
EVENTS = TRACING + "/events/synfin"
NOBODY = 65534

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
NEWNS, NEWUSER, NEWNET = 0x20000, 0x10000000, 0x40000000
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 1 << 5, 1 << 12, 1 << 14, 1 << 18
CAP_NET_ADMIN, CAPS = 12, 41
# What Docker and Podman leave to the root of a container.
CONTAINER_CAPS = (0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31)


def must(result):
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


# --- to become somebody ---

def hold_caps(caps, bounding=False):
    """Of all rights only these."""
    bits = sum(1 << cap for cap in caps)
    if bounding:
        for cap in set(range(CAPS)) - set(caps):
            must(libc.prctl(24, cap, 0, 0, 0))
    low, high = bits & 0xffffffff, bits >> 32
    must(libc.capset(struct.pack("Ii", 0x20080522, 0),
                     struct.pack("6I", low, low, low, high, high, high)))


def is_root():
    pass


def is_nobody():
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def new_user_namespace(uid):
    must(libc.unshare(NEWUSER))
    for name, text in (("setgroups", "deny"), ("gid_map", f"0 {uid} 1"),
                       ("uid_map", f"0 {uid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def is_namespace():
    is_nobody()
    # Its own files in /proc are another's otherwise.
    must(libc.prctl(4, 1, 0, 0, 0))
    new_user_namespace(NOBODY)


def is_mapped():
    new_user_namespace(0)


def is_container():
    must(libc.unshare(NEWNS))
    must(libc.mount(None, b"/", None, MS_PRIVATE | MS_REC, None))
    must(libc.mount(b"/sys", b"/sys", None, MS_BIND, None))
    must(libc.mount(None, b"/sys", None, MS_REMOUNT | MS_BIND | MS_RDONLY, None))
    hold_caps(CONTAINER_CAPS, bounding=True)


WHO = {"root": is_root, "container": is_container, "mapped": is_mapped,
       "namespace": is_namespace, "nobody": is_nobody}


def as_one(who, function):
    """What a function answers in a process of somebody."""
    here, there = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            WHO[who]()
            answer = function()
        except Exception as reason:  # pylint: disable=broad-except
            answer = {"error": repr(reason)}
        with os.fdopen(there, "w") as file:
            json.dump(answer, file)
        os._exit(0)
    os.close(there)
    with os.fdopen(here) as file:
        text = file.read()
    os.waitpid(pid, 0)
    answer = json.loads(text)
    if isinstance(answer, dict) and "error" in answer:
        raise Wrong(f"{who}: {answer['error']}")
    return answer


# --- what one can do with a file ---

def read_file(path, most=1 << 20):
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        return os.read(fd, most)
    finally:
        os.close(fd)


def tried(function, *arguments):
    try:
        return function(*arguments)
    except OSError:
        return None


def write_back(path, text, how=0):
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC | how)
    try:
        return os.write(fd, text or b"0") > 0
    finally:
        os.close(fd)


def map_file(path, size=mmap.PAGESIZE):
    """The bytes of a mapping; the mmap of Python asks for the size of the file."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        at = libc.mmap(None, ctypes.c_size_t(size), mmap.PROT_READ, mmap.MAP_SHARED, fd,
                       ctypes.c_long(0))
        if at == ctypes.c_void_p(-1).value:
            raise OSError(ctypes.get_errno(), "mmap")
        pages = ctypes.string_at(at, size)
        libc.munmap(ctypes.c_void_p(at), ctypes.c_size_t(size))
        return pages
    finally:
        os.close(fd)


def rights(path):
    """Letters of what can be done: read, write, map."""
    text = tried(read_file, path)
    can = "" if text is None else "r"
    # What goes off when it is written to is left alone.
    if os.path.basename(path) != "uevent" and tried(write_back, path, text):
        can += "w"
    return can + ("m" if tried(map_file, path) else "")


def files_in(*folders):
    return sorted(os.path.join(path, name) for folder in folders
                  for path, _, names in os.walk(folder) for name in names)


def expect(who, files, want):
    """want(path): the letters that somebody should have."""
    got = as_one(who, lambda: {path: rights(path) for path in files})
    bad = [f"{path}: {got[path] or '-'}, not {want(path) or '-'}"
           for path in files if got[path] != want(path)]
    if bad:
        raise Wrong(f"{who}: " + "; ".join(bad[:8]))


# --- the tests ---

def traffic():
    """Some connections, and one that stays open as long as what is answered."""
    beside = os.path.join(HERE, "load")
    subprocess.run([beside if os.path.exists(beside) else HERE + "/out/load", "-n", "8"],
                   check=True, stdout=subprocess.DEVNULL)
    listener = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(listener.getsockname())
    return listener, client, listener.accept()


def files_of_proc():
    load_module()
    _open = traffic()
    files = files_in(PROC)
    equal([os.path.basename(path) for path in files],
          ["flows", "latency", "listeners", "ring", "services", "stats"], "files")
    public = ("latency", "listeners", "services", "stats")

    def want(path, own):
        name = os.path.basename(path)
        return "r" if name in public else own.get(name, "")

    for who in WHO:
        own = {"flows": "r", "ring": "rm"} if who == "root" else {}
        expect(who, files, lambda path, own=own: want(path, own))


def stats_of_all():
    """What is of all namespaces is told to root alone."""
    load_module()
    _open = traffic()
    shared = re.compile(rb"^(flows_total|flows_embryonic|max_flows|ring_records|ring_cpus|"
                        rb"records|records_gone) ", re.M)
    for who in WHO:
        text = as_one(who, lambda: read_file(PROC + "/stats").decode()).encode()
        equal(len(shared.findall(text)), 7 if who == "root" else 0,
              f"lines for {who} about all namespaces")


def own_namespace():
    """In a network namespace of one's own: its figures and its flows, and no ring."""
    load_module()
    _open = traffic()

    def look():
        must(libc.unshare(NEWNET))
        own = "/proc/self/net/synfin"
        return [sorted(os.listdir(own)), read_file(own + "/flows").decode(),
                read_file(own + "/stats").decode()]

    for who in ("root", "namespace", "mapped"):
        names, flows, stats = as_one(who, look)
        equal(names, ["flows", "latency", "listeners", "services", "stats"], f"files of {who}")
        equal(flows, "", f"flows of {who}")
        equal(re.search(r"^segments (\d+)$", stats, re.M).group(1), "0",
              f"segments of {who}")
        equal("\nrecords" in stats, False, f"records for {who}")


def right_of_the_opener():
    """Who opened a file decides, not who reads it."""
    load_module()
    _open = traffic()

    def look():
        hold_caps(set(range(CAPS)))
        everything = os.open(PROC + "/flows", os.O_RDONLY)
        ring = os.open(PROC + "/ring", os.O_RDONLY)
        must(libc.capset(struct.pack("Ii", 0x20080522, 0),
                         struct.pack("6I", 0, 0xffffffff, 0, 0, 0x1ff, 0)))
        lesser = tried(os.open, PROC + "/flows", os.O_RDONLY)
        refused = tried(os.open, PROC + "/ring", os.O_RDONLY) is None
        hold_caps(set(range(CAPS)))
        return [len(os.read(everything, 100)) > 0, len(os.read(ring, 8)) == 8,
                lesser is None or tried(os.read, lesser, 100) is None, refused]

    equal(as_one("root", look), [True, True, True, True],
          "flows and ring with it, flows and ring without")


def files_of_sysfs():
    load_module()
    files = files_in(MODULE)
    fixed = ("ring_records", "max_flows", "sni")

    def want(path, who):
        name = os.path.basename(path)
        if "/parameters/" in path:
            return "rw" if who == "root" and name not in fixed else "r"
        if name == "uevent" or ("/sections/" in path and who in ("namespace", "nobody")):
            return ""
        if "/notes/" in path:
            return rights_of_kernel[path]
        return "r"

    rights_of_kernel = as_one("nobody", lambda: {path: rights(path) for path in files})
    for who in WHO:
        expect(who, files, lambda path, who=who: want(path, who))


def files_of_tracefs():
    """The kernel's own: for root of the host, and not in a container's /sys."""
    if not os.path.exists(EVENTS):
        raise Skipped("no tracefs here")
    load_module()
    files = files_in(EVENTS)
    got = as_one("root", lambda: [path for path in files if "r" in rights(path)])
    equal([path for path in files if path not in got and not path.endswith("trigger")
           and not path.endswith("hist_debug")], [], "what root cannot read")
    for who in ("container", "namespace", "nobody"):
        expect(who, files + [TRACING + "/trace_pipe", TRACING + "/trace"],
               lambda path: "")


def sees_no_address():
    """In what anybody but root can read there is no kernel address."""
    load_module()
    _open = traffic()
    files = files_in(PROC, MODULE)
    for who in set(WHO) - {"root"}:
        texts = as_one(who, lambda: {
            path: text.decode("latin-1") for path in files
            if (text := tried(read_file, path)) is not None})
        for path, text in texts.items():
            no_address(text.encode("latin-1"), f"{path} for {who}")


LEAST = 0xffff800000000000


def no_address(text, what):
    for number in re.findall(rb"(?:0x)?\b[0-9a-f]{16}\b", text):
        if LEAST <= int(number, 16) < 2**64 - 1:
            raise Wrong(f"{what}: {number.decode()}")
    for number in re.findall(rb"\b[0-9]{20}\b", text):
        if LEAST <= int(number) < 2**64 - 1:
            raise Wrong(f"{what}: {number.decode()}")


# --- the keys ---

def kcore(address, size):
    """Bytes of the kernel's memory."""
    with open("/proc/kcore", "rb", buffering=0) as file:
        head = file.read(64)
        start, = struct.unpack_from("<Q", head, 32)
        each, number = struct.unpack_from("<HH", head, 54)
        for i in range(number):
            file.seek(start + i * each)
            entry = file.read(each)
            offset, at = struct.unpack_from("<QQ", entry, 8)
            length, = struct.unpack_from("<Q", entry, 32)
            if at <= address < at + length:
                file.seek(offset + address - at)
                return file.read(size)
    raise Skipped("memory that /proc/kcore does not show")


def load_and_find_keys():
    """
    The keys are what the module fills with random bytes first. insmod asks for some
    before it is loaded, as each program does: on a stack that others have written since.
    """
    probes = TRACING + "/kprobe_events"
    if not os.path.exists(probes) or not os.path.exists("/proc/kcore"):
        raise Skipped("no kprobes, or no /proc/kcore, in this kernel")
    switches = [f"{TRACING}/events/{event}/enable"
                for event in ("synfin_test/random", "module/module_load")]
    write_back(probes, b"p:synfin_test/random get_random_bytes at=$arg1:x64 size=$arg2:u64\n",
               os.O_APPEND)
    try:
        write_back(TRACING + "/trace", b"\n")
        for switch in switches:
            write_back(switch, b"1")
        load_module()
        for switch in switches:
            write_back(switch, b"0")
        text = read_file(TRACING + "/trace").decode()
    finally:
        for switch in switches:
            tried(write_back, switch, b"0")
        write_back(probes, b"-:synfin_test/random\n", os.O_APPEND)
    loaded = text.partition("module_load: synfin ")[2]
    found = re.findall(r"insmod-\d+.* random: .* at=0x([0-9a-f]+) size=(\d+)", loaded)
    keys = [kcore(int(at, 16), int(size)) for at, size in found
            if int(size) % 8 == 0 and int(size) >= 16]
    words = {key[i:i + 8] for key in keys for i in range(0, len(key), 8)}
    if not words:
        raise Wrong("no keys were made: " + text[-500:])
    return words - {bytes(8)}


def holds_no_key(words, text, what):
    for word in words:
        for order in ("little", "big"):
            number = int.from_bytes(word, order)
            for way in (number.to_bytes(8, "little"), b"%x" % number, b"%d" % number):
                if way in text:
                    raise Wrong(f"{what}: a key is in it")


def ring_bytes():
    """All that can be mapped, but for less than half of it."""
    pages, size = b"", mmap.PAGESIZE
    while more := tried(map_file, PROC + "/ring", size):
        pages, size = more, 2 * size
    return pages


def tells_no_secret():
    """To root, who can map it all: neither keys nor kernel addresses."""
    events = os.path.exists(EVENTS)
    words = load_and_find_keys()
    if events:
        write_back(EVENTS + "/enable", b"1")
    _open = traffic()
    texts = {name: read_file(f"{PROC}/{name}")
             for name in ("stats", "latency", "services", "listeners", "flows")}
    texts["the ring"] = ring_bytes()
    texts["the kernel's log"] = subprocess.run(
        ["dmesg"], capture_output=True, check=True).stdout
    if events:
        write_back(EVENTS + "/enable", b"0")
        texts["the trace"] = read_file(TRACING + "/trace")
    equal(len(texts["the ring"]) > 1 << 20, True, "so much of the ring is mapped")
    for what, text in texts.items():
        holds_no_key(words, text, what)
        if what == "the ring":
            continue
        lines = [line for line in text.split(b"\n")
                 if what != "the kernel's log" or b"synfin" in line]
        no_address(b"\n".join(lines), what)
    ring = texts["the ring"]
    print(f"# {len(words)} words of keys, {sum(map(len, texts.values()))} bytes of output")
    for i in range(0, len(ring) - 7, 8):
        number, = struct.unpack_from("<Q", ring, i)
        if LEAST <= number < 2**64 - 1:
            raise Wrong(f"the ring, at {i}: {number:x}")


if os.geteuid():
    print("1..0 # SKIP not root")
    sys.exit(4)
run([
    ("files of /proc let in whom they should", files_of_proc),
    ("figures of all namespaces are root's", stats_of_all),
    ("whoever has a network namespace sees that, and no ring", own_namespace),
    ("the right of who opened a file counts", right_of_the_opener),
    ("parameters are read by all and written by root", files_of_sysfs),
    ("tracepoints are root's", files_of_tracefs),
    ("nobody but root sees a kernel address", sees_no_address),
    ("no output holds a key of the hash, or a kernel address", tells_no_secret),
])
