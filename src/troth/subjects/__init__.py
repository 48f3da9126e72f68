"""subjects: who a person is to an organisation: a random id, identities linked, unlinked and merged, and plain facts.

Owns subjects (people who never signed up are subjects too), their identities, which policy version binds them, and the
facts registered, verified, closed, restricted, is, on, allowed, shown. After a merge the stricter state of both holds; of
an erased person nothing is left but that there was one.
No identity is kept in clear. Serves GDPR art. 4(1), 4(5), 11 and 25, PIPL art. 4 and 51.
"""

from troth.subjects.changes import EVERYBODY, UNWATCHED, Changes
from troth.subjects.errors import IdentitiesDiffer, IdentityTaken, SubjectErased, SubjectUnknown
from troth.subjects.evidence import Act
from troth.subjects.model import FAMILIES_HERE, Identity, IdentityKind, Opened, Person, PersonState
from troth.subjects.rules import held, merged, moved
from troth.subjects.service import ROOTED, PeopleProjection, Shown, Subjects, check_language, id_of, root_of

__all__ = [
    "EVERYBODY",
    "FAMILIES_HERE",
    "ROOTED",
    "UNWATCHED",
    "Act",
    "Changes",
    "IdentitiesDiffer",
    "Identity",
    "IdentityKind",
    "IdentityTaken",
    "Opened",
    "PeopleProjection",
    "Person",
    "PersonState",
    "Shown",
    "SubjectErased",
    "SubjectUnknown",
    "Subjects",
    "check_language",
    "held",
    "id_of",
    "merged",
    "moved",
    "root_of",
]
