"""The second form of question: a person asks something of the company; is it accepted, may it be refused, or is it barred?

Discretionary grounds ("may refuse") and bars ("cannot answer") are two outcomes and never one. A ground or a refusal that the
policy does not list never decides by itself: it goes to review. Sources: tables T4 and T5 of the five policies, GDPR 12, PIPL 50.
"""

from __future__ import annotations

from collections.abc import Iterable

from troth.decide.model import Facts, Request, RequestAnswer, RequestOutcome
from troth.policy.catalogue import Catalogue
from troth.policy.facts import Condition
from troth.policy.model import Fee, Refusal, RequestGround, Right, Statement, TenantRule

_OUTCOME_OF_MODE = {"may": RequestOutcome.MAY_REFUSE, "bar": RequestOutcome.BARRED}


def answer_request(catalogue: Catalogue, request: Request, facts: Facts, policy: str = "") -> RequestAnswer:
    """Answer from the statements: `facts` are the papers on file for this request and what is known of the person."""
    rights = _binding(catalogue, request)
    if not rights:
        return RequestAnswer(RequestOutcome.NOT_OFFERED, (), (), (), (), (), "", policy)
    if request.refusal:
        return _refusal(catalogue, request, rights, facts, policy)
    return _acceptance(catalogue, request, rights, facts, policy)


def _binding(catalogue: Catalogue, request: Request) -> list[Right]:
    """The statements of the right asked for: all of them, or, by a route that some of them offer, those and the routeless.

    Several statements of one right bind together: their proofs unite, the earliest period counts. Two doors with a proof each are
    not one door with two, but only for a request that says by which it came. A route that none of them offers tells nothing.
    """
    rights = [right for right in catalogue.all(Right) if right.what == request.right]
    if not any(request.route in right.routes for right in rights):
        return rights
    return [right for right in rights if request.route in right.routes or not right.routes]


def _refusal(
    catalogue: Catalogue, request: Request, rights: list[Right], facts: Facts, policy: str
) -> RequestAnswer:
    listed = [
        refusal
        for refusal in catalogue.all(Refusal)
        if refusal.code == request.refusal and (not refusal.rights or request.right in refusal.rights)
    ]
    if not listed:
        return _answered(RequestOutcome.REFER, rights, (), catalogue, request, facts, policy)
    proven = [refusal for refusal in listed if not _unmet(refusal.needs, facts)]
    if not proven:
        lacking = _unmet(listed[0].needs, facts)
        return _answered(RequestOutcome.AWAIT, listed[:1], lacking, catalogue, request, facts, policy)
    strictest = max(proven, key=lambda refusal: refusal.mode == "bar")
    return _answered(_OUTCOME_OF_MODE[strictest.mode], [strictest], (), catalogue, request, facts, policy)


def _acceptance(
    catalogue: Catalogue, request: Request, rights: list[Right], facts: Facts, policy: str
) -> RequestAnswer:
    deciding: list[Statement] = list(rights)
    lacking = [lack for right in rights for lack in _unmet(right.proof, facts)]
    for right in rights:
        rule = catalogue.get(TenantRule, right.limited_by) if right.limited_by else None
        if rule is not None and _may_all(rule.when, facts) and not _any(rule.unless, facts):
            deciding.append(rule)
            lacking += _unmet(rule.needs, facts)
    opening = [ground for ground in catalogue.all(RequestGround) if request.right in ground.rights]
    if opening:
        named = [ground for ground in opening if ground.code == request.ground]
        if not named:
            return _answered(
                RequestOutcome.REFER, deciding, tuple(lacking), catalogue, request, facts, policy
            )
        deciding += named
        ways: list[list[str]] = [_unmet(ground.needs, facts) for ground in named]
        fewest: list[str] = min(ways, key=len)
        lacking += fewest
    outcome = RequestOutcome.AWAIT if lacking else RequestOutcome.ACCEPT
    return _answered(outcome, deciding, tuple(lacking), catalogue, request, facts, policy)


def _answered(
    outcome: RequestOutcome,
    deciding: Iterable[Statement],
    lacking: Iterable[str],
    catalogue: Catalogue,
    request: Request,
    facts: Facts,
    policy: str,
) -> RequestAnswer:
    statements = {statement.key: statement for statement in deciding}.values()
    duties = {duty for s in statements for duty in getattr(s, "duties", ())}
    return RequestAnswer(
        outcome,
        tuple(sorted(s.key for s in statements)),
        tuple(sorted({clause for s in statements for clause in s.clauses})),
        tuple(sorted(duties)),
        tuple(dict.fromkeys(lacking)),
        _periods(catalogue, request),
        _fee(catalogue, request, facts),
        policy,
    )


def _periods(catalogue: Catalogue, request: Request) -> tuple[str, ...]:
    """Every period that binds the answer; which of them is the earliest is for a calendar to say."""
    return tuple(
        f"{right.within} from {right.start or 'receipt'} ({right.key})"
        for right in _binding(catalogue, request)
        if right.within
    )


def fees_met(catalogue: Catalogue, right: str, facts: Facts) -> tuple[Fee, ...]:
    """What is said of the cost of a request, where it holds: that it is free, or that a charge's evidence is on file."""
    fees = (fee for fee in catalogue.all(Fee) if not fee.rights or right in fee.rights)
    return tuple(fee for fee in fees if not _unmet(fee.needs, facts))


def _fee(catalogue: Catalogue, request: Request, facts: Facts) -> str:
    """`free`, `chargeable` once a charge's evidence is on file, or '' where nothing is promised."""
    fees = [fee for fee in catalogue.all(Fee) if not fee.rights or request.right in fee.rights]
    if any(fee.needs for fee in fees_met(catalogue, request.right, facts)):
        return "chargeable"
    promised = any(fee.amount == 0 for fee in fees) or any(
        r.free for r in catalogue.all(Right) if r.what == request.right
    )
    return "free" if promised else ""


def _unmet(needs: tuple[Condition, ...], facts: Facts) -> list[str]:
    return [str(condition) for condition in needs if not _met(condition, facts)]


def _may_all(conditions: tuple[Condition, ...], facts: Facts) -> bool:
    """Whether all of them hold, for all that is known: what nobody knows makes no rule fall silent."""
    return all(
        any(all(facts.may_hold(literal) for literal in way) for way in condition.ways)
        for condition in conditions
    )


def _any(conditions: tuple[Condition, ...], facts: Facts) -> bool:
    return any(_met(condition, facts) for condition in conditions)


def _met(condition: Condition, facts: Facts) -> bool:
    return any(all(facts.holds(literal) for literal in way) for way in condition.ways)
