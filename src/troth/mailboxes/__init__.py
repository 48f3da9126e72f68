"""mailboxes: the ways by which mail comes in: a Maildir on this machine, or a server by IMAP (RFC 9051). Nothing is deleted there.

Each is a `Mailbox` as the room of intake asks for it, and passes one exam.
"""

from troth.mailboxes.imap import ImapBox, Server
from troth.mailboxes.maildir import MaildirBox

__all__ = ["ImapBox", "MaildirBox", "Server"]
