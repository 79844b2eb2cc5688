"""How a page is asked for, made, kept and sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from forecaster import parsing
from forecaster.belief import Series
from forecaster.errors import DamagedFile, NothingKnown, WrongValue
from forecaster.web import frame, memo
from forecaster.web.figure import FORMATS, Figure
from forecaster.web.memo import Kept
from forecaster.web.site import Site, site_of

#: What every page leads to, in this order.
PLACES = (
    ("/", "Today"),
    ("/why", "Why it moved"),
    ("/history", "History"),
    ("/drivers", "Drivers"),
    ("/indicators", "Indicators"),
    ("/reference", "Other pairs"),
    ("/alerts", "Alerts"),
    ("/operations", "Operations"),
)
#: What lies below one of them without its address saying so.
BELOW = {
    "/endpoints": "/alerts",
    "/deliveries": "/alerts",
    "/score": "/history",
    "/what-if": "/drivers",
    "/prior-share": "/drivers",
}
HTML = "text/html; charset=utf-8"
TYPES = {"svg": "image/svg+xml", "png": "image/png", "csv": "text/csv; charset=utf-8"}


@dataclass(frozen=True)
class Ask:
    """One request for a page, without the web around it.

    ``at`` is the moment as of which the desk is to be shown, None for now; ``path`` holds the
    parts of the address that vary, ``query`` what stands behind the question mark. ``visitor`` is
    who asks, where that matters to the page.
    """

    site: Site
    address: str
    at: datetime | None
    path: Mapping[str, str]
    query: Mapping[str, str]
    visitor: Any = None
    csrf: str = ""

    @property
    def moment(self) -> datetime:
        """The moment that the page shows."""
        return self.at or self.site.now()

    def may(self, scope: str) -> bool:
        """Whether the visitor may do what a scope covers."""
        return self.visitor is not None and scope in self.visitor.scopes

    def before(self, what: str) -> int | None:
        """The row before which a page of a list begins; None for the newest.

        Raises
        ------
        WrongValue
            If it is none; ``what`` says what it should be.
        """
        text = self.query.get("before")
        if text is None:
            return None
        if not text.isdecimal() or not 1 <= int(text[:10]) < 2**31:
            raise WrongValue("before", f"{text!r} is no {what}; write a whole number")
        return int(text)

    def curves(self, forecast_id: str, *, fitted: bool = False) -> tuple[Series | None, str]:
        """The series behind a forecast, or why they cannot be shown; the rest of a page works."""
        try:
            return self.site.curves(forecast_id, fitted=fitted), ""
        except (DamagedFile, NothingKnown) as error:
            return None, str(error)


@dataclass(frozen=True)
class View:
    """What a page shows: its figures by name, and the variables of its template.

    ``damage`` is told at the top of the page; ``lasting`` says that nothing can change what it
    shows. ``template`` takes the place of the page's own where
    there is something else to say than what it is for.
    """

    title: str
    figures: Mapping[str, Figure] = field(default_factory=dict)
    shown: Mapping[str, Any] = field(default_factory=dict)
    damage: str = ""
    template: str = ""
    status: int = 200
    lasting: bool = False


class Page(NamedTuple):
    """A page: the address it answers to, its template, and how its view is made.

    ``kept`` is False for a page that shows what the mark of the store does not tell of.
    """

    address: str
    template: str
    view: Callable[[Ask], View]
    kept: bool = True


def add(router: APIRouter, page: Page) -> None:
    """Let the router answer for a page, and for the downloads of its figures."""

    async def endpoint(request: Request) -> Response:
        ask = asked(request)
        wanted = (ask.query.get("figure"), ask.query.get("format", "svg"))
        if page.kept:
            made = await kept(page, ask, wanted)
        else:
            made = await run_in_threadpool(make, page, ask, wanted)
        return made.answer(request)

    router.add_api_route(
        page.address,
        endpoint,
        methods=["GET", "HEAD"],
        include_in_schema=False,
        name=page.template.removesuffix(".html"),
    )


async def kept(page: Page, ask: Ask, wanted: tuple[str | None, str] = (None, "svg")) -> Kept:
    """The answer in memory, or a new one."""
    key = (page.address, ask.address, ask.visitor)
    return await ask.site.memo.get(key, lambda: make(page, ask, wanted))


def asked(request: Request) -> Ask:
    """The request, read.

    Raises
    ------
    WrongValue
        If ``as_of`` is no moment.
    """
    query = {name: value for name, value in request.query_params.items() if value != ""}
    site = site_of(request)
    at = parsing.past_moment(query.get("as_of"), "as_of", site.now())
    address = str(request.scope["path"])
    return Ask(
        site=site,
        address=f"{address}?{urlencode(sorted(query.items()))}" if query else address,
        at=None if at is None or at >= site.now() else at,
        path={name: str(value) for name, value in request.path_params.items()},
        query=query,
        visitor=getattr(request.state, "principal", None),
        csrf=getattr(request.state, "csrf", ""),
    )


def make(page: Page, ask: Ask, wanted: tuple[str | None, str]) -> Kept:
    """The whole page, or one of its figures as a file."""
    view = page.view(ask)
    name, form = wanted
    if name is None:
        body = _html(view.template or page.template, view, ask)
        return replace(memo.keep(body.encode(), HTML, view.status), lasting=view.lasting)
    if name not in view.figures or form not in FORMATS:
        known = ", ".join(view.figures)
        raise HTTPException(
            404, f"no figure {name!r} as {form!r}; there are {known}, as {', '.join(FORMATS)}"
        )
    return memo.keep(
        _file(view.figures[name], form, ask.site),
        TYPES[form],
        headers={"content-disposition": f'attachment; filename="{name}.{form}"'},
    )


def _file(figure: Figure, form: str, site: Site) -> bytes:
    if form == "csv":
        return figure.table.csv().encode()
    if form == "png":
        return site.studio.png(figure.drawing)
    return site.studio.svg(figure.drawing).encode()


def _html(template: str, view: View, ask: Ask) -> str:
    drawn = ask.site.studio.svgs({name: one.drawing for name, one in view.figures.items()})
    return (
        frame.environment()
        .get_template(template)
        .render(
            {
                "title": view.title,
                "damage": view.damage,
                "figures": view.figures,
                "drawn": {name: Markup(svg) for name, svg in drawn.items()},  # noqa: S704 - drawn by us
                "csrf": ask.csrf,
                "visitor": ask.visitor,
                "link": link(ask),
                "download": download(ask),
                "here": ask.address,
                "at": ask.at,
                "as_of": ask.query.get("as_of", ""),
                "places": PLACES,
                "place": place(ask.address),
                "kept": {
                    name: value
                    for name, value in ask.query.items()
                    if name not in {"as_of", "figure", "format", "said", "period", "page"}
                    and value.isprintable()
                },
                **view.shown,
            }
        )
    )


def link(ask: Ask) -> Callable[..., str]:
    """Addresses within the desk that keep the day as of which it is shown."""
    as_of = ask.query.get("as_of") if ask.at is not None else None

    def address(path: str, **query: str) -> str:
        asked_for = {**query, **({} if as_of is None else {"as_of": as_of})}
        return f"{path}?{urlencode(asked_for)}" if asked_for else path

    return address


def download(ask: Ask) -> Callable[[str, str], str]:
    """The address of a figure of this page as a file."""
    path, _, query = ask.address.partition("?")

    def address(figure: str, form: str) -> str:
        more = urlencode({"figure": figure, "format": form})
        return f"{path}?{query}&{more}" if query else f"{path}?{more}"

    return address


def place(address: str) -> str:
    """Which of the places a page belongs to."""
    path = address.partition("?")[0]
    path = next((above for below, above in BELOW.items() if path.startswith(below)), path)
    return next(
        (one for one, _ in reversed(PLACES) if path == one or path.startswith(f"{one}/")), ""
    )


def failure(request: Request, status: int, detail: str, headers: Mapping[str, str]) -> Response:
    """A page that says what went wrong and what to do."""
    shown = {"detail": detail, "status": status}
    return _beside(request, "error.html", View(_heading(status), shown=shown), status, headers)


def sign_in(request: Request, status: int, title: str, shown: dict[str, Any]) -> Response:
    """The page on which somebody says who it is."""
    return _beside(request, "sign_in.html", View(title, shown=shown), status, {})


def unkept(page: Page, view: View, ask: Ask, status: int) -> Response:
    """A page that answers one request and no other, as with what was wrong in a form."""
    return HTMLResponse(_html(page.template, view, ask), status, {"cache-control": "no-store"})


def _beside(
    request: Request, template: str, view: View, status: int, headers: Mapping[str, str]
) -> Response:
    """A page that stands beside the others: it shows nothing of what the desk knows."""
    ask = Ask(
        site=site_of(request),
        address=str(request.scope["path"]),
        at=None,
        path={},
        query={},
        visitor=getattr(request.state, "principal", None),
        csrf=getattr(request.state, "csrf", ""),
    )
    return HTMLResponse(_html(template, view, ask), status, dict(headers))


def _heading(status: int) -> str:
    return {
        401: "Please sign in",
        403: "Not for this token",
        404: "Not here",
        422: "That cannot be read",
        503: "Part of the state is missing",
    }.get(status, "That did not work")
