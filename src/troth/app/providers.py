"""Signing in at a provider: OpenID Connect Core 1.0 by the authorization code flow, with PKCE (RFC 7636), state and nonce.

A provider is named per organisation in `accounts.yaml`; its secret lies in a file that its owner alone can read, or in the
environment. What was begun is kept in memory, bound to the browser that began it, for ten minutes and one answer. Of what the
provider says only issuer and subject are taken. The library checks signatures and claims (joserfc): algorithms are named
beforehand, so that `none`, or a public key used as a shared secret, is no way in.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from troth.accounts import NotLetIn, Vouched
from troth.app.config import Home
from troth.app.lobby import AccountsUnreadable, read_choices
from troth.kernel.clock import Clock
from troth.kernel.entropy import Entropy
from troth.kernel.errors import OperatorError
from troth.ledger.errors import KeyProblem
from troth.post import secret_of

LASTS: Final = timedelta(minutes=10)
MOST: Final = 2000
PATIENCE: Final = 10.0
"""Seconds a provider is waited for."""
FRESH: Final = timedelta(hours=1)
SKEW: Final = 60
"""Seconds by which a provider's clock may differ."""
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_KNOWN: Final = frozenset({"label", "issuer", "client", "secret"})


class ProviderFailed(OperatorError):
    """A provider does not answer, or not as OpenID Connect asks."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Where people may sign in instead."""

    id: str
    label: str
    issuer: str
    client: str
    secret: str = field(repr=False)
    scope: str = "openid"


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and the two halves it must bring back: `state` by the address, `binding` by its cookie."""

    url: str
    state: str
    binding: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Pending:
    provider: Provider
    redirect: str
    nonce: str
    verifier: str
    binding: str
    begun: datetime
    link: str


@dataclass(slots=True)
class _Known:
    """What a provider publishes, as it was when last asked."""

    at: datetime
    authorize: str
    token: str
    keys_at: str
    keys: KeySet | None = None


def providers_of(home: Home, organisation: str) -> dict[str, Provider]:
    """The providers that the operator named for an organisation. Raises AccountsUnreadable."""
    said = read_choices(home).get("providers", {}).get(organisation, {})
    if not isinstance(said, dict):
        raise AccountsUnreadable(f"`providers` of {organisation} is no list by id.")
    return {id: provider_of(str(id), one) for id, one in said.items()}


def provider_of(id: str, said: Any, *, secret: bool = True) -> Provider:
    """A provider as an operator wrote it down; `secret`: with what only it may know. Raises AccountsUnreadable."""
    if (
        not isinstance(said, dict)
        or set(said) != _KNOWN
        or not all(isinstance(one, str) for one in said.values())
    ):
        raise AccountsUnreadable(f"The provider {id} says something else than {', '.join(sorted(_KNOWN))}.")
    parts = urlsplit(said["issuer"])
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
        raise AccountsUnreadable(f"The issuer of {id} is no https address.", "Write https://….")
    kept = _secret(id, said["secret"]) if secret else ""
    return Provider(id, said["label"], said["issuer"].rstrip("/"), said["client"], kept)


def _secret(id: str, named: str) -> str:
    """The client's secret, from the environment or from a file that its owner alone can read."""
    if named.startswith("env:"):
        found = os.environ.get(named[4:], "")
        if not found:
            raise AccountsUnreadable(f"The secret of {id} is not in the environment.", f"Set {named[4:]}.")
        return found
    try:
        return secret_of(Path(named)).strip()
    except KeyProblem as problem:
        raise AccountsUnreadable(f"The secret of {id} is not to be had. {problem.message}") from None


