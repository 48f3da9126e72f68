"""The closed vocabularies of the language, each word with its meaning and, where it has one, its W3C DPV 2.x term.

Source of the terms: W3C Data Privacy Vocabulary 2.x (https://w3id.org/dpv). Words DPV does not have (papers, claims'
readings, cases of the Chinese statutes) live in this project's own namespace and carry no `dpv`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a vocabulary: its meaning in one line and its DPV term ('' = DPV has none)."""

    meaning: str
    dpv: str = ""


Vocabulary = dict[str, Word]

ACTIONS: Vocabulary = {
    "collect": Word("obtain data from or about a person", "dpv:Collect"),
    "use": Word("handle data inside the organisation", "dpv:Use"),
    "store": Word("keep data in a place", "dpv:Store"),
    "share": Word("let a recipient have data while the controller keeps control", "dpv:Share"),
    "transfer": Word("hand the control over data to another party", "dpv:Transfer"),
    "publish": Word("make data available to the public", "dpv:MakeAvailable"),
    "export": Word("send data out of its country or region", "dpv:CrossBorderTransfer"),
}

NATURES: Vocabulary = {
    "personal": Word("relates to an identified or identifiable person", "dpv:PersonalData"),
    "special": Word("personal, and sensitive by law or by nature", "dpv:SensitivePersonalData"),
    "non_personal": Word("cannot point at one person, alone or combined", "dpv:NonPersonalData"),
}

BASES: Vocabulary = {
    "consent": Word("the person agreed", "dpv:Consent"),
    "explicit_consent": Word(
        "the person agreed by a statement or clear act", "dpv:ExplicitlyExpressedConsent"
    ),
    "deemed_acceptance": Word("use of the service is taken as acceptance", "dpv:ImpliedConsent"),
    "contract": Word("needed to conclude or perform a contract with the person", "dpv:Contract"),
    "legal_obligation": Word("the law demands it", "dpv:LegalObligation"),
    "legitimate_interest": Word(
        "an interest that outweighs the person's, after a balancing test", "dpv:LegitimateInterest"
    ),
    "vital_interest": Word(
        "life, body or property of someone, consent being hard to get", "dpv:VitalInterest"
    ),
    "public_interest": Word("public safety, public health, weighty public interests", "dpv:PublicInterest"),
    "national_security": Word("security of the state and its defence"),
    "criminal_justice": Word("investigation, prosecution, trial, execution of judgments"),
    "self_published": Word("the person made the data public"),
    "lawful_public_source": Word("the data comes from a lawful public source"),
    "operations": Word("safe and steady running of the service, handling of faults"),
    "authority_demand": Word("a compulsory demand of an authority or court", "dpv:LegalObligation"),
    "legal_dispute": Word("establishing, exercising or defending claims"),
    "affiliate": Word("an affiliate under common control acts for purposes of this policy"),
    "processor": Word(
        "a provider works on the controller's behalf and instructions", "dpv:DataProcessorContract"
    ),
    "merger": Word("merger, acquisition, liquidation or restructuring"),
    "company_discretion": Word("the company's own judgement, as far as the text reserves it"),
    "own_act": Word("the person's own deliberate act"),
    "deidentified": Word("the receiver cannot tell who it is about", "dpv:Pseudonymisation"),
    "adequacy": Word(
        "a finding that the country of destination protects data adequately (GDPR 45)", "eu-gdpr:A45-3"
    ),
    "none_needed": Word("non-personal data, after a test that it is"),
}

