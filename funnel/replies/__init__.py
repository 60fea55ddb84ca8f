"""Acting on what came back: the mailbox, the web hook, answers, and a person's no."""
