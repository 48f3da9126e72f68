"""messages: what is written to people: queued, sent or refused, and who is written to no more.

Owns messages and where each stands, their sealed words while these are needed, opt-outs by keyed digest, which survive an
erasure, and links to unsubscribe. One gate is asked when a message is queued and again when it leaves. Nouns: message, class,
channel, letter, parcel, delivery, opt-out. Serves GDPR art. 21(2), 21(3), ePrivacy art. 13, PDPA (MY) s. 43, RFC 8058.
"""

from troth.messages.channel import Channel, Delivery, Outcome, Parcel
from troth.messages.courier import Courier
from troth.messages.desk import Desk
from troth.messages.errors import (
    ChannelMissing,
    CodeRefused,
    LinkUnknown,
    MessageRefused,
    MessageUnknown,
    MoveRefused,
)
from troth.messages.model import Counted, Enqueued, Link, Offer, State, Status, Suppression, Wanted, Why
from troth.messages.projection import MessagesProjection
from troth.messages.sending import Sender
from troth.messages.service import Messages

__all__ = [
    "Channel",
    "ChannelMissing",
    "CodeRefused",
    "Counted",
    "Courier",
    "Delivery",
    "Desk",
    "Enqueued",
    "Link",
    "LinkUnknown",
    "MessageRefused",
    "MessageUnknown",
    "Messages",
    "MessagesProjection",
    "MoveRefused",
    "Offer",
    "Outcome",
    "Parcel",
    "Sender",
    "State",
    "Status",
    "Suppression",
    "Wanted",
    "Why",
]
