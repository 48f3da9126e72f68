"""The JSON-LD context that every receipt carries inside: whoever reads one asks nobody for it.

Prefixes of W3C DPV 2 and of the vocabularies it builds on; what these have no term for is ours, under `troth:`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from troth.policy.linked import OURS

_AN_ADDRESS: Final = {"@type": "@id"}
_AN_INSTANT: Final = {"@type": "xsd:dateTime"}

RECEIPT_FORM: Final = "https://w3id.org/dpv/schema/dpv-27560#receipt"
RECORD_FORM: Final = "https://w3id.org/dpv/schema/dpv-27560#record"
"""The profiles of ISO/IEC TS 27560:2023 in DPV; names, which nobody fetches."""

CONTEXT: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "dpv": "https://w3id.org/dpv#",
        "loc": "https://w3id.org/dpv/loc#",
        "dct": "http://purl.org/dc/terms/",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "troth": OURS,
        "dct:conformsTo": _AN_ADDRESS,
        "dct:created": _AN_INSTANT,
        "dpv:hasJurisdiction": _AN_ADDRESS,
        "dpv:hasLegalBasis": _AN_ADDRESS,
        "dpv:hasProcessing": _AN_ADDRESS,
        "dpv:isIndicatedAtTime": _AN_INSTANT,
        "rdf:value": _AN_INSTANT,
        "skos:broader": _AN_ADDRESS,
    }
)
