#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The first bytes of live connections: HTTP, TLS by OpenSSL, banners; and what they cost.

	host [ veth  10.8.0.1 ] ---- [ 10.8.0.2 ] namespace with the servers

Each connection passes both namespaces, and both tell the same of it: in the one its
client's bytes are sent and its server's arrive, in the other the other way round. curl is
the witness of times: what it measures around an interval is never shorter.
"""
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

import tap
from tls_talk import Certificate

SERVER = "10.8.0.2"
NETNS = "synfin-first"
HTTP, SSH, SILENT, ECHO, TLS, TLS_ASKS = 8080, 8022, 8100, 8007, 8443, 8444
NGINX, NGINX_ASKS = 9443, 9444
PAUSE = 0.2
SYNFIN = os.environ.get("SYNFIN") or tap.find_above("tools/synfin")
WORLD = {}


# --- the servers, in a namespace of their own ---

def end(*processes):
    for process in processes:
        process.terminate()
        process.wait(20)


def answer(conn):
    """HTTP, after a pause: what a user waits for."""
    asked = b""
    while b"\r\n\r\n" not in asked:
        part = conn.recv(4096)
        if not part:
            return
        asked += part
    time.sleep(PAUSE)
    conn.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 3\r\n\r\nno\n")


def greet(conn):
    conn.sendall(b"SSH-2.0-selftest\r\n")
    conn.recv(100)


def echo(conn):
    while part := conn.recv(4096):
        conn.sendall(part)


def swallow(conn):
    while conn.recv(4096):
        pass


def handle(conn, what, context):
    try:
        if context:
            conn = context.wrap_socket(conn, server_side=True)
        what(conn)
    except OSError:
        pass
    conn.close()


def listen(port, what, context=None):
    sock = socket.create_server((SERVER, port))

    def serve():
        while True:
            conn, _ = sock.accept()
            conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=handle, args=(conn, what, context), daemon=True).start()
    threading.Thread(target=serve, daemon=True).start()


def serve(folder):
    contexts = []
    for _ in range(2):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder + "/server.example", folder + "/server.example.key")
        contexts.append(context)
    contexts[1].load_verify_locations(folder + "/server.example")
    contexts[1].verify_mode = ssl.CERT_OPTIONAL
    for port, what in ((HTTP, answer), (SSH, greet), (SILENT, swallow), (ECHO, echo)):
        listen(port, what)
    listen(TLS, answer, contexts[0])
    listen(TLS_ASKS, answer, contexts[1])
    print("ready", flush=True)
    sys.stdin.read()


# --- what is asked of them ---

def ip(*words):
    subprocess.run(["ip", *words], check=True)


def set_up():
    if not os.path.exists(SYNFIN):
        raise tap.Skipped(f"{SYNFIN} is missing: build the reader")
    WORLD["folder"] = tempfile.mkdtemp()
    WORLD["cert"] = Certificate(WORLD["folder"])
    tap.load_module("sni=1")
    ip("netns", "add", NETNS)
    ip("link", "add", "first0", "type", "veth", "peer", "first1", "netns", NETNS)
    ip("address", "add", "10.8.0.1/24", "dev", "first0")
    ip("link", "set", "first0", "up")
    ip("-n", NETNS, "address", "add", SERVER + "/24", "dev", "first1")
    ip("-n", NETNS, "link", "set", "first1", "up")
    WORLD["server"] = subprocess.Popen(
        ["ip", "netns", "exec", NETNS, sys.executable, __file__, "serve", WORLD["folder"]],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    tap.equal(WORLD["server"].stdout.readline(), "ready\n", "the server")


def tear_down():
    if "server" in WORLD:
        WORLD["server"].stdin.close()
        WORLD["server"].wait(10)
    subprocess.run(["ip", "netns", "delete", NETNS], check=False)


def told(port, nr=1):
    """The last connections to a port, as both namespaces tell of them."""
    for _ in range(200):
        out = subprocess.run([SYNFIN, "conns", "--no-follow", "--json", "-q", "--service",
                              str(port)], capture_output=True, text=True, check=True).stdout
        conns = [json.loads(line) for line in out.splitlines()]
        new = [c for c in conns if (c["netns"], c["id"]) not in WORLD.setdefault("old", set())]
        if len(new) >= 2 * nr:
            break
        time.sleep(0.1)
    WORLD["old"].update((c["netns"], c["id"]) for c in new)
    tap.equal(len(new), 2 * nr, f"connections to {port}")
    return new


def says(conns, **wanted):
    for conn in conns:
        for name, value in wanted.items():
            tap.equal(conn[name], value, f"{name} in {conn['netns']}")


def within(conns, name, least, most):
    for conn in conns:
        if conn[name] is None or not least <= conn[name] <= most:
            raise tap.Wrong(f"{name}: {conn[name]} is not from {least} to {most}")


def curl(*words):
    """What curl measures, in nanoseconds."""
    names = ("time_connect", "time_appconnect", "time_starttransfer")
    form = " ".join("%{" + name + "}" for name in names)
    out = subprocess.run(["curl", "-sk", "-o", "/dev/null", "-w", form, *words],
                         capture_output=True, text=True, check=False).stdout
    return {name: float(value) * 1e9 for name, value in zip(names, out.split())}


# curl's clock counts microseconds.
ROUND = 2000


def http():
    times = curl(f"http://{SERVER}:{HTTP}/")
    conns = told(HTTP)
    says(conns, protocol="http1", method="GET", status=503, first_by="client",
         tls_version=None, tls_flights=[])
    most = times["time_starttransfer"] - times["time_connect"] + ROUND
    within(conns, "first_response_ns", PAUSE * 1e9, most)
    within(conns, "first_request_ns", 0, most)


def https():
    for words, version in ((("--tls-max", "1.2"), "1.2"), (("--tlsv1.3",), "1.3")):
        times = curl(*words, "--http1.1", "--connect-to", f"::{SERVER}:",
                     f"https://www.server.example:{TLS}/")
        conns = told(TLS)
        says(conns, protocol="tls", tls_version=version, tls_resumed=False, tls_retry=False,
             tls_client_cert=False, tls_alert_by=None, method=None, status=None,
             sni="www.server.example")
        within(conns, "tls_handshake_ns", 1, times["time_appconnect"] -
               times["time_connect"] + ROUND)
        # In 1.3 a session ticket looks like data, and comes before the response.
        within(conns, "tls_response_ns", PAUSE * 1e9 if version == "1.2" else 0,
               times["time_starttransfer"] - times["time_connect"] + ROUND)
        for conn in conns:
            tap.equal([flight["flight"] for flight in conn["tls_flights"]],
                      ["client-hello", "server-hello", "finished", "request", "response"],
                      "flights")


def ask(context, port, session=None, name="server.example"):
    with socket.create_connection((SERVER, port)) as sock, \
            context.wrap_socket(sock, server_hostname=name, session=session) as tls:
        tls.sendall(b"GET / HTTP/1.1\r\nHost: server.example\r\n\r\n")
        tls.recv(4096)
        return tls.session


def client(version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = context.maximum_version = version
    return context


def resumed():
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = client(version)
        session = ask(context, TLS)
        says(told(TLS), tls_resumed=False)
        ask(context, TLS, session)
        says(told(TLS), tls_resumed=True)


def client_certificate():
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = client(version)
        context.load_cert_chain(WORLD["cert"].crt, WORLD["cert"].key)
        ask(context, TLS_ASKS)
        says(told(TLS_ASKS), tls_client_cert=True, tls_alert_by=None)


def wrong_name():
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = client(version)
        context.verify_mode, context.check_hostname = ssl.CERT_REQUIRED, True
        try:
            ask(context, TLS)
            raise tap.Wrong("a certificate that nobody knows was taken")
        except ssl.SSLError:
            pass
        says(told(TLS), tls_alert=48, tls_alert_name="unknown_ca", tls_alert_by="client",
             tls_handshake_ns=None)


# --- nginx, and two witnesses ---

NGINX_CONF = """
user root; worker_processes 1; daemon off; pid {0}/nginx.pid; error_log {0}/error.log;
events {{ worker_connections 64; }}
http {{
	access_log off; keepalive_timeout 0;
	client_body_temp_path {0}/body; proxy_temp_path {0}/proxy;
	fastcgi_temp_path {0}/fastcgi; uwsgi_temp_path {0}/uwsgi; scgi_temp_path {0}/scgi;
	ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:all:1m;
	ssl_certificate {0}/server.example; ssl_certificate_key {0}/server.example.key;
	server {{ listen {1}:9443 ssl; return 200 hello; }}
	server {{
		listen {1}:9444 ssl; return 200 hello;
		ssl_verify_client on; ssl_client_certificate {0}/server.example;
	}}
}}
"""


def start_nginx():
    for tool in "nginx", "tshark", "tcpdump":
        if not shutil.which(tool):
            raise tap.Skipped(f"{tool} is missing")
    folder = WORLD["folder"]
    with open(folder + "/nginx.conf", "w", encoding="ascii") as file:
        file.write(NGINX_CONF.format(folder, SERVER))
    server = subprocess.Popen(["ip", "netns", "exec", NETNS, "nginx", "-p", folder, "-e",
                               folder + "/error.log", "-c", folder + "/nginx.conf"])
    for _ in range(300):
        if "9443" in subprocess.run(["ss", "-N", NETNS, "-Hltn"], capture_output=True,
                                    text=True, check=True).stdout:
            return server
        time.sleep(0.1)
    server.kill()
    raise tap.Wrong("nginx does not listen")


def start_capture():
    capture = subprocess.Popen(["tcpdump", "-i", "first0", "-U", "-s", "0", "-w",
                                WORLD["folder"] + "/capture", "port 9443 or port 9444"],
                               stderr=subprocess.PIPE, text=True)
    while "listening on" not in (capture.stderr.readline() or "listening on"):
        pass
    return capture


FIELDS = ("frame.time_epoch", "tcp.srcport", "tcp.dstport", "tcp.flags.fin",
          "tcp.flags.reset", "tls.handshake.type", "tls.handshake.extension.type",
          "tls.handshake.extensions.supported_version", "tls.alert_message.desc")


def dissected():
    """What tshark says of each segment, by the client's port."""
    out = subprocess.run(["tshark", "-r", WORLD["folder"] + "/capture", "-T", "fields",
                          "-d", "tcp.port==9443,tls", "-d", "tcp.port==9444,tls"] +
                         [word for field in FIELDS for word in ("-e", field)],
                         capture_output=True, text=True, check=True).stdout
    found = {}
    for line in out.splitlines():
        row = dict(zip(FIELDS, line.split("\t")))
        port = [row[name] for name in ("tcp.srcport", "tcp.dstport")
                if int(row[name]) not in (NGINX, NGINX_ASKS)][0]
        row["lists"] = {name: row[name].split(",") for name in FIELDS[5:]}
        found.setdefault(int(port), []).append(row)
    return found


