"""The board and all that touches contact, card and mails together: list, detail page, new contacts, files."""
