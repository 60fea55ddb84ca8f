"""The pages of the funnel, and the public ones that its mails link to."""