RECIPIENT_CLASSES: Vocabulary = {
    "affiliate": Word("controlled by, controlling, or under common control", "dpv:Recipient"),
    "processor": Word("entrusted: works on instructions", "dpv:DataProcessor"),
    "joint_controller": Word("decides together with the controller", "dpv:JointDataControllers"),
    "separate_handler": Word("decides for itself", "dpv:ThirdParty"),
    "authority": Word("court, police, regulator, other public body", "dpv:Authority"),
    "successor": Word("takes the business over", "dpv:Recipient"),
    "verifier": Word("confirms identity against a source it lawfully holds", "dpv:Recipient"),
    "tenant": Word("an enterprise for which the organisation processes", "dpv:DataController"),
    "public": Word("anybody", "dpv:Recipient"),
    "internal": Word("a department of the organisation itself", "dpv:Recipient"),
}

CONSENT_KINDS: Vocabulary = {
    "deemed": Word(
        "inferred from use or browsing; never satisfies a gate that asks for more", "dpv:ImpliedConsent"
    ),
    "explicit": Word(
        "a statement or clear affirmative act for this matter", "dpv:ExplicitlyExpressedConsent"
    ),
    "separate": Word(
        "explicit, and asked for on its own, apart from everything else (PIPL 23, 25, 26, 29, 39)"
    ),
    "guardian": Word("given by a verified guardian for a minor"),
}

POINTS: Vocabulary = {
    "form": Word("a form the person fills in"),
    "log": Word("records the service writes by itself"),
    "cookie": Word("a cookie"),
    "local_storage": Word("any other storage in browser or app, flash-like objects included"),
    "beacon": Word("an image or script that reports a page view"),
    "pixel": Word("an image in a mail that reports its opening"),
    "link": Word("a link that reports the click"),
    "permission": Word("a device permission"),
    "identifier": Word("an identifier read from the device"),
    "sdk": Word("a kit of another vendor inside the app"),
    "sensor": Word("a device sensor"),
    "proxy": Word("a network channel of the service"),
    "recording": Word("a recording of a conversation"),
    "upload": Word("a file or address book handed in"),
    "conversation": Word("contact by phone, mail or in person"),
}

PAPERS: Vocabulary = {
    "citation": Word("the statute, regulation or norm, with its article"),
    "order": Word("number of an order or demand"),
    "issuer": Word("who issued the demand"),
    "authenticity": Word("result of checking that the demand is genuine"),
    "case": Word("case or proceeding number"),
    "document": Word("reference of a document"),
    "necessity": Word("note why this is needed"),
    "consent_unobtainable": Word("note why consent was hard to get"),
    "reviewer": Word("who reviewed the use of an exception"),
    "approver": Word("who approved the release"),
    "counsel": Word("approval by counsel"),
    "source": Word("address of the source"),
    "capture": Word("a copy of the source as found"),
    "incident": Word("number of an incident or fault"),
    "contract": Word("number of the contract performed"),
    "request": Word("number of the person's own request or order"),
    "dispute": Word("reference of a dispute"),
    "deal": Word("record of a merger or acquisition: type and jurisdiction"),
    "term": Word("the term of an agreement that is enforced or was breached"),
    "severity": Word("how serious a breach is, with the reason"),
    "harm": Word("note of the harm feared or done"),
    "evidence": Word("proof that is kept on file"),
    "violation": Word("a recorded finding that handling broke the law"),
    "ledger_check": Word("a look into the consent record that found none valid"),
    "account_state": Word("proof that an account is closed or unused by choice"),
    "discontinued": Word("record that a product or service was ended"),
    "secrecy": Word("classification of a trade secret"),
    "tests": Word("the check that a release is lawful, with its result"),
    "aim_lawful": Word("answer to the first of the five: why the aim is lawful"),
    "aim_legitimate": Word("answer to the second of the five: why the aim is legitimate"),
    "aim_necessary": Word("answer to the third of the five: why the aim needs these data"),
    "aim_specific": Word("answer to the fourth of the five: which aim exactly"),
    "aim_clear": Word("answer to the fifth of the five: where the aim is told in clear words"),
    "need": Word("statement of the business need"),
    "mechanism": Word("the legal mechanism of an export: clauses, certification, assessment"),
    "balancing": Word("a balancing test on file"),
    "department": Word("the department that handles the data"),
    "agency": Word("the public body that receives data"),
    "instruction": Word("number of the tenant's instruction"),
    "attestation": Word("a signed statement of the tenant or guardian"),
    "identity": Word("proof of the requester's identity"),
    "written_form": Word("the request in writing"),
    "effort": Word("note of the technical effort asked for"),
    "repetition": Word("count and dates of repeated requests"),
    "impracticable": Word("note why this cannot be done in practice"),
    "lawful_supply": Word("proof that a supplier obtained the data lawfully"),
    "notice_given": Word("proof that a notice with the promised contents was delivered"),
    "aggregate": Word("statement that only aggregates are used"),
    "ticket": Word("number of the support or restore ticket"),
    "belief": Word("the stated belief, with its reasons"),
}

