"""post: the way to a mail server, for whoever writes by it. It owns no table; what is written is its callers' business."""

from troth.post.server import CaUnreadable, Tls, Way, connect, secret_of

__all__ = ["CaUnreadable", "Tls", "Way", "connect", "secret_of"]
