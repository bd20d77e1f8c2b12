"""The post room: queue, claim, send and mark e-mails. The table is the truth, the broker only a bell.

A message is claimed by a conditional update, sent outside any transaction, then marked. A worker that dies
while sending leaves a lease and gives its lock back; then the row becomes "unknown, may have been delivered"
and is sent once more with the same Message-ID, unless a person wants to be asked first. Every move writes
its line of the story in the same statement.
"""

from imc_portal.core.lines import message_id, one_line
from imc_portal.core.outbox import story
from imc_portal.core.outbox.addresses import lift, undeliverable
from imc_portal.core.outbox.desk import cancel, hold, release, send_again, settle
from imc_portal.core.outbox.envelopes import email_of, sender_of
from imc_portal.core.outbox.lost import recover_lost
from imc_portal.core.outbox.messages import File, Message
from imc_portal.core.outbox.queueing import due, enqueue
from imc_portal.core.outbox.reports import arrived, came_back, complained, delayed
from imc_portal.core.outbox.retries import MAX_ATTEMPTS
from imc_portal.core.outbox.sending import deliver
from imc_portal.core.outbox.writing import build, preview, size_of, with_link

__all__ = [
    "MAX_ATTEMPTS",
    "File",
    "Message",
    "arrived",
    "build",
    "came_back",
    "cancel",
    "complained",
    "delayed",
    "deliver",
    "due",
    "email_of",
    "enqueue",
    "hold",
    "lift",
    "message_id",
    "one_line",
    "preview",
    "recover_lost",
    "release",
    "send_again",
    "sender_of",
    "settle",
    "size_of",
    "story",
    "undeliverable",
    "with_link",
]
