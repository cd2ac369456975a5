"""Mail: written in the transaction that needs it, sent by a job over SMTP (RFC 5321, 5322, 3207).

Without SMTP it stays in an outbox that operators read. Bodies hold one-time links, so they are
sealed at rest, shown only while nothing was ever sent, and purged after a few days.
Table: `mail_message`.
It must never load remote content into a mail, nor put a header together from unchecked text.
"""
