#!/usr/bin/env python3
"""A server for tests of the http node, on a free port of 127.0.0.1; prints the port, lives until its input ends.

usage: http_server.py [CERTIFICATE KEY]     with them it speaks TLS

Nothing here waits for time: what is slow never answers, and ends when the client hangs up.
"""
import email.utils
import gzip
import json
import socket
import ssl
import struct
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

counts = {}
counts_lock = threading.Condition()


def count(name):
    with counts_lock:
        counts[name] = counts.get(name, 0) + 1
        counts_lock.notify_all()
        return counts[name]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def send(self, status, body=b"", headers=(), content_type="text/plain; charset=utf-8"):
        self.send_response(status)
        if content_type:
            self.send_header("Content-Type", content_type)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_json(self, status, value, headers=()):
        self.send(status, json.dumps(value).encode(), headers, "application/json")

    def answer(self):
        url = urllib.parse.urlsplit(self.path)
        route, _, rest = url.path.lstrip("/").partition("/")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        count("requests")
        getattr(self, "route_" + route.replace("-", "_"), self.route_missing)(rest, url, body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

    def route_missing(self, rest, url, body):
        self.send(404, b"no such route")

    def route_echo(self, rest, url, body):
        """Header values backwards as well: the one way back that no mask knows."""
        headers = [[name.lower(), value] for name, value in self.headers.items()]
        self.send_json(200, {"method": self.command, "path": url.path, "query": urllib.parse.parse_qsl(url.query),
                             "headers": headers, "backwards": [[name, value[::-1]] for name, value in headers],
                             "body": body.decode("utf-8", "replace")})

    def route_back(self, rest, url, body):
        """/back/HOW: gives the secret of the Authorization header back."""
        secret = self.headers["Authorization"].split(" ", 1)[1]
        if rest == "json":
            self.send_json(200, {"text": "it is " + secret, secret: [secret, 1], "twice": json.dumps(secret)})
        elif rest == "bad-json":
            self.send(200, b'{"a": "' + secret.encode(), content_type="application/json")
        elif rest == "text":
            self.send(200, secret.encode())
        elif rest == "bytes":
            self.send(200, b"\xff\xfe" + secret.encode(), content_type="application/octet-stream")
        elif rest == "gzip":
            self.send(200, gzip.compress(secret.encode()), [("Content-Encoding", "gzip")])
        elif rest == "header":
            self.send(200, b"", [("X-Back", secret), ("Set-Cookie", "s=" + secret)])
        elif rest == "error":
            self.send(500, secret.encode())
        elif rest == "redirect":
            to = urllib.parse.parse_qs(url.query).get("to", ["/echo"])[0]
            self.send(302, secret.encode(), [("Location", to + "?token=" + urllib.parse.quote(secret))])
        else:
            self.route_missing(rest, url, body)

    def route_requests(self, rest, url, body):
        with counts_lock:
            self.send_json(200, counts.get("requests", 0))

    def route_status(self, rest, url, body):
        self.send(int(rest), b"SECRET-OF-THE-BODY")

    def route_redirect(self, rest, url, body):
        """/redirect/N: N hops, then /echo."""
        left = int(rest)
        self.send(302, b"moved", [("Location", f"/redirect/{left - 1}" if left > 1 else "/echo")])

    def route_moved(self, rest, url, body):
        """/moved/STATUS?to=URL"""
        self.send(int(rest), b"moved", [("Location", urllib.parse.parse_qs(url.query)["to"][0])])

    def route_await(self, rest, url, body):
        """/await/NAME: answers once /silent/NAME was asked for."""
        with counts_lock:
            counts_lock.wait_for(lambda: counts.get("silent " + rest))
        self.send_json(200, counts["silent " + rest])

    def route_silent(self, rest, url, body):
        count("silent " + rest)
        self.connection.recv(1)  # until the client hangs up

    def route_half(self, rest, url, body):
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"half")
        self.wfile.flush()
        self.connection.recv(1)

    def route_large(self, rest, url, body):
        self.send(200, b"x" * int(rest))

    def route_endless(self, rest, url, body):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        block = b"x" * 4096
        while True:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(block), block))

    def route_json(self, rest, url, body):
        texts = {"good": b'{"a": [1, 2.5, "\xc3\xa4"]}', "bad": b'{"SECRET-OF-THE-BODY": ', "twice": b'{"a": 1, "a": 2}',
                 "deep": b"[" * 5000 + b"]" * 5000, "surrogate": b'"\\ud800"', "empty": b"", "utf8": b'"\xff"'}
        self.send(200, texts[rest], content_type="application/problem+json; charset=utf-8")

    def route_bytes(self, rest, url, body):
        self.send(200, b"\xff\xfe\x00\x01", content_type="application/octet-stream")

    def route_gzip(self, rest, url, body):
        """/gzip/BYTES of zeros, which pack a thousandfold."""
        packed = gzip.compress(b"0" * int(rest))
        self.send(200, packed, [("Content-Encoding", "gzip")])

    def route_busy(self, rest, url, body):
        """/busy/STATUS/NAME?retry-after=X: once, then 200."""
        status, _, name = rest.partition("/")
        if count("busy " + name) > 1:
            self.send_json(200, {"key": self.headers.get("Idempotency-Key")})
            return
        asked = urllib.parse.parse_qs(url.query)["retry-after"][0]
        if asked.startswith("date+"):  # so many seconds after this answer's own Date
            then = int(email.utils.parsedate_to_datetime(self.date_time_string()).timestamp()) + int(asked[5:])
            asked = email.utils.formatdate(then, usegmt=True)
        self.send(int(status), b"busy", [("Retry-After", asked)])

    def route_cookies(self, rest, url, body):
        self.send(200, b"", [("Set-Cookie", "a=1, 2"), ("Set-Cookie", "b=2"), ("X-Many", "1"), ("x-many", "2"),
                             ("X-Latin", "caf\xe9")])

    def route_headers(self, rest, url, body):
        self.send(200, b"", [(f"X-{i}", "y" * 100) for i in range(int(rest))])

    def route_reset(self, rest, url, body):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def route_raw(self, rest, url, body):
        """/raw/NAME: these bytes, and then nothing until the client hangs up."""
        start = b"HTTP/1.1 "
        end = b"\r\n\r\n"
        self.wfile.write({
            "line": start + b"200 OK\r\nX: " + b"a" * 150_000 + end,
            "encoding": start + b"503 Busy\r\nContent-Encoding: foo\r\nRetry-After: 5\r\nContent-Length: 5" + end + b"busy!",
            "twice": start + b"200 OK\r\nContent-Encoding: gzip, gzip\r\nContent-Length: 2" + end + b"ok",
            "twice-in-lines": start + b"200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: deflate, chunked" + end,
            "twice-unwanted": start + b"404 Missing\r\nContent-Encoding: gzip, gzip\r\nContent-Length: 2" + end + b"ok",
            "late": start + b"404 Missing\r\nContent-Length: 5" + end,
            "switch": start + b"101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: mine" + end + b"mine",
            "moved": start + b"302 Found\r\nLocation: /echo\r\nContent-Length: 5" + end,
            "hints": start + b"103 Early Hints\r\nX-Early: 1" + end + start + b"200 OK\r\nContent-Length: 2" + end + b"ok",
            "trailer": start + b"200 OK\r\nX-First: 1\r\nTrailer: X-First, X-Last\r\nTransfer-Encoding: chunked" + end
                       + b"2\r\nok\r\n0\r\nX-First: 2\r\nX-Last: 3" + end,
        }[rest])
        self.wfile.flush()
        self.connection.recv(1)

    def route_no_http(self, rest, url, body):
        self.wfile.write(b"this is no HTTP\r\n\r\n")
        self.close_connection = True


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):
        pass  # clients that hang up are what the tests are about

    def finish_request(self, request, client_address):
        if self.tls:
            request = self.tls.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)


def main():
    server = Server(("127.0.0.1", 0), Handler)
    server.tls = None
    if len(sys.argv) > 2:
        server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.tls.load_cert_chain(sys.argv[1], sys.argv[2])
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