def has_ended(rows):
    return any(row[name] in ("1", "True") for row in rows or []
               for name in ("tcp.flags.fin", "tcp.flags.reset"))


# Between the hook and the device a processor may have something else to do, and does.
APART = 0.1


def agrees(conn, rows):
    """A connection as the module tells it, and as tshark dissects it."""
    of = {kind: [row for row in rows if kind in row["lists"]["tls.handshake.type"]]
          for kind in "12"}
    answer_row = of["2"][-1]["lists"]
    new = "0x0304" in answer_row["tls.handshake.extensions.supported_version"]
    tap.equal(conn["tls_version"], "1.3" if new else "1.2", "version, says tshark")
    resumed = "41" in answer_row["tls.handshake.extension.type"] if new else \
        not any("11" in row["lists"]["tls.handshake.type"] for row in rows)
    tap.equal(conn["tls_resumed"], resumed, "taken up again, says tshark")
    alerts = [desc for row in rows for desc in row["lists"]["tls.alert_message.desc"]
              if desc not in ("", "0")]
    tap.equal(str(conn["tls_alert"]), alerts[0] if alerts else "None", "alert, says tshark")
    flights = {f["flight"]: conn["ts"] + f["t_ns"] / 1e9 for f in conn["tls_flights"]}
    for flight, kind in ("client-hello", "1"), ("server-hello", "2"):
        apart = abs(flights[flight] - float(of[kind][0]["frame.time_epoch"]))
        if apart > APART:
            raise tap.Wrong(f"{flight}: {apart} s apart from what tshark says")