RECIPIENT_FACTS: Vocabulary = {
    "confidentiality": Word("a confidentiality agreement is in force"),
    "protection": Word("a data protection or processing agreement is in force"),
    "instructions": Word("an agreement binds it to the controller's instructions"),
    "policy_bound": Word("an agreement binds it to this policy"),
    "security_bound": Word("an agreement binds it to security measures"),
    "own_standard": Word("its confidentiality terms are at least as strict as the company's own"),
    "no_other_use": Word("an agreement forbids any other use"),
    "controlled": Word("control above the promised threshold is evidenced"),
    "assessed": Word("its service and security abilities were assessed"),
    "lawful_source": Word("its own source was checked to be lawful"),
    "undertaking": Word("it signed an undertaking to keep this policy"),
    "contract": Word("a contract with it is in force"),
    "impact_record": Word("a transfer impact record is on file"),
    "adequate": Word("its country is under an adequacy finding"),
    "clauses": Word("standard contractual clauses are signed"),
    "deidentified": Word("what it gets is de-identified so that it cannot tell who it is about"),
    "pseudonymised": Word("what it gets is pseudonymised, keys withheld, tests passed"),
    "anonymised": Word("what it gets is anonymised, no identifier remains"),
    "encrypted": Word("what it gets is encrypted on the way and at rest"),
    "not_feasible": Word("a reason is recorded why de-identification was not possible"),
    "permitted_operation": Word("the operation is on its list of permitted operations"),
    "revoked": Word("its access was shut off"),
}

SOURCES: Vocabulary = {
    "self": Word("the person"),
    "usage": Word("generated by use of the service"),
    "other_users": Word("other users"),
    "tenant": Word("the enterprise the person belongs to"),
    "affiliate": Word("an affiliate"),
    "partner": Word("a partner or provider"),
    "public": Word("a public source"),
    "payment_body": Word("a payment institution"),
    "verifier": Word("a body that verifies identity"),
}

MESSAGE_CLASSES: Vocabulary = {
    "service": Word("needed for the service the person uses"),
    "important": Word("important notices; no promotion inside"),
    "marketing": Word("promotion", "dpv:DirectMarketing"),
    "survey": Word("invitations to surveys", "dpv:Marketing"),
    "code": Word("one-time codes"),
}

RIGHTS: Vocabulary = {
    "access": Word("see the data held", "eu-gdpr:A15"),
    "correct": Word("have data fixed or completed", "eu-gdpr:A16"),
    "delete": Word("have data erased", "eu-gdpr:A17"),
    "restrict": Word("have use restricted", "eu-gdpr:A18"),
    "object": Word("object to a use", "eu-gdpr:A21"),
    "withdraw": Word("take a consent back", "eu-gdpr:A7-3"),
    "export": Word("receive or move data", "eu-gdpr:A20"),
    "cancel": Word("close the account"),
    "visibility": Word("decide who sees data"),
    "disclosures": Word("see who received data"),
    "history": Word("see one's transactions"),
    "complain": Word("complain inside or outside", "eu-gdpr:A77"),
    "question": Word("ask, comment, suggest"),
    "refuse": Word("decline to give data"),
    "participate": Word("take part in decisions"),
}

