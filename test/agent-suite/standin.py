"""A scripted server: speaks just enough of Vault's API to put an agent into situations a real server cannot be
asked for, and writes down every request it gets.

    standin.py PORT LOG

PUT /_/set with a JSON object changes its state (below); LOG gets one JSON line a request.
"""
import datetime
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

STATE = {
    "login_status": 200, "login_failures": 0, "ttl": 3600, "renewable": True, "renew_status": 200, "token": "",
    "kv": {}, "kv_one": {}, "kv_status": 200, "kv_failures": 0, "ui_status": 200,
    "creds_ttl": 4, "creds_renewable": False, "creds_status": 200, "lease_renew_status": 200, "data": {},
    "redirect": "", "huge": 0, "pki_ttl": 3600, "slow": 0, "wrap_path": "", "health": 200,
}
COUNT = {"login": 0, "creds": 0, "pki": 0, "lease": 0}
LOCK = threading.Lock()
LOG = open(sys.argv[2], "a", buffering=1, encoding="utf-8")


def stamp(seconds):
    moment = datetime.datetime.fromtimestamp(time.time() + seconds, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def answer(data=None, auth=None, wrap=None, lease="", ttl=0, renewable=False):
    return {"request_id": "00000000-0000-0000-0000-000000000001", "lease_id": lease, "renewable": renewable,
            "lease_duration": ttl, "data": data, "auth": auth, "wrap_info": wrap, "warnings": None}


AUTHORITY = []


def certificate(seconds, name):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)

    def make(subject, issuer, key, signer, life):
        names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (subject, issuer)]
        return (x509.CertificateBuilder().subject_name(names[0]).issuer_name(names[1]).public_key(key.public_key())
                .serial_number(x509.random_serial_number()).not_valid_before(now)
                .not_valid_after(now + datetime.timedelta(seconds=life))
                .add_extension(x509.BasicConstraints(ca=key is signer, path_length=None), critical=True)
                .sign(signer, hashes.SHA256()))

    def pem(made):
        return made.public_bytes(serialization.Encoding.PEM).decode().strip()

    if not AUTHORITY:
        root = ec.generate_private_key(ec.SECP256R1())
        AUTHORITY.extend((root, pem(make("standin CA", "standin CA", root, root, 86400))))
    key = ec.generate_private_key(ec.SECP256R1())
    made = make(name, "standin CA", key, AUTHORITY[0], seconds)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL,
                                serialization.NoEncryption()).decode().strip()
    return {"certificate": pem(made), "issuing_ca": AUTHORITY[1], "ca_chain": [AUTHORITY[1]], "private_key": private,
            "private_key_type": "ec", "serial_number": f"{made.serial_number:x}",
            "expiration": int(made.not_valid_after_utc.timestamp())}


