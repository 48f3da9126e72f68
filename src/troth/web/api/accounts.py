"""Routes about people's accounts, for the company whose people they are: register, sign in, recover, bind, end sessions, close.

Secrets (tickets, sessions, passwords) travel in bodies, never in addresses. Whoever has an account shows in no answer.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import Base64Bytes, Field, StringConstraints

from troth.accounts import ASSURANCES, Address, Came, Entered, Presented, Registration, Session
from troth.app.hosting import Hosted, Hosting
from troth.app.providers import Providers
from troth.web.api.entry import key_of, opens
from troth.web.api.models import Sent

router = APIRouter()
Opens = Annotated[Hosted, Depends(opens("accounts"))]
Answer = dict[str, Any]
Name = Annotated[str, StringConstraints(min_length=1, max_length=320)]
Password = Annotated[str, StringConstraints(max_length=1000)]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Code = Annotated[str, StringConstraints(max_length=40)]
Short = Annotated[str, StringConstraints(max_length=200)]


class CameSent(Sent):
    """How the person came: from where and by which device (both are kept as keyed digests at most), and their language."""

    whence: Short = ""
    device: Short = ""
    language: Literal["en", "zh", "ms"] = "en"

    @property
    def came(self) -> Came:
        """As the room takes it."""
        return Came(self.whence, self.device, self.language)


class RegisterSent(CameSent):
    """Somebody wants an account. `accurate`: they said that it is right; `shown`: the policy version before them, by digest."""

    name: Name
    password: Password
    kind: Literal["email", "phone"] = "email"
    address: Name
    accurate: bool = False
    shown: Short = ""


class ConfirmSent(CameSent):
    """The code that came, and another name where the one asked for was taken."""

    ticket: Secret
    code: Code
    name: Annotated[str, StringConstraints(max_length=320)] = ""


class SignInSent(CameSent):
    """Name (or address) and password; `old` is a session brought along, which ends."""

    name: Name
    password: Password
    old: Short = ""


class RecoverSent(CameSent):
    """The name or address of an account that somebody cannot get into."""

    name: Name


class EnterSent(CameSent):
    """The code that came."""

    ticket: Secret
    code: Code


class ResetSent(CameSent):
    """The code that came, and another password."""

    ticket: Secret
    code: Code
    password: Password


class SessionSent(Sent):
    """Somebody who is signed in."""

    session: Secret


class EndSent(SessionSent):
    """Which session of the account ends: one by its id, or ('') all others."""

    end: Annotated[str, StringConstraints(max_length=64)] = ""


class BindSent(SessionSent):
    """A further address."""

    kind: Literal["email", "phone"]
    address: Name
    language: Literal["en", "zh", "ms"] = "en"


class BoundSent(SessionSent):
    """The code that came to a further address."""

    ticket: Secret
    code: Code


class UnbindSent(SessionSent):
    """An address of the account, by the id under which it is shown."""

    address: Annotated[str, StringConstraints(max_length=64)] = Field(min_length=1)


class PasswordSent(CameSent):
    """The password there is, and another."""

    session: Secret
    password: Password
    new: Password


class CloseSent(SessionSent):
    """Closing takes the password once more."""

    password: Password


class RealNameSent(SessionSent):
    """What somebody presents of themselves, and who compares it: a recipient of the policy. It is kept nowhere."""

    verifier: Short
    number: Short
    document: Base64Bytes
    face: Base64Bytes


class BeginSent(Sent):
    """A provider, where it sends the browser back to, and ('' or) the session whose account is to be linked."""

    provider: Short
    redirect: Annotated[str, StringConstraints(pattern=r"^https?://[^\x00-\x20\\]+$", max_length=2000)]
    session: Short = ""


class FinishSent(CameSent):
    """What the browser brought back. `open`: an account for whoever has none."""

    state: Secret
    code: Annotated[str, StringConstraints(max_length=2000)]
    binding: Secret
    open: bool = False


@router.post("/{org}/accounts/register", status_code=202, tags=["accounts"])
def register(request: Request, hosted: Opens, sent: RegisterSent) -> Answer:
    """Ask for an account. A code goes to the address; nothing is opened before it comes back."""
    wanted = Registration(
        sent.name, sent.password, Address(sent.kind, sent.address), sent.language, sent.accurate, sent.shown
    )
    found = hosted.organisation.accounts.register(wanted, sent.came, origin=key_of(request).origin)
    return {"ticket": found.ticket, "until": found.until.isoformat()}


@router.post("/{org}/accounts/confirm", status_code=201, tags=["accounts"])
def confirm(request: Request, hosted: Opens, sent: ConfirmSent) -> Answer:
    """Open the account with the code that came; the first session. 409 where the name is taken: try another with the same code."""
    accounts, origin = hosted.organisation.accounts, key_of(request).origin
    return _entered(accounts.confirm(sent.ticket, sent.code, sent.came, name=sent.name, origin=origin))


@router.post("/{org}/accounts/sign-in", tags=["accounts"])
def sign_in(request: Request, hosted: Opens, sent: SignInSent) -> Answer:
    """A new session for name and password. 401 in the same words whatever is wrong; 429 while a name is locked."""
    accounts, origin = hosted.organisation.accounts, key_of(request).origin
    return _entered(accounts.sign_in(sent.name, sent.password, sent.came, old=sent.old, origin=origin))


@router.post("/{org}/accounts/recover", status_code=202, tags=["accounts"])
def recover(request: Request, hosted: Opens, sent: RecoverSent) -> Answer:
    """Have a code sent to the account's address, if there is one: the answer is the same."""
    found = hosted.organisation.accounts.recover(sent.name, sent.came, origin=key_of(request).origin)
    return {"ticket": found.ticket, "until": found.until.isoformat()}