def as_openssl_asks():
    """All that is asked of nginx, with what must come of it."""
    for version, word in (ssl.TLSVersion.TLSv1_2, "1.2"), (ssl.TLSVersion.TLSv1_3, "1.3"):
        context = client(version)
        session = ask(context, NGINX)
        yield NGINX, {"tls_version": word, "tls_resumed": False, "tls_client_cert": False}
        ask(context, NGINX, session)
        yield NGINX, {"tls_version": word, "tls_resumed": True}
        context = client(version)
        context.load_cert_chain(WORLD["cert"].crt, WORLD["cert"].key)
        ask(context, NGINX_ASKS)
        yield NGINX_ASKS, {"tls_client_cert": True, "tls_alert_by": None}
        context = client(version)
        context.load_verify_locations(WORLD["cert"].crt)
        context.verify_mode, context.check_hostname = ssl.CERT_REQUIRED, True
        try:
            ask(context, NGINX, name="other.example")
            raise tap.Wrong("a certificate for another name was taken")
        except ssl.SSLError:
            pass
        yield NGINX, {"tls_alert_by": "client", "tls_handshake_ns": None}


def nginx():
    server = start_nginx()
    capture = start_capture()
    conns = []
    try:
        for port, wanted in as_openssl_asks():
            new = told(port)
            says(new, protocol="tls", **wanted)
            conns += new
        for _ in range(100):
            found = dissected()
            if all(has_ended(found.get(conn["client_port"])) for conn in conns):
                break
            time.sleep(0.1)
    finally:
        end(capture, server)
    for conn in conns:
        agrees(conn, found[conn["client_port"]])