class Providers:
    """The providers of one organisation. Threads may share it."""

    def __init__(self, providers: Mapping[str, Provider], clock: Clock, entropy: Entropy) -> None:
        self.named = dict(providers)
        self._clock, self._entropy = clock, entropy
        self._pending: dict[str, _Pending] = {}
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()

    def begin(self, id: str, redirect: str, *, link: str = "") -> Begun:
        """Where the person goes to sign in; `link` is the session whose account is to be linked. Raises NotLetIn, ProviderFailed."""
        provider = self.named.get(id)
        if provider is None:
            raise NotLetIn("No such provider is set up here.", "Choose another way in.")
        known = self._published(provider)
        state, nonce, verifier, binding = (self._random() for _ in range(4))
        now = self._clock.now()
        with self._lock:
            held = [(name, one) for name, one in self._pending.items() if _lasts(one, now)]
            self._pending = dict(held[-(MOST - 1) :])
            self._pending[_digest(state)] = _Pending(
                provider, redirect, nonce, verifier, _digest(binding), now, link
            )
        asked = {
            "response_type": "code", "client_id": provider.client, "redirect_uri": redirect,
            "scope": provider.scope, "state": state, "nonce": nonce,
            "code_challenge": _challenge(verifier), "code_challenge_method": "S256",
        }  # fmt: skip
        joint = "&" if "?" in known.authorize else "?"
        return Begun(f"{known.authorize}{joint}{urlencode(asked)}", state, binding)

    def finish(self, state: str, code: str, binding: str) -> tuple[Vouched, str]:
        """Whom the provider vouches for, and the session to link (''). What was begun ends here, whatever comes of it.

        Raises NotLetIn for a state that was not begun in this browser, a code that is none, or words that do not hold.
        """
        vouched, link, _ = self.told(state, code, binding)
        return vouched, link

    def told(
        self, state: str, code: str, binding: str, id: str = ""
    ) -> tuple[Vouched, str, Mapping[str, Any]]:
        """As `finish`, with every claim of the provider. `id` is the provider at whose own address the browser came back: a code
        of another is not taken to it (RFC 9207, 2). Raises NotLetIn, ProviderFailed."""
        with self._lock:
            held = self._pending.pop(_digest(state), None)
        if held is None or not _lasts(held, self._clock.now()):
            raise _refused("was not begun here, or too long ago")
        if not hmac.compare_digest(held.binding, _digest(binding)):
            raise _refused("was begun in another browser")
        if id and id != held.provider.id:
            raise _refused("was begun at another provider")
        claims = self._claims(held, self._redeemed(held, code))
        return Vouched(held.provider.id, held.provider.issuer, str(claims["sub"])), held.link, claims

    def drop(self, state: str) -> str:
        """Forget what was begun; the provider it was for, or ''."""
        with self._lock:
            held = self._pending.pop(_digest(state), None)
        return held.provider.id if held is not None else ""

    # --- what the provider says ----------------------------------------------------------------------------------------------

    def _redeemed(self, held: _Pending, code: str) -> str:
        provider = held.provider
        sent = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": held.redirect,
            "client_id": provider.client, "client_secret": provider.secret, "code_verifier": held.verifier,
        }  # fmt: skip
        answer = self._asked("POST", self._published(provider).token, data=sent)
        token = answer.get("id_token") if answer else None
        if not isinstance(token, str):
            raise _refused("brought no code that the provider knows")
        return token

    def _claims(self, held: _Pending, token: str) -> Mapping[str, Any]:
        """The claims, once signature, issuer, audience, time and nonce hold (OpenID Connect Core 1.0, 3.1.3.7)."""
        provider = held.provider
        registry = jwt.JWTClaimsRegistry(
            now=int(self._clock.now().timestamp()), leeway=SKEW,
            iss={"essential": True, "value": provider.issuer}, aud={"essential": True, "value": provider.client},
            nonce={"essential": True, "value": held.nonce}, exp={"essential": True}, iat={"essential": True},
            sub={"essential": True},
        )  # fmt: skip
        try:
            claims = self._decoded(provider, token)
            registry.validate(claims)
        except (JoseError, ValueError) as problem:
            raise _refused("does not hold") from problem
        audience, subject = claims["aud"], claims["sub"]
        alone = audience == provider.client or audience == [provider.client]
        if not alone or claims.get("azp", provider.client) != provider.client:
            raise _refused("is for somebody else too")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise _refused("names nobody")
        return claims

    def _decoded(self, provider: Provider, token: str) -> dict[str, Any]:
        """The claims of a token that is signed by a key the provider publishes; its keys are asked for anew once."""
        try:
            return dict(jwt.decode(token, self._keys(provider), algorithms=list(ALGORITHMS)).claims)
        except (JoseError, ValueError):
            return dict(
                jwt.decode(token, self._keys(provider, anew=True), algorithms=list(ALGORITHMS)).claims
            )

    def _published(self, provider: Provider) -> _Known:
        now, found = self._clock.now(), self._known.get(provider.id)
        if found is not None and timedelta(0) <= now - found.at < FRESH:
            return found
        said = self._asked("GET", f"{provider.issuer}/.well-known/openid-configuration")
        ends = [said.get(f"{name}_endpoint") for name in ("authorization", "token")] if said else []
        keys = said.get("jwks_uri") if said else None
        if not said or str(said.get("issuer", "")).rstrip("/") != provider.issuer:
            raise ProviderFailed(f"The provider {provider.id} does not describe itself under its issuer.")
        if not all(isinstance(one, str) and _safe(one) for one in (*ends, keys)):
            raise ProviderFailed(f"The provider {provider.id} names addresses that are not safe.")
        found = _Known(now, str(ends[0]), str(ends[1]), str(keys))
        self._known[provider.id] = found
        return found

    def _keys(self, provider: Provider, *, anew: bool = False) -> KeySet:
        known = self._published(provider)
        if known.keys is None or anew:
            said = self._asked("GET", known.keys_at)
            if not said:
                raise ProviderFailed(f"The provider {provider.id} publishes no keys.")
            known.keys = KeySet.import_key_set(said)  # type: ignore[arg-type]  # its own errors are JoseErrors
        return known.keys

    def _asked(self, method: str, url: str, data: Mapping[str, str] | None = None) -> dict[str, Any] | None:
        """An answer as JSON; None where it is a refusal. Raises ProviderFailed where none comes."""
        import httpx  # loaded by the first who signs in at a provider, not by every start

        try:
            answer = httpx.request(method, url, data=data, timeout=PATIENCE, follow_redirects=False)
            said = answer.json() if answer.status_code == 200 else None
        except (httpx.HTTPError, ValueError) as problem:
            raise ProviderFailed("A provider did not answer.", "See whether it can be reached.") from problem
        return said if isinstance(said, dict) else None

    def _random(self) -> str:
        return base64.urlsafe_b64encode(self._entropy.bytes(32)).decode().rstrip("=")


def _lasts(one: _Pending, now: datetime) -> bool:
    return one.begun <= now < one.begun + LASTS


def _safe(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _refused(why: str) -> NotLetIn:
    return NotLetIn(f"This sign-in {why}.", "Begin it again.")