@router.post("/{org}/accounts/enter", tags=["accounts"])
def enter(request: Request, hosted: Opens, sent: EnterSent) -> Answer:
    """A new session with the code that `recover` had sent; password and other sessions stay as they are."""
    accounts, origin = hosted.organisation.accounts, key_of(request).origin
    return _entered(accounts.enter(sent.ticket, sent.code, sent.came, origin=origin))


@router.post("/{org}/accounts/reset", tags=["accounts"])
def reset(request: Request, hosted: Opens, sent: ResetSent) -> Answer:
    """Set another password with the code; every session ends, and a new one opens."""
    accounts, origin = hosted.organisation.accounts, key_of(request).origin
    return _entered(accounts.reset(sent.ticket, sent.code, sent.password, sent.came, origin=origin))


@router.post("/{org}/accounts/session", tags=["accounts"])
def session(hosted: Opens, sent: SessionSent) -> Answer:
    """Who is signed in by this session; `active` is false once it is over."""
    found = hosted.organisation.accounts.session(sent.session)
    return {"active": False} if found is None else {"active": True} | _session(found)


@router.post("/{org}/accounts/mine", tags=["accounts"])
def mine(hosted: Opens, sent: SessionSent) -> Answer:
    """What the owner of an account sees of it: its names and addresses, its sessions and by which devices."""
    found = hosted.organisation.accounts.mine(sent.session)
    return {
        "account": found.account.id,
        "level": found.account.level.value,
        "names": [{"id": one.id, "kind": one.kind, "value": one.value} for one in found.names],
        "sessions": [_session(one) | {"current": one.id == found.session.id} for one in found.sessions],
    }


@router.post("/{org}/accounts/sessions/end", tags=["accounts"])
def end(request: Request, hosted: Opens, sent: EndSent) -> Answer:
    """End one session of the account, or all others."""
    ended = hosted.organisation.accounts.revoke(sent.session, sent.end, origin=key_of(request).origin)
    return {"ended": ended}


@router.post("/{org}/accounts/sign-out", tags=["accounts"])
def sign_out(request: Request, hosted: Opens, sent: SessionSent) -> Answer:
    """End this session; harmless where it is over."""
    hosted.organisation.accounts.sign_out(sent.session, origin=key_of(request).origin)
    return {"active": False}


@router.post("/{org}/accounts/bind", status_code=202, tags=["accounts"])
def bind(request: Request, hosted: Opens, sent: BindSent) -> Answer:
    """Have a code sent to a further address."""
    address, came = Address(sent.kind, sent.address), Came(language=sent.language)
    found = hosted.organisation.accounts.bind(sent.session, address, came, origin=key_of(request).origin)
    return {"ticket": found.ticket, "until": found.until.isoformat()}