# What the client sends takes so long: TLS's handshake holds it once at either end, at least.
AWAY_MS = 100


def far_away():
    if subprocess.run(["modprobe", "sch_netem"], check=False).returncode:
        raise tap.Skipped("no netem")
    subprocess.run(["tc", "qdisc", "add", "dev", "first0", "root", "netem", "delay",
                    f"{AWAY_MS}ms"], check=True)


def as_curl_measures():
    """TLS's handshake: no shorter than the way, no longer than curl's own intervals."""
    server = start_nginx()
    try:
        far_away()
        for version in "1.2", "1.3":
            times = curl("--tls-max", version, f"https://{SERVER}:{NGINX}/")
            conns = told(NGINX)
            secured = times["time_appconnect"] - times["time_connect"]
            whole = times["time_starttransfer"] - times["time_connect"]
            within(conns, "tls_handshake_ns", AWAY_MS * 1e6, secured + ROUND)
            within(conns, "tls_response_ns", 0, whole + ROUND)
    finally:
        subprocess.run(["tc", "qdisc", "del", "dev", "first0", "root"], check=False,
                       stderr=subprocess.DEVNULL)
        server.terminate()
        server.wait(20)


def services_have_them():
    with open("/proc/net/synfin/services", encoding="ascii") as file:
        names, *rows = [line.split() for line in file]
    row = [dict(zip(names, map(int, row))) for row in rows if row[0] == str(TLS)][0]
    for name in "first_response", "tls_handshake":
        if not row[name + "_count"] or row[name + "_sum_ns"] < row[name + "_count"]:
            raise tap.Wrong(f"services: {row}")


def server_first():
    with socket.create_connection((SERVER, SSH)) as sock:
        sock.recv(100)
        time.sleep(PAUSE)
        sock.sendall(b"SSH-2.0-client\r\n")
        sock.recv(1)
    conns = told(SSH)
    says(conns, protocol="ssh", first_by="server")
    within(conns, "first_request_ns", PAUSE * 1e9, 60e9)


