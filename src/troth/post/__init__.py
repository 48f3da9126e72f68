"""post: the way to somebody else's mail server or web server, for whoever writes by it. It owns no table."""

from troth.post.server import CaUnreadable, Tls, Way, connect, secret_of

__all__ = ["CaUnreadable", "Tls", "Way", "connect", "secret_of"]
