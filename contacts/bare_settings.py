"""Settings of the process that reads files: no languages, no database, no secrets."""

USE_I18N = False
