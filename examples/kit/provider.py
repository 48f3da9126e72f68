"""Liaotong, an invented messenger one can sign in with elsewhere: a small OpenID Connect provider (authorization code, PKCE).

python -m examples.kit.provider --folder DIR [--client troth-gateway] [--port 0]

Whoever comes says who they are: this is a simulation, and there are no passwords. What it tells others of a person is a number that
leads to nobody, and stays the same. Its key lives as long as the process; a code serves once. The folder holds the secret it shares
with its client, and the port it stood at, where it stands again if it can.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import html
import json
import os
import secrets
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from examples.kit.process import ready, tied
from examples.kit.time import now as instant

LASTS: Final = 300
MOST: Final = 100_000
PAGE: Final = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Liaotong</title></head><body><main><h1>Liaotong</h1><p>Simulation: an invented messenger. Say who you are.</p>
<form method="post"><label>Your name here <input name="name" required maxlength="80"></label> <button>Sign in</button></form>
<p><a href="{no}">No, go back</a></p></main></body></html>"""


class Provider:
    """Who asked for whom, and the key by which it is vouched for."""

    def __init__(self, client: str, secret: str) -> None:
        self.client, self.secret, self.base = client, secret, ""
        self._key = RSAKey.generate_key(2048, {"kid": "liaotong"})
        self._codes: dict[str, dict[str, str]] = {}

    def described(self) -> dict[str, object]:
        """What is published of the provider (OpenID Connect Discovery 1.0)."""
        return {
            "issuer": self.base, "authorization_endpoint": f"{self.base}/authorize", "token_endpoint": f"{self.base}/token",
            "jwks_uri": f"{self.base}/keys", "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"], "code_challenge_methods_supported": ["S256"],
        }  # fmt: skip

    def keys(self) -> dict[str, object]:
        """The public key."""
        return {"keys": [self._key.as_dict(private=False)]}

    def vouch(self, asked: dict[str, str], name: str) -> str:
        """The address that brings whoever signed in back, with a code."""
        code = secrets.token_urlsafe(24)
        subject = hmac.new(self.secret.encode(), name.strip().casefold().encode(), "sha256").hexdigest()[:24]
        self._codes[code] = asked | {"sub": subject, "until": str(int(instant().timestamp()) + LASTS)}
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str]) -> dict[str, object] | None:
        """The signed word about whoever a code is of; None for a code that is none, or of somebody else's asking."""
        asked = self._codes.pop(form.get("code", ""), None)
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or int(asked["until"]) < instant().timestamp()
            or not hmac.compare_digest(form.get("client_secret", ""), self.secret)
            or form.get("redirect_uri") != asked["redirect_uri"]
            or base64.urlsafe_b64encode(challenge).decode().rstrip("=") != asked["code_challenge"]
        ):
            return None
        now = int(instant().timestamp())
        claims = {
            "iss": self.base,
            "aud": self.client,
            "sub": asked["sub"],
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + LASTS,
        }
        return {
            "id_token": jwt.encode({"alg": "RS256", "kid": "liaotong"}, claims, self._key),
            "token_type": "Bearer",
        }

    def fits(self, asked: dict[str, str]) -> bool:
        """Whether a request to sign in is complete, and from whom we know."""
        wanted = ("redirect_uri", "state", "nonce", "code_challenge")
        here = urlsplit(asked.get("redirect_uri", "")).hostname in ("127.0.0.1", "localhost")
        return asked.get("client_id") == self.client and here and all(asked.get(one) for one in wanted)


class Door(BaseHTTPRequestHandler):
    """The pages and endpoints."""

    provider: Provider

    def do_GET(self) -> None:
        """What is published, and the page to sign in."""
        path = urlsplit(self.path).path
        if path == "/.well-known/openid-configuration":
            return self._say(200, self.provider.described())
        if path == "/keys":
            return self._say(200, self.provider.keys())
        asked = self._asked()
        if path != "/authorize" or not self.provider.fits(asked):
            return self._say(404 if path != "/authorize" else 400, {"error": "invalid_request"})
        no = f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"
        return self._page(PAGE.format(no=html.escape(no)))

    def do_POST(self) -> None:
        """Somebody said who they are; or a code is exchanged."""
        path, asked, form = urlsplit(self.path).path, self._asked(), self._form()
        if path == "/token":
            found = self.provider.token(form)
            return self._say(200 if found else 400, found or {"error": "invalid_grant"})
        if path != "/authorize" or not self.provider.fits(asked) or not form.get("name", "").strip():
            return self._say(400, {"error": "invalid_request"})
        self.send_response(303)
        self.send_header("Location", self.provider.vouch(asked, form["name"]))
        self.send_header("Content-Length", "0")
        self.end_headers()
        return None

    def _asked(self) -> dict[str, str]:
        return {name: one[0] for name, one in parse_qs(urlsplit(self.path).query).items()}

    def _form(self) -> dict[str, str]:
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MOST)).decode(
            "utf-8", "replace"
        )
        return {name: one[0] for name, one in parse_qs(body).items()}

    def _say(self, status: int, plain: dict[str, Any]) -> None:
        self._send(status, json.dumps(plain).encode(), "application/json")

    def _page(self, text: str) -> None:
        self._send(200, text.encode(), "text/html; charset=utf-8")

    def _send(self, status: int, data: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed: who signs in where is nobody's business."""


def secret_in(folder: Path) -> str:
    """The secret that client and provider share, in a file that its owner alone can read; made where there is none."""
    file = folder / "secret"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with os.fdopen(
            os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as out:
            out.write(secrets.token_urlsafe(32))
    return file.read_text(encoding="utf-8").strip()


def stand(folder: Path, port: int, door: type[Door]) -> ThreadingHTTPServer:
    """The server, at the port that is named, or else where it stood before, or else anywhere: its address is part of its name."""
    noted = folder / "port"
    for wanted in (port or int(noted.read_text() if noted.exists() else 0), 0):
        try:
            server = ThreadingHTTPServer(("127.0.0.1", wanted), door)
        except OSError:
            if port:
                raise
            continue
        noted.write_text(str(server.server_address[1]))
        return server
    raise OSError("no port is free")


def main() -> None:
    """Open the provider's door."""
    parser = argparse.ArgumentParser(
        description="Liaotong (simulation): a messenger one can sign in with elsewhere."
    )
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--client", default="troth-gateway")
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    tied()
    provider = Provider(args.client, secret_in(args.folder))
    server = stand(args.folder, args.port, type("Liaotong", (Door,), {"provider": provider}))
    provider.base = f"http://127.0.0.1:{server.server_address[1]}"
    ready(port=server.server_address[1])
    server.serve_forever()


if __name__ == "__main__":
    main()
