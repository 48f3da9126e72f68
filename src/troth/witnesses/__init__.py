"""witnesses: handing checkpoints to somebody outside: a folder, a C2SP witness, a mailbox, a time-stamping authority.

Owns one small file for each way; all keep to the protocol `troth.ledger.witness.Witness`. Whoever holds a checkpoint can
show later that a ledger was cut, rolled back or told two ways. Serves GDPR art. 5(2).
"""

from troth.witnesses.addresses import open_witness

__all__ = ["open_witness"]
