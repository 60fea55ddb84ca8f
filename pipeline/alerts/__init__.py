"""Telling people of a contact that waits for them: who wishes it how, by mail and by web push."""
