"""Understanding received mails: replies, automatic replies, bounces, complaints. Independent of Django."""
