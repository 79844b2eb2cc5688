"""A page in the browser, watched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Page, Request, Response


@dataclass
class Tab:
    """A page in the browser with everything that went wrong in it."""

    page: Page
    base: str
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)

    def go(self, address: str) -> Page:
        """Open an address of the desk."""
        self.page.goto(self.base + address)
        return self.page

    def _said(self, message: ConsoleMessage) -> None:
        # That a page was answered 404 is told by the console too, and no fault of the page.
        if message.type in {"error", "warning"} and "status of 404" not in message.text:
            self.problems.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:")):
            self.problems.append(f"asked outside: {request.url}")

    def _answered(self, response: Response) -> None:
        navigation = response.request.is_navigation_request()
        if response.status >= (500 if navigation else 400):
            self.problems.append(f"{response.status} for {response.url}")


Open = Callable[..., Tab]
