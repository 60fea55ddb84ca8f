"""Acting on what was received: the mailbox, the webhook, replies, unsubscribing and objections."""
