"""hooks: how other systems are told over HTTP: signed as the Standard Webhooks specification says, and sent so that nobody can make
us call into our own network. What is told, and when it is tried again, the hall decides.
"""

from troth.hooks.posting import Answered, Forbidden, allowed, post
from troth.hooks.signing import SecretUnusable, fresh_secret, headers_of, read_secrets, rotated

__all__ = [
    "Answered", "Forbidden", "SecretUnusable", "allowed", "fresh_secret", "headers_of", "post", "read_secrets", "rotated",
]  # fmt: skip
