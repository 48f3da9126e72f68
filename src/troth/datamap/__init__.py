"""datamap: where data about people lie: systems, datasets, fields with their categories, references, sub-processors, backups.

Owns the map beside a policy, its checks against the policy and the live stores, the way from a proven identity to every
row that is a person's, the plan of an erasure, and the small protocol behind which stores lie. Serves GDPR art. 15, 17, 19,
20 and 30, PIPL art. 45, 47 and 55.
"""

from troth.datamap.access import Explained, explain, rows_of
from troth.datamap.check import check_links, check_live, check_policy
from troth.datamap.connector import Ability, Connector
from troth.datamap.erasing import Erased, Leftover, Outcome, erase, erase_in, plan_erasure
from troth.datamap.errors import (
    MapRefused,
    NotAble,
    NotErased,
    PlanRefused,
    StoreRefused,
    StoreUnreachable,
    WhoIsMeant,
)
from troth.datamap.load import MAP_FILE, load_map
from troth.datamap.model import DataMap
from troth.datamap.plan import Plan
from troth.datamap.surveying import Survey, reach, survey
from troth.datamap.traversal import Proven, Reached

__all__ = [
    "MAP_FILE",
    "Ability",
    "Connector",
    "DataMap",
    "Erased",
    "Explained",
    "Leftover",
    "MapRefused",
    "NotAble",
    "NotErased",
    "Outcome",
    "Plan",
    "PlanRefused",
    "Proven",
    "Reached",
    "StoreRefused",
    "StoreUnreachable",
    "Survey",
    "WhoIsMeant",
    "check_links",
    "check_live",
    "check_policy",
    "erase",
    "erase_in",
    "explain",
    "load_map",
    "plan_erasure",
    "reach",
    "rows_of",
    "survey",
]
