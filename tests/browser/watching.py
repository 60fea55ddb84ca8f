"""Listening to the browser: its console, errors of scripts, breaches of the policy, and requests to strangers."""

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

LOUD = ("error", "warning")
HARMLESS = ("data:", "blob:", "about:")


class Watch:
    """Everything the browser complained of during a test."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.expected: list[str] = []

    def expect(self, *texts: str) -> None:
        """Complaints with these words belong to the test: each must come, and then it is no failure."""
        self.expected += texts

    def expect_status(self, *statuses: int) -> None:
        """Chromium notes each answer of 400 and more in the console."""
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
        return [heard for heard in self.heard if not any(text in heard for text in self.expected)]

    def missing(self) -> list[str]:
        return [text for text in self.expected if not any(text in heard for heard in self.heard)]