REFUSAL_MODES: Vocabulary = {
    "may": Word("the organisation may refuse, with a proportionality note"),
    "bar": Word("the organisation cannot answer, with a reference"),
}

UNANSWERED: Vocabulary = {
    "closed": Word("what nobody answers is not done"),
    "open": Word("what nobody answers is done, told afterwards, and judged then"),
}

RETENTION_END: Vocabulary = {
    "delete": Word("erase", "dpv:Erase"),
    "anonymise": Word("anonymise", "dpv:Anonymise"),
    "freeze": Word("keep unread until erasure is possible", "dpv:Restrict"),
    "delete_or_anonymise": Word("one of the two"),
    "archive": Word("keep apart under a citation"),
}

SAFEGUARD_FAMILIES: Vocabulary = {
    "physical": Word("rooms, locks, cabinets", "dpv:PhysicalMeasure"),
    "technical": Word("encryption, firewalls, access control", "dpv:TechnicalMeasure"),
    "organisational": Word("procedures, training, roles", "dpv:OrganisationalMeasure"),
}

THREATS: Vocabulary = {
    name: Word(meaning)
    for name, meaning in {
        "access": "unauthorised access", "touch": "unauthorised contact", "use": "unauthorised use", "misuse": "misuse",
        "disclosure": "disclosure or publication", "leak": "leaking", "change": "alteration", "copy": "copying",
        "damage": "damage", "destruction": "destruction", "loss": "loss", "theft": "theft", "attack": "malicious attack",
    }.items()
}  # fmt: skip

OFFERS: Vocabulary = {
    "password_rules": Word("rules for a password, with advice, whenever one is set"),
    "password_reset": Word("another password, for whoever reads a code sent to their address"),
    "sign_in_alert": Word("word of a sign-in by a device that was not seen before"),
    "lockout": Word("a name is locked for a while after wrong passwords"),
    "accuracy_statement": Word("a statement that what was given is right, kept with it"),
    "version_first": Word("the version in force before first use, and a record of which was shown"),
    "settings_behind_sign_in": Word("settings behind the sign-in, and a record of each change"),
    "guardian_view": Word(
        "a page where a proven guardian sees what is done with a child's data, and can object"
    ),
    "minor_attestation": Word("a tenant's dated statement for each minor, and a list of the minors"),
    "leaving_privacy": Word("the policy of a third party, on the page before a person leaves for it"),
}
CHANNELS: Vocabulary = {
    name: Word(meaning)
    for name, meaning in {
        "email": "e-mail", "letter": "letter", "phone": "telephone", "push": "push notification", "sms": "text message",
        "site": "notice on the website", "home_page": "prominent place on the home page", "in_service": "message inside the service",
        "announcement": "public announcement", "page": "the page of the policy", "app": "inside the app", "form": "web form",
        "manager": "account manager or distributor", "post": "postal address", "self_service": "settings of the signed-in person",
    }.items()
}  # fmt: skip

CHANGE_KINDS: Vocabulary = {
    name: Word(meaning)
    for name, meaning in {
        "service_model": "purposes, kinds of data or ways of use", "ownership": "owners, control or organisation",
        "recipients": "the main recipients", "rights": "rights and how to use them", "contact": "unit, contact or complaint channel",
        "high_risk": "an assessment reports high risk", "material": "anything reasonably material",
        "rights_cut": "a substantial cut of rights", "ordinary": "any other change",
    }.items()
}  # fmt: skip

READINGS: Vocabulary = {
    "strict": Word("read in the sense that protects the person"),
    "refused": Word("has no effect: the engine never relies on it"),
    "literal": Word("read as it stands"),
}