def token_auth(token):
    return {"client_token": token, "accessor": "accessor-" + token[-6:], "policies": ["default"],
            "token_policies": ["default"], "metadata": None, "lease_duration": STATE["ttl"],
            "renewable": STATE["renewable"], "entity_id": "", "token_type": "service", "orphan": True,
            "mfa_requirement": None, "num_uses": 0}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body=None, headers=()):
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        if raw:
            self.send_header("Content-Type", "application/json")
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def refuse(self, status, text):
        self.reply(status, {"errors": [text]})

    def any(self):
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length) if length else b""
        parts = urlsplit(self.path)
        path = parts.path
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            body = None
        if path == "/_/set":
            with LOCK:
                STATE.update(body)
            return self.reply(204)
        if path == "/_/state":
            return self.reply(200, {**STATE, "count": COUNT})
        LOG.write(json.dumps({
            "time": time.time(), "method": self.command, "path": path, "query": parts.query,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": body if body is not None else raw.decode("utf-8", "replace"),
            "client": self.client_address[0],
        }) + "\n")
        if STATE["slow"]:
            time.sleep(STATE["slow"])
        if STATE["redirect"] and not path.startswith("/v1/sys/health"):
            return self.reply(307, None, [("Location", STATE["redirect"] + self.path)])
        return self.route(path.removeprefix("/v1/").strip("/"), body, parts.query)

    def route(self, path, body, query):
        token = self.headers.get("X-Vault-Token", "")
        if path == "sys/health":
            return self.reply(STATE["health"], {"initialized": True, "sealed": False, "standby": False, "version": "1.17.0"})
        if path.startswith("auth/") and ("/login" in path):
            return self.login(path)
        if path == "auth/token/renew-self":
            if STATE["renew_status"] != 200:
                return self.refuse(STATE["renew_status"], "permission denied")
            return self.reply(200, answer(auth=token_auth(token), ttl=0))
        if path == "auth/token/lookup-self":
            return self.reply(200, answer(data={
                "id": token, "accessor": "accessor-" + token[-6:], "ttl": STATE["ttl"], "creation_ttl": STATE["ttl"],
                "renewable": STATE["renewable"], "policies": ["default"], "expire_time": stamp(STATE["ttl"]),
                "creation_time": int(time.time()), "type": "service", "path": "auth/standin/login", "num_uses": 0,
                "display_name": "standin", "entity_id": "", "explicit_max_ttl": 0, "meta": None, "orphan": True}))
        if path.startswith("sys/internal/ui/mounts/"):
            return self.mount(path.removeprefix("sys/internal/ui/mounts/"))
        if path == "sys/wrapping/wrap":
            return self.reply(200, answer(wrap=self.wrapped("sys/wrapping/wrap", "")))
        if path in ("sys/leases/renew", "sys/renew"):
            if STATE["lease_renew_status"] != 200:
                return self.refuse(STATE["lease_renew_status"], "lease not found")
            return self.reply(200, answer(data=None, lease=body["lease_id"], ttl=STATE["creds_ttl"], renewable=True))
        if path.startswith("two/"):
            return self.kv(path, query)
        if path.startswith("one/"):
            found = STATE["kv_one"].get(path.removeprefix("one/"))
            return self.reply(200, answer(data=found, ttl=2764800)) if found is not None else self.reply(404, {"errors": []})
        if path.startswith("dyn/creds/"):
            if STATE["creds_status"] != 200:
                return self.refuse(STATE["creds_status"], "no credentials today")
            with LOCK:
                COUNT["creds"] += 1
                number = COUNT["creds"]
            data = {"username": f"user-{number}", "password": f"pass-{number}"}
            return self.reply(200, answer(data=data, lease=f"{path}/{number}", ttl=STATE["creds_ttl"],
                                          renewable=STATE["creds_renewable"]))
        if path.startswith("any/"):
            data = STATE["data"].get(path.removeprefix("any/"))
            with LOCK:
                COUNT["lease"] += 1
            if data is None:
                return self.reply(404, {"errors": []})
            return self.reply(200, answer(data={**data, "count": COUNT["lease"]}))
        if path.startswith("pki/issue/"):
            with LOCK:
                COUNT["pki"] += 1
            return self.reply(200, answer(data=certificate(STATE["pki_ttl"], f"standin-{COUNT['pki']}")))
        if path.startswith("huge/"):
            return self.reply(200, answer(data={"data": {"v": "x" * STATE["huge"]}, "metadata": {"version": 1, "deletion_time": "", "destroyed": False}}))
        if path.startswith("echo/"):
            return self.reply(200, answer(data={"method": self.command, "path": path, "query": query, "body": body}))
        return self.refuse(403, "permission denied")

    def login(self, path):
        with LOCK:
            if STATE["login_failures"] > 0:
                STATE["login_failures"] -= 1
                return self.refuse(400, "not yet")
            if STATE["login_status"] != 200:
                return self.refuse(STATE["login_status"], "invalid role or secret ID")
            COUNT["login"] += 1
            token = STATE["token"] or f"hvs.standin{COUNT['login']:06d}"
        if self.headers.get("X-Vault-Wrap-TTL"):
            return self.reply(200, answer(wrap=self.wrapped(STATE["wrap_path"] or path, "accessor-of-token")))
        return self.reply(200, answer(auth=token_auth(token)))

    def wrapped(self, path, accessor):
        ttl = self.headers.get("X-Vault-Wrap-TTL", "300")
        seconds = int(ttl.rstrip("s")) if ttl.rstrip("s").isdigit() else 300
        made = {"token": "hvs.wrapping000001", "accessor": "accessor-of-wrapping", "ttl": seconds,
                "creation_time": stamp(0), "creation_path": path}
        return {**made, "wrapped_accessor": accessor} if accessor else made

    def mount(self, path):
        if STATE["ui_status"] != 200:
            return self.refuse(STATE["ui_status"], "preflight capability check returned 403, please ensure client's policies grant access to path \"x/\"")
        first = path.split("/")[0]
        kinds = {"two": ("kv", {"version": "2"}), "huge": ("kv", {"version": "2"}), "one": ("kv", {"version": "1"}),
                 "dyn": ("database", None), "any": ("generic", None), "pki": ("pki", None), "echo": ("echo", None)}
        kind, options = kinds.get(first, ("", None))
        if not kind:
            return self.refuse(403, "permission denied")
        return self.reply(200, answer(data={"path": first + "/", "type": kind, "options": options}))

    def kv(self, path, query):
        with LOCK:
            if STATE["kv_failures"] > 0:
                STATE["kv_failures"] -= 1
                return self.refuse(500, "internal error")
        if STATE["kv_status"] != 200:
            return self.refuse(STATE["kv_status"], "permission denied")
        found = STATE["kv"].get(path.removeprefix("two/data/"))
        if found is None:
            return self.reply(404, {"errors": []})
        return self.reply(200, answer(data={"data": found, "metadata": {
            "created_time": stamp(-60), "custom_metadata": None, "deletion_time": "", "destroyed": False, "version": 1}}))

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_LIST = do_HEAD = any


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):
        pass


server = Server(("127.0.0.1", int(sys.argv[1])), Handler)
server.serve_forever()