def byte_by_byte():
    with socket.create_connection((SERVER, HTTP)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"PUT /x HTTP/1.1\r\n\r\n":
            sock.sendall(bytes([byte]))
        while sock.recv(100):
            pass
    says(told(HTTP), protocol="http1", method="PUT", status=503)


def segments():
    return tap.stats()["segments"]


def established_traffic_passes_by():
    with socket.create_connection((SERVER, ECHO)) as sock:
        sock.sendall(b"hello")
        sock.recv(100)
        before = segments()
        for _ in range(500):
            sock.sendall(b"x")
            sock.recv(100)
        shown = segments() - before
    if shown > 20:
        raise tap.Wrong(f"{shown} of 1000 segments were looked at")
    says(told(ECHO), protocol="unknown", method=None)


def nobody_is_waited_for_for_ever():
    with socket.create_connection((SERVER, SILENT)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        before = segments()
        for _ in range(1000):
            sock.sendall(b"G")
        shown = segments() - before
    # As many as are waited for, and some that nobody asked for.
    if shown > 256 + 20:
        raise tap.Wrong(f"{shown} segments were looked at")
    says(told(SILENT), first_response_ns=None, status=None)


def latency_has_them():
    with open("/proc/net/synfin/latency", encoding="ascii") as file:
        names = {line.split()[0] for line in file}
    for name in ("first_request", "first_response", "tls_handshake"):
        if name not in names:
            raise tap.Wrong(f"latency has no {name}")


def names_are_kept_only_if_asked_for():
    tap.load_module("first_data=1")
    WORLD["old"] = set()
    ask(client(ssl.TLSVersion.TLSv1_3), TLS)
    says(told(TLS), protocol="tls", tls_version="1.3", sni=None, alpn=None)


def nothing_is_looked_at_unless_asked_for():
    tap.load_module()
    WORLD["old"] = set()
    curl(f"http://{SERVER}:{HTTP}/")
    says(told(HTTP), protocol=None, status=None, first_request_ns=None, first_by=None)


def it_is_turned_on_and_off():
    """Of a module that was loaded without; what has begun before goes on as it began."""
    knob = "/sys/module/synfin/parameters/first_data"
    for on, protocol in ("1", "http1"), ("0", None), ("1", "http1"):
        begun = socket.create_connection((SERVER, HTTP))
        with open(knob, "w", encoding="ascii") as file:
            file.write(on)
        for _ in range(3):
            curl(f"http://{SERVER}:{HTTP}/")
        says(told(HTTP, 3), protocol=protocol, open="established")
        begun.sendall(b"GET / HTTP/1.1\r\n\r\n")
        while begun.recv(4096):
            pass
        begun.close()
        says(told(HTTP), protocol=None if on == "1" else "http1", open="established")


if sys.argv[1:2] == ["serve"]:
    serve(sys.argv[2])
    sys.exit()
tap.main(set_up, [
    ("HTTP: method, status, and what curl waited for", http),
    ("HTTPS: version, flights, and what curl waited for", https),
    ("sessions that are taken up again", resumed),
    ("a client's certificate is asked for", client_certificate),
    ("a certificate that the client does not take", wrong_name),
    ("nginx, as tshark dissects it", nginx),
    ("nginx, as curl measures it", as_curl_measures),
    ("a server that speaks first", server_first),
    ("a request of one byte a segment", byte_by_byte),
    ("what follows passes by", established_traffic_passes_by),
    ("who never answers is not waited for for ever", nobody_is_waited_for_for_ever),
    ("histograms of first bytes", latency_has_them),
    ("first bytes by service", services_have_them),
    ("names are kept only if they are asked for", names_are_kept_only_if_asked_for),
    ("by itself it looks at nothing", nothing_is_looked_at_unless_asked_for),
    ("it is turned on and off while the module is loaded", it_is_turned_on_and_off),
], tear_down)
