"""A provider on a real port that says what it is told to: right things, and every kind of wrong one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER = RSAKey.generate_key(2048, {"kid": "one"})


def part(said: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


class Liar:
    """What it will say next, and what it was asked."""

    def __init__(self) -> None:
        self.base = ""
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.claims: dict[str, Any] = {}
        self.forge = ""
        self.issuer = ""
        self.endpoint = ""

    def authorise(self, url: str, subject: str = "wx-42") -> tuple[str, str]:
        """What a browser brings back: (state, code)."""
        asked = {name: one[0] for name, one in parse_qs(urlsplit(url).query).items()}
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked | {"sub": subject}
        return asked["state"], code

    def described(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer or self.base,
            "authorization_endpoint": f"{self.base}/authorize",
            "token_endpoint": self.endpoint or f"{self.base}/token",
            "jwks_uri": f"{self.base}/keys",
        }

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        asked = self.codes.pop(form.get("code", ""), None)
        if (
            asked is None
            or form.get("redirect_uri") != asked["redirect_uri"]
            or form.get("client_secret") != "s3cret"
        ):
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
            return None
        now = int(time.time())
        claims = {
            "iss": self.base, "aud": asked["client_id"], "sub": asked["sub"], "nonce": asked["nonce"],
            "iat": now, "exp": now + 300, "email": "owner@people.example", "email_verified": True,
        } | self.claims  # fmt: skip
        return {
            "id_token": self.signed({k: v for k, v in claims.items() if v is not None}),
            "token_type": "Bearer",
        }

    def signed(self, claims: dict[str, Any]) -> str:
        if self.forge == "none":
            return f"{part({'alg': 'none'})}.{part(claims)}."
        if self.forge == "hmac":
            said = f"{part({'alg': 'HS256', 'kid': 'one'})}.{part(claims)}"
            mark = hmac.digest(KEY.as_pem(private=False), said.encode(), "sha256")
            return f"{said}.{base64.urlsafe_b64encode(mark).decode().rstrip('=')}"
        key = OTHER if self.forge == "key" else KEY
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)


@contextmanager
def lying() -> Iterator[Liar]:
    liar = Liar()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            liar.asked.append(self.path)
            keys = {"keys": [KEY.as_dict(private=False)]}
            self._say(keys if self.path == "/keys" else liar.described())

        def do_POST(self) -> None:
            liar.asked.append(self.path)
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self._say(liar.token({name: one[0] for name, one in parse_qs(body).items()}))

        def _say(self, said: Any) -> None:
            self.send_response(200 if said else 400)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(said or {"error": "invalid_grant"}).encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    liar.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield liar
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