ENTITY_ROLES: Vocabulary = {
    "controller": Word("decides on purposes and means", "dpv:DataController"),
    "joint_controller": Word("decides together with others", "dpv:JointDataControllers"),
    "processor": Word("acts on instructions", "dpv:DataProcessor"),
    "tenant": Word("an enterprise customer", "dpv:DataController"),
    "officer": Word("data protection officer or team", "dpv:DataProtectionOfficer"),
    "contact": Word("where to write"),
    "authority": Word("supervisory authority", "dpv:DataProtectionAuthority"),
    "owner": Word("named owner of a processing activity"),
}

DUTIES: Vocabulary = {
    "record_disclosure": Word("write the disclosure down before data leave"),
    "only_needed_fields": Word("let only the listed fields pass"),
    "deidentify": Word("de-identify before release"),
    "show_notice": Word("show the notice bound to this form"),
    "log_exception": Word("log the use of the exception with reference and reviewer"),
    "notify_recipients": Word("tell those who received the data"),
    "keep_provenance": Word("store who supplied the data and by what channel"),
    "confirm_delivery": Word("log that the message was delivered"),
    "delete_after": Word("erase once the purpose is served"),
    "log_read": Word("log each read"),
    "ask_again": Word("ask the person again"),
    "plain_links": Word("send plain links and no pixel"),
    "stop_on_withdrawal": Word("stop when consent is withdrawn"),
    "reply_names_ground": Word("name the ground in the reply"),
    "give_reason": Word("tell the person the reason"),
    "certify": Word("issue a certificate once it was re-read"),
    "digest_only": Word("exchange digests only"),
    "result_only": Word("keep the result only"),
    "bind_notice_version": Word("store the version of the notice with the submission"),
    "keep_source": Word("tag the record with its source"),
}

REGIONS: Vocabulary = {
    name: Word(meaning)
    for name, meaning in {
        "CN": "mainland China", "HK": "Hong Kong", "MO": "Macao", "TW": "Taiwan", "MY": "Malaysia", "SG": "Singapore",
        "TH": "Thailand", "ID": "Indonesia", "VN": "Vietnam", "EU": "European Union", "DE": "Germany", "FR": "France",
        "IE": "Ireland", "NL": "Netherlands", "GB": "United Kingdom", "US": "United States", "JP": "Japan", "KR": "Korea",
        "IN": "India", "AU": "Australia", "OTHER": "any other place",
    }.items()
}  # fmt: skip

SIDES: Vocabulary = {
    "recipient": Word("who receives the data"),
    "place": Word("the country or region the data goes to or lies in"),
    "point": Word("the collection point"),
    "source": Word("where the data comes from"),
    "message": Word("the class of the message"),
}

LANGUAGES: Vocabulary = {
    "en": Word("English"),
    "zh": Word("Chinese"),
    "ms": Word("Malay"),
    "de": Word("German"),
}

NOTICE_LEVELS: Vocabulary = {
    "general": Word("the policy as a whole"),
    "enhanced": Word("highlighted, on its own"),
    "instant": Word("at the moment the data is taken"),
}

SWITCH_HOLDERS: Vocabulary = {
    "subject": Word("the person switches it"),
    "tenant": Word("the tenant's administrator switches it"),
    "admin_list": Word("the administrator lists who may use it"),
    "organisation": Word("the organisation switches it"),
}

START_EVENTS: Vocabulary = {
    name: Word(meaning)
    for name, meaning in {
        "receipt": "the request was received", "verified": "received and identity verified", "aware": "the organisation became aware",
        "detected": "the incident was detected", "objection": "the objection was received", "cancellation": "the account was closed",
        "purpose_done": "the purpose was served", "collection": "the data was collected", "withdrawal": "consent was withdrawn",
        "decision": "it was decided", "shutdown": "the service ended",
    }.items()
}  # fmt: skip

READING_NAMES: Vocabulary = {
    "as_written": Word("the text alone"),
    "with_regimes": Word("the text plus its regime packs"),
}
