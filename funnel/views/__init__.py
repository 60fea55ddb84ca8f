"""The pages of the funnel, and those without a login behind the links of its mails."""
