"""Understanding what was sent: mails, portals' XML, form plug-ins, lead ads, our own REST. Knows no models."""
