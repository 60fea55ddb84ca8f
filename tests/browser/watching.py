"""Collecting the browser's complaints: console, script errors, policy violations, and requests to other hosts."""

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

LOUD = ("error", "warning")
HARMLESS = ("data:", "blob:", "about:")


class Watch:
    """The browser's complaints during a test."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.expected: list[str] = []
        self.allowed: list[str] = []

    def expect(self, *texts: str) -> None:
        """Expect complaints that contain these texts: they are no failures, but a missing one is."""
        self.expected += texts

    def allow(self, *texts: str) -> None:
        """Allow complaints that come only if the page happens to ask in that moment whether something has changed."""
        self.allowed += texts

    def expect_status(self, *statuses: int) -> None:
        """Expect responses with these statuses, since Chromium logs each of 400 and above to the console."""
        self.expect(*(f"the server responded with a status of {status}" for status in statuses))

    def over(self, context: BrowserContext, origin: str) -> None:
        def request(asked: Request) -> None:
            if not asked.url.startswith((f"{origin}/", *HARMLESS)):
                self.heard.append(f"request to {asked.url}")

        def console(message: ConsoleMessage) -> None:
            if message.type in LOUD:
                self.heard.append(f"console {message.type}: {message.text}")

        def error(found: WebError) -> None:
            self.heard.append(f"error: {found.error}")

        context.on("request", request)
        context.on("console", console)
        context.on("weberror", error)

    def unexpected(self) -> list[str]:
        known = self.expected + self.allowed
        return [heard for heard in self.heard if not any(text in heard for text in known)]

    def missing(self) -> list[str]:
        return [text for text in self.expected if not any(text in heard for heard in self.heard)]
