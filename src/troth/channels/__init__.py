"""channels: the ways by which messages leave: mail for real, and fakes, said to be fakes, for what needs a provider.

Owns connections to mail servers and nothing else; each channel passes the same exam. Nouns: channel, delivery.
"""

from troth.channels.fakes import FakeChannel
from troth.channels.smtp import Post, SmtpChannel
from troth.channels.tray import TrayChannel
from troth.post import Tls

__all__ = ["FakeChannel", "Post", "SmtpChannel", "Tls", "TrayChannel"]
