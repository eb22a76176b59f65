#!/usr/bin/env python3
"""A server for tests of the source `vault`, on a free port of 127.0.0.1; prints the port, lives until its input ends.

usage: vault_server.py [CERTIFICATE KEY]     with them it speaks TLS

It answers as HashiCorp documents the HTTP API of Vault (key-value engine version 2, AppRole); no line of it was seen
running against a real Vault. What is below /test/ is for the tests: it sets and tells what the server does and saw.
Nothing here waits for time: what is slow never answers, and ends when the client hangs up.
"""
import json
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CANARY = "CANARY-secret-value-0123456789"
ROLE_ID = 'role "1"'.replace(" ", "-")  # with characters that JSON escapes

state_lock = threading.Lock()
state = {}


def reset():
    state.clear()
    state.update(tokens=["hvs.CANARY-static-token"], secret_id="CANARY-secret-id\\", lease=3600, uses=0, logins=0, reads=0,
                 login_status=200, last={}, data=dict(DATA), uses_left={})


# PATH -> data of the newest version
DATA = {
    "app/db": {"password": CANARY, "user": "u-0123456789", "port": 5432, "none": None, "list": [CANARY], "on": True,
               "empty": "", "escaped": "\"\\/\b\f\n\r\t\u0000\u00e4\u20ac\U0001f600 " + CANARY},
    "app/other": {"password": "another"},
    "a b/c%d+e?": {"x": "odd path"},
    "ns/only": {"x": "of a namespace"},
    "large": {"x": CANARY * 4000},
    "fits": {"x": "y" * 60_000},
}

RAW = {  # bodies of status 200 that are none of a key-value engine
    "empty": b"",
    "cut": b'{"data": {"data": {"x": "CANARY',
    "twice": b'{"data": {"data": {"x": "CANARY-1", "x": "CANARY-2"}, "metadata": {"version": 1}}}',
    "deep": b'{"data": {"data": {"x": ' + b"[" * 500 + b"]" * 500 + b'}, "metadata": {"version": 1}}}',
    "utf8": b'{"data": {"data": {"x": "CANARY\xff"}, "metadata": {"version": 1}}}',
    "surrogate": b'{"data": {"data": {"x": "CANARY\\ud800"}, "metadata": {"version": 1}}}',
    "html": b"<html>CANARY</html>",
    "v1": b'{"data": {"x": "CANARY"}}',
    "no-version": b'{"data": {"data": {"x": "CANARY"}, "metadata": {}}}',
    "text-version": b'{"data": {"data": {"x": "CANARY"}, "metadata": {"version": "1"}}}',
    "null": b'{"data": {"data": null, "metadata": {"version": 1}}}',
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def send(self, status, body, headers=()):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_json(self, status, value, headers=()):
        self.send(status, json.dumps(value).encode(), headers)

    def send_errors(self, status, *errors):
        self.send_json(status, {"errors": list(errors) + ["CANARY of an error's body"]})

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with state_lock:
            kind, _, rest = self.path.lstrip("/").partition("/")
            if kind == "test":
                self.answer_test(rest, body)
            elif kind == "v1":
                state["last"] = {"method": self.command, "path": self.path, "body": body.decode("utf-8", "replace"),
                                 "headers": {name.lower(): value for name, value in self.headers.items()}}
                self.answer_vault(rest, body)
            else:
                self.send_errors(404)

    do_GET = do_POST = answer

    def answer_test(self, what, body):
        if what == "reset":
            reset()
        elif what == "set":
            state.update(json.loads(body))
        elif what == "revoke":
            state["tokens"] = []
        seen = {name: state[name] for name in ("logins", "reads", "last")}
        self.send_json(200, seen)

    def answer_vault(self, path, body):
        if path == "auth/approle/login":
            return self.login(body)
        state["reads"] += 1
        token = self.headers.get("X-Vault-Token")
        if self.command != "GET":
            return self.send_errors(405)
        if token not in state["tokens"]:
            return self.send_errors(403, "permission denied")
        if token in state["uses_left"]:
            state["uses_left"][token] -= 1
            if state["uses_left"][token] < 0:
                return self.send_errors(403, "permission denied")
        for mount in ("secret/data/", "kv/team/data/"):
            if path.startswith(mount):
                return self.read(path[len(mount):])
        self.send_errors(404, "no handler for route")

    def login(self, body):
        state["logins"] += 1
        if state["login_status"] != 200:
            return self.send_errors(state["login_status"])
        given = json.loads(body)
        if given != {"role_id": ROLE_ID, "secret_id": state["secret_id"]}:
            return self.send_errors(400, "invalid role or secret ID")
        token = f"hvs.CANARY-login-{state['logins']}"
        state["tokens"].append(token)
        if state["uses"]:
            state["uses_left"][token] = state["uses"]
        self.send_json(200, {"request_id": "0", "lease_id": "", "renewable": False, "lease_duration": 0, "data": None,
                             "wrap_info": None, "warnings": None,
                             "auth": {"client_token": token, "accessor": "a", "policies": ["default"], "metadata": {},
                                      "lease_duration": state["lease"], "renewable": True, "num_uses": state["uses"]}})

    def read(self, encoded):
        path = "".join(_unquote(encoded))
        kind, _, rest = path.partition("/")
        if kind == "status":
            return self.send_errors(int(rest))
        if kind == "moved":
            return self.send(307, b"", [("Location", "/v1/secret/data/app/db")])
        if kind == "raw":
            return self.send(200, RAW[rest])
        if kind == "loud":
            return self.send_json(404, {"errors": ["CANARY " * 30_000]})
        if kind == "slow":
            return self.connection.recv(1)  # until the client hangs up
        if kind == "half":
            return self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\": \"CANARY") and self.hang_up()
        if kind == "busy-half":
            return self.wfile.write(b"HTTP/1.1 429 Busy\r\nContent-Length: 100\r\n\r\n{\"data\": \"CANARY") and self.hang_up()
        if kind == "forbidden":
            return self.send_errors(403, "permission denied")
        metadata = {"created_time": "2024-01-02T03:04:05.678Z", "custom_metadata": None, "deletion_time": "",
                    "destroyed": False, "version": 3}
        if kind == "deleted":
            metadata["deletion_time"] = "2024-02-02T03:04:05.678Z"
            return self.send_json(404, {"request_id": "0", "data": {"data": None, "metadata": metadata}})
        if (kind == "ns") != (self.headers.get("X-Vault-Namespace") == "team-a/x"):
            return self.send_json(404, {"errors": []})
        if path not in state["data"]:
            return self.send_json(404, {"errors": []})
        self.send_json(200, {"request_id": "0", "lease_id": "", "renewable": False, "lease_duration": 0,
                             "data": {"data": state["data"][path], "metadata": metadata}, "wrap_info": None,
                             "warnings": None, "auth": None})

    def hang_up(self):
        self.wfile.flush()
        self.close_connection = True


def _unquote(text):
    """Once only, and nothing else: `+` is a plus."""
    parts = text.split("%")
    return [parts[0]] + [chr(int(p[:2], 16)) + p[2:] for p in parts[1:]]


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # clients that hang up are what the tests are about

    def finish_request(self, request, client_address):
        if self.tls:
            request = self.tls.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)


def main():
    reset()
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