@router.post("/{org}/accounts/bind/confirm", tags=["accounts"])
def bound(request: Request, hosted: Opens, sent: BoundSent) -> Answer:
    """Bind the address with the code that came."""
    accounts, origin = hosted.organisation.accounts, key_of(request).origin
    found = accounts.confirm_bound(sent.session, sent.ticket, sent.code, origin=origin)
    return {"id": found.id, "kind": found.kind, "value": found.value}


@router.post("/{org}/accounts/unbind", tags=["accounts"])
def unbind(request: Request, hosted: Opens, sent: UnbindSent) -> Answer:
    """Let an address lead to the account no more; the last one stays."""
    hosted.organisation.accounts.unbind(sent.session, sent.address, origin=key_of(request).origin)
    return {"unbound": sent.address}


@router.post("/{org}/accounts/password", tags=["accounts"])
def password(request: Request, hosted: Opens, sent: PasswordSent) -> Answer:
    """Set another password; every other session ends, and this one goes on under a new secret."""
    accounts, origin = hosted.organisation.accounts, key_of(request).origin
    return _entered(accounts.change_password(sent.session, sent.password, sent.new, sent.came, origin=origin))


@router.post("/{org}/accounts/close", tags=["accounts"])
def close(request: Request, hosted: Opens, sent: CloseSent) -> Answer:
    """Close the account: access ends at once. What is on record of the person goes by its own rules, which this does not start."""
    hosted.organisation.accounts.close(sent.session, sent.password, origin=key_of(request).origin)
    return {"closed": True}


@router.post("/{org}/accounts/real-name", tags=["accounts"])
def real_name(request: Request, hosted: Opens, sent: RealNameSent) -> Answer:
    """Compare a document and a face. 403 with what is missing where the policy does not permit it: nothing was handed over then."""
    presented = Presented.of(sent.number, sent.document, sent.face)
    origin = key_of(request).origin
    found = hosted.organisation.accounts.checking.check(sent.session, presented, sent.verifier, origin=origin)
    return {"result": found.value}


@router.post("/{org}/accounts/provider/begin", tags=["accounts"])
def begin(request: Request, hosted: Opens, sent: BeginSent) -> Answer:
    """Where to send a person who signs in at a provider, and the two halves that their browser brings back."""
    found = _providers(request, hosted).begin(sent.provider, sent.redirect, link=sent.session)
    return {"url": found.url, "state": found.state, "binding": found.binding}


@router.post("/{org}/accounts/provider/finish", tags=["accounts"])
def finish(request: Request, hosted: Opens, sent: FinishSent) -> Answer:
    """A session for whoever linked the provider before; with `open`, an account for whoever never did. 401 for anybody else."""
    vouched, link = _providers(request, hosted).finish(sent.state, sent.code, sent.binding)
    linking, origin = hosted.organisation.accounts.linking, key_of(request).origin
    if link:
        return {"linked": linking.link(link, vouched, origin).id}
    return _entered(linking.enter(vouched, sent.came, origin, open=sent.open))


def _providers(request: Request, hosted: Hosted) -> Providers:
    hosting: Hosting = request.app.state.hosting
    return hosting.providers_of(hosted)


@router.get("/{org}/accounts", tags=["accounts"])
def counted(hosted: Opens) -> Answer:
    """How many accounts stand where, and how often what happened: nobody's."""
    organisation = hosted.organisation
    with organisation.database.read() as connection:
        standing = organisation.accounts.standing(connection)
        counts = organisation.accounts.counted(connection)
        running, locked = organisation.accounts.running(connection, organisation.clock.now())
    return {
        "accounts": [
            {"state": state, "level": level, "count": count} for (state, level), count in standing.items()
        ],
        "sessions": running,
        "locked": locked,
        "counts": [
            {
                "what": one.what, "detail": one.detail, "origin": one.origin, "count": one.count,
                "last_at": one.last_at.isoformat(),
            }
            for one in counts
        ],
    }  # fmt: skip


def _entered(entered: Entered) -> Answer:
    return {"session": entered.secret} | _session(entered.session)


def _session(one: Session) -> Answer:
    reached = ASSURANCES[one.level]
    return {
        "id": one.id, "account": one.account, "subject": str(one.subject), "since": one.since.isoformat(),
        "seen": one.seen_at.isoformat(), "until": one.until.isoformat(), "device": one.device[:12],
        "level": one.level.value, "aal": reached.aal, "ial": reached.ial, "eidas": reached.eidas,
    }  # fmt: skip
