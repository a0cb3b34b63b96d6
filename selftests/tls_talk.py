# SPDX-License-Identifier: GPL-2.0
"""What OpenSSL says: both ends of TLS, through memory. Nothing of it is made up."""
import os
import ssl
import subprocess

CLIENT, SERVER = 0, 1


class Certificate:
    """A key and a certificate of its own."""

    def __init__(self, folder, name="server.example"):
        self.key, self.crt = os.path.join(folder, name + ".key"), os.path.join(folder, name)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.key, "-out",
                        self.crt, "-days", "30", "-subj", "/CN=" + name],
                       check=True, stderr=subprocess.DEVNULL)


def contexts(cert, version, ask=False):
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert.crt, cert.key)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    for context in (server, client):
        context.minimum_version = context.maximum_version = version
        context.set_alpn_protocols(["http/1.1"])
    if ask:
        client.load_cert_chain(cert.crt, cert.key)
        server.load_verify_locations(cert.crt)
        server.verify_mode = ssl.CERT_REQUIRED
    return client, server


def talk_tls(client, server, session=None, name="server.example", request=b"GET / HTTP/1.1\r\n\r\n"):
    """Lets both ends talk through memory. Returns ([(from, bytes)], client's object)."""
    bios = [ssl.MemoryBIO() for _ in range(4)]
    ends = [client.wrap_bio(bios[0], bios[1], server_hostname=name, session=session),
            server.wrap_bio(bios[2], bios[3], server_side=True)]
    talk, done, failed = [], [False, False], None
    for _ in range(20):
        for who in (CLIENT, SERVER):
            if not done[who]:
                try:
                    ends[who].do_handshake()
                    done[who] = True
                except ssl.SSLWantReadError:
                    pass
                except ssl.SSLError as error:
                    failed = error
            data = bios[1 + 2 * who].read()
            if data:
                talk.append((who, data))
                bios[2 - 2 * who].write(data)
        if all(done) or failed:
            break
    if failed:
        return talk, ends[CLIENT]
    for who, data in ((CLIENT, request), (SERVER, b"HTTP/1.1 200 OK\r\n\r\n")):
        ends[who].write(data)
        talk.append((who, bios[1 + 2 * who].read()))
        bios[2 - 2 * who].write(talk[-1][1])
        ends[1 - who].read()
    return talk, ends[CLIENT]
