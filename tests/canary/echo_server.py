#!/usr/bin/env python3
"""A server that answers with the secret it was sent, in every encoding and every part of an answer.

usage: echo_server.py RECORD     RECORD: a file that gets every request as it came

On a free port of 127.0.0.1; prints the port, then `hang` when a client waits for an answer that never comes. Lives until its input
ends. The encodings are Python's own, so that they are not those of the search alone.
"""
import base64
import gzip
import json
import sys
import threading
import urllib.parse
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

lock = threading.Lock()
seen = set()


def is_first(name):
    with lock:
        is_new = name not in seen
        seen.add(name)
        return is_new


def say(line):
    with lock:
        print(line, flush=True)


def given(headers):
    """The secret in the request; empty: none."""
    line = headers.get("Authorization") or ""
    raw = line.encode("latin-1")
    if raw.startswith(b"Bearer "):
        return raw[len("Bearer "):]
    if raw.startswith(b"Basic "):
        return base64.b64decode(raw[len("Basic "):])
    return (headers.get("X-Token") or "").encode("latin-1")


def texts(secret):
    """As texts, without the raw one where it is none."""
    every = "".join(f"%{b:02X}" for b in secret)
    all_of_it = [base64.b64encode(secret), base64.b64encode(b"x" + secret + b"y"), base64.b64encode(b"xy" + secret),
                 base64.urlsafe_b64encode(secret), base64.urlsafe_b64encode(b"ab" + secret + b"c"), base64.encodebytes(secret * 3)]
    all_of_it = [one.decode() for one in all_of_it] + [secret.hex(), secret.hex().upper(), every, every.lower()]
    all_of_it += [urllib.parse.quote_from_bytes(secret, safe=""), urllib.parse.quote_from_bytes(secret), urllib.parse.quote_plus(secret)]
    try:
        raw = secret.decode()
    except UnicodeDecodeError:
        return all_of_it
    codes = "".join(f"\\u{ord(c):04x}" for c in raw)
    capitals = "".join(f"\\u{ord(c):04X}" for c in raw)
    return all_of_it + [raw, json.dumps(raw), json.dumps(raw, ensure_ascii=False), json.dumps(raw).replace("/", "\\/"), codes, capitals, raw * 2]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def send(self, status, body=b"", headers=(), content_type="text/plain; charset=utf-8", reason=None):
        self.send_response(status, reason)
        if content_type:
            self.send_header("Content-Type", content_type)
        for name, value in headers:
            self.send_header(name, value.encode().decode("latin-1"))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer(self):
        url = urllib.parse.urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with lock, open(sys.argv[1], "ab") as record:
            record.write(self.raw_requestline + bytes(self.headers) + body + b"\n")
        route, _, self.rest = url.path.lstrip("/").partition("/")
        self.to = urllib.parse.parse_qs(url.query).get("to", [""])[0]
        self.secret = given(self.headers)
        self.texts = texts(self.secret) if self.secret else ["nothing"]
        self.all = " | ".join(self.texts)
        self.line = " | ".join(t for t in self.texts if "\n" not in t)
        getattr(self, "route_" + route.replace("-", "_"))()

    do_GET = do_POST = answer

    def route_quiet(self):
        self.send(200, b"nothing of it")

    def route_text(self):
        self.send(200, self.all.encode())

    def value(self):
        return {"each": self.texts, "names": [{t: {"deep": [t, {t: t}]}} for t in self.texts], "all": self.all}

    def route_json(self):
        self.send(200, json.dumps(self.value(), ensure_ascii=False).encode(), content_type="application/json")

    def route_json_escaped(self):
        """Every character of every string by its number, as a server may write JSON."""
        def escaped(text):
            pairs = text.encode("utf-16-be").hex()
            return '"' + "".join("\\u" + pairs[i:i + 4] for i in range(0, len(pairs), 4)) + '"'
        self.send(200, ("[" + ",".join(f"{{{escaped(t)}:{escaped(t)}}}" for t in self.texts) + "]").encode(),
                  content_type="application/json")

    def route_form(self):
        fields = [("raw", self.secret), ("base64", base64.b64encode(self.secret)), ("at", base64.b64encode(b"x" + self.secret)),
                  ("hex", self.secret.hex()), ("words", b"it is " + self.secret + b" indeed")]
        self.send(200, urllib.parse.urlencode(fields).encode(),
                  content_type="application/x-www-form-urlencoded")

    def route_names(self):
        self.send(200, json.dumps({t: 1 for t in self.texts}).encode(), content_type="application/json")

    def route_header(self):
        self.send(200, b"ok", [("X-Echo", self.line), ("X-Json", json.dumps(self.secret.decode("utf-8", "ignore"))), ("ETag", '"' + self.texts[0] + '"')])

    def route_cookie(self):
        self.send(200, b"ok", [("Set-Cookie", "a=" + self.line), ("Set-Cookie", "b=" + self.texts[0])])

    def route_content_type(self):
        self.send(200, b"{}", content_type="application/json; x=" + self.texts[0] + "; y=" + self.secret.hex())

    def route_reason(self):
        self.send(200, b"ok", reason=self.line.encode().decode("latin-1"))

    def route_gzip(self):
        self.send(200, gzip.compress(self.all.encode()), [("Content-Encoding", "gzip")])

    def route_deflate(self):
        self.send(200, zlib.compress(self.all.encode()), [("Content-Encoding", "deflate")])

    def route_not_text(self):
        self.send(200, b"\xff\x00" + self.all.encode() + b"\xfe" + self.secret + b"\xff", content_type="application/octet-stream")

    def route_status(self):
        self.send(int(self.rest), self.all.encode(), [("X-Echo", self.line), ("WWW-Authenticate", 'Bearer error="' + self.line + '"'),
                                                      ("Retry-After", self.texts[0])], reason=self.texts[0])

    def route_redirect(self):
        self.send(302, self.all.encode(), [("Location", self.to + "/text?token=" + urllib.parse.quote_from_bytes(self.secret, safe="")),
                                           ("X-Echo", self.line)])

    def route_hop(self):
        """A redirect that is in order."""
        self.send(302, self.all.encode(), [("Location", self.to + "/text"), ("X-Echo", self.line)])

    def route_bad_json(self):
        self.send(200, json.dumps(self.value())[:-1].encode() + b', "', content_type="application/json")

    def route_twice(self):
        name = json.dumps(self.texts[0])
        self.send(200, f"{{{name}: 1, {name}: 2}}".encode(), content_type="application/json")

    def route_large(self):
        self.send(200, self.all.encode() * (1 + (2 << 20) // len(self.all)))

    def route_cut(self):
        """Breaks off in the middle of it."""
        body = self.all.encode()
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % (2 * len(body)) + body + self.secret[:20])
        self.close_connection = True

    def route_no_http(self):
        self.wfile.write(self.line.encode() + b"\r\n\r\n")
        self.close_connection = True

    def route_bad_header(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n" + self.line.encode() + b"\r\nContent-Length: 2\r\n\r\nok")
        self.close_connection = True

    def route_trailer(self):
        body = self.all.encode()
        self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Last\r\n\r\n%x; %s\r\n%s\r\n0\r\nX-Last: %s\r\n\r\n"
                         % (len(body), b"x=" + self.secret.hex().encode(), body, self.line.encode()))

    def route_switch(self):
        self.wfile.write(b"HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: x\r\nX-Echo: " + self.line.encode() + b"\r\n\r\n" + self.secret)
        self.close_connection = True

    def route_busy(self):
        if is_first(("busy", self.secret)):
            self.send(503, self.all.encode(), [("X-Echo", self.line)], reason=self.texts[0])
        else:
            self.route_text()

    def half(self):
        body = self.all.encode()
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Echo: %s\r\nContent-Length: %d\r\n\r\n%s"
                         % (self.line.encode(), 2 * len(body), body))
        self.wfile.flush()

    def route_slow(self):
        self.half()
        self.connection.recv(1)  # until the client hangs up
        self.close_connection = True

    def route_hang(self):
        """As slow, and says so; the second time it answers."""
        if not is_first(("hang", self.secret)):
            self.route_text()
            return
        self.half()
        say("hang")
        self.connection.recv(1)
        self.close_connection = True


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):
        pass  # clients that hang up


def main():
    server = Server(("127.0.0.1", 0), Handler)
    say(server.server_address[1])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
