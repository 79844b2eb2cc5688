"""IMF, International Trade in Goods (IMTS, the successor of Direction of Trade), over SDMX 3.0.

Values are whole US dollars, sent as text, and null with a status where one is missing. A key that
matches nothing brings 200 without ``series``; an unknown dataflow brings 204 without a body.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from indicators.checks import mapping, number, parse_json, sequence, shrunk, unknown_fields
from indicators.period import Period
from indicators.source import Answer, Ask, Harvest, Request, Source, Unexpected, Visit, Withdrawal
from indicators.spec import Reading

EXPORTS, IMPORTS = "XG_FOB_USD", "MG_CIF_USD"
FLOWS = (EXPORTS, IMPORTS)
WORLD = "G001"
DIMENSIONS = ("COUNTRY", "INDICATOR", "COUNTERPART_COUNTRY", "FREQUENCY")
PAGE = "https://data.imf.org/en/datasets/IMF.STA:IMTS"
_PERIOD = re.compile(r"(?P<year>(19|20)\d\d)(-M(?P<month>0[1-9]|1[0-2]))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Series:
    """One series: its place in each dimension, and its values, ``None`` where one is missing."""

    dimensions: Mapping[str, str]
    values: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Data:
    """What one answer holds; no series where the key matched nothing."""

    series: tuple[Series, ...]
    warnings: tuple[str, ...] = ()


def parse_data(body: bytes) -> Data:
    """Read an SDMX-JSON data message with the time period at the observation.

    An empty body, which is how an unknown dataflow is answered, has no series.

    Raises
    ------
    Unexpected
        If it is another message, or refers to values that it does not list.
    """
    if not body.strip():
        return Data((), ("the answer is empty, as for a dataflow that does not exist",))
    content = mapping(parse_json(body), "the answer", ("data",))
    data = mapping(content["data"], "data", ("dataSets", "structures"))
    sets = sequence(data["dataSets"], "dataSets")
    structures = sequence(data["structures"], "structures")
    if len(sets) != 1 or len(structures) != 1:
        raise Unexpected(f"{len(sets)} data sets in {len(structures)} structures; expected one")
    inside = mapping(sets[0], "the data set")
    known = ("structure", "action", "series", "dimensionGroupAttributes", "attributes")
    warnings = unknown_fields(inside, known, "the data set")
    if "series" not in inside:
        return Data((), (*warnings, "nothing matches the key"))
    structure = mapping(structures[0], "the structure", ("dimensions",))
    dimensions = mapping(structure["dimensions"], "dimensions", ("series", "observation"))
    places = [_dimension(one) for one in sequence(dimensions["series"], "the series dimensions")]
    times = sequence(dimensions["observation"], "the observation dimensions")
    if len(times) != 1:
        raise Unexpected(f"{len(times)} dimensions at the observation; expected TIME_PERIOD")
    name, periods = _dimension(times[0])
    if name != "TIME_PERIOD":
        raise Unexpected(f"the observations are by {name[:40]}; expected TIME_PERIOD")
    listed = mapping(inside["series"], "series")
    return Data(
        tuple(_series(key, given, places, periods) for key, given in listed.items()), warnings
    )


def _dimension(given: object) -> tuple[str, list[str]]:
    """A dimension's name and the values that keys point at."""
    one = mapping(given, "a dimension", ("id", "values"))
    values = []
    for value in sequence(one["values"], f"the values of {one['id']}"):
        entry = mapping(value, f"a value of {one['id']}")
        text = entry.get("value", entry.get("id"))
        if not isinstance(text, str):
            raise Unexpected(f"a value of {one['id']} is {text!r}; expected a text")
        values.append(text)
    return str(one["id"]), values


def _series(
    key: str, given: Any, places: list[tuple[str, list[str]]], periods: list[str]
) -> Series:
    parts = key.split(":")
    if len(parts) != len(places):
        raise Unexpected(f"series {key[:40]!r} has {len(parts)} places; expected {len(places)}")
    where = {
        name: _pick(part, values, f"{name} of series {key[:40]}")
        for part, (name, values) in zip(parts, places, strict=True)
    }
    inside = mapping(given, f"series {key[:40]}", ("observations",))
    values: dict[str, float | None] = {}
    for index, observation in mapping(inside["observations"], "observations").items():
        period = _period(_pick(index, periods, "TIME_PERIOD"))
        cells = sequence(observation, f"observation {period}")
        if not cells:
            raise Unexpected(f"observation {period} has no cell; expected the value first")
        values[period] = None if cells[0] is None else number(cells[0], f"observation {period}")
    return Series(where, values)


def _pick(index: str, values: list[str], what: str) -> str:
    if re.fullmatch(r"\d{1,6}", index, re.ASCII) is None or int(index) >= len(values):
        raise Unexpected(f"{what} points at {index[:20]!r}; {len(values)} values are listed")
    return values[int(index)]


def _period(text: str) -> str:
    """``2026-M03`` as we write it, ``2026-03``; a year stays as it is."""
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise Unexpected(f"the period is {text[:20]!r}; expected a year or a month as 2026-M03")
    return f"{match['year']}-{match['month']}" if match["month"] else match["year"]


def flows_of(data: Data, reporter: str, partner: str) -> dict[str, dict[str, float | None]]:
    """Exports and imports of a reporter with a partner, by period.

    Raises
    ------
    Unexpected
        If a series lacks a dimension of the dataset, or is of another reporter.
    """
    found: dict[str, dict[str, float | None]] = {flow: {} for flow in FLOWS}
    for one in data.series:
        mapping(dict(one.dimensions), "a series", DIMENSIONS)
        if one.dimensions["COUNTRY"] != reporter:
            raise Unexpected(f"a series is of {one.dimensions['COUNTRY'][:8]}; asked: {reporter}")
        flow = one.dimensions["INDICATOR"]
        if one.dimensions["COUNTERPART_COUNTRY"] == partner and flow in found:
            found[flow].update(one.values)
    return found


def sums_of(flows: dict[str, dict[str, float | None]]) -> dict[str, float | None]:
    """Exports and imports together, in US dollars; ``None`` where one of the two is missing."""
    sums: dict[str, float | None] = {}
    for period in sorted(flows[EXPORTS].keys() | flows[IMPORTS].keys()):
        both = [flows[flow].get(period) for flow in FLOWS]
        known = [value for value in both if value is not None]
        sums[period] = number(sum(known), f"trade of {period}") if len(known) == 2 else None
    return sums


def trade_of(data: Data) -> dict[str, float | None]:
    """China's trade with Russia as China reports it, billion US dollars, by month."""
    sums = sums_of(flows_of(data, "CHN", "RUS"))
    return {at: None if total is None else round(total / 1e9, 3) for at, total in sums.items()}


def share_of(data: Data) -> dict[str, float | None]:
    """China's share of Russia's trade with the world, percent, by year."""
    china = sums_of(flows_of(data, "RUS", "CHN"))
    shares: dict[str, float | None] = {}
    for period, world in sums_of(flows_of(data, "RUS", WORLD)).items():
        part = china.get(period)
        if part is None or world is None:
            shares[period] = None
        elif world <= 0 or not 0 <= part <= world:
            raise Unexpected(f"{period}: {part:g} of {world:g} is no share")
        else:
            shares[period] = round(100 * (part / world), 2)
    return shares


def readings_of(indicator: str, values: Mapping[str, float | None], key: str) -> list[Reading]:
    """The readings of one indicator; a period whose value is missing is left out."""
    return [
        Reading(indicator, Period.parse(text), value, None, PAGE, f"IMTS {key}")
        for text, value in values.items()
        if value is not None
    ]


def parse(body: bytes, url: str) -> tuple[Reading, ...]:
    """The readings of one kept answer, from the address that it was asked at."""
    key = urlsplit(url).path.rpartition("/")[2]
    reader = {"CHN": ("trade_imf", trade_of), "RUS": ("china_share_russia_trade_imf", share_of)}
    indicator, read = reader.get(key[:3], (None, trade_of))
    if indicator is None:
        raise Unexpected(f"no indicator is made of {key[:40]!r}")
    return tuple(readings_of(indicator, read(parse_data(body)), key))


class Imf:
    """Two questions: China's months with Russia, Russia's years with China and the world."""

    name = "imf"
    title = "IMF, International Trade in Goods"
    base_url = "https://api.imf.org/external/sdmx/3.0"
    hosts: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ("trade_imf", "china_share_russia_trade_imf")
    pace = 1.0
    cap = 10_000_000
    deadline = 120.0

    def visit(self, ask: Ask, visit: Visit) -> Harvest:
        """Ask for both series, whole, and read those that changed."""
        asked = (
            ("trade_imf", trade_of, ask(_request("CHN", "RUS", "M"))),
            ("china_share_russia_trade_imf", share_of, ask(_request("RUS", f"CHN+{WORLD}", "A"))),
        )
        if all(answer.unchanged for _, _, answer in asked):
            return Harvest("unchanged")
        readings: list[Reading] = []
        withdrawn: list[Withdrawal] = []
        warnings: list[str] = []
        for indicator, read, answer in asked:
            if answer.unchanged:
                continue
            data = parse_data(answer.body)
            values = read(data)
            n_known = len(visit.known.get(indicator, {}))
            why = shrunk(n_known, len(values), indicator) if data.series else None
            if why is not None:
                raise Unexpected(why)
            readings += _over(readings_of(indicator, values, _key(answer)), visit)
            withdrawn += _withdrawn(indicator, values, visit)
            warnings += [f"{indicator}: {text}" for text in data.warnings]
        return Harvest(
            "value" if readings or withdrawn else "empty",
            readings=tuple(readings),
            withdrawn=tuple(withdrawn),
            warnings=tuple(warnings),
        )


def _request(reporter: str, partners: str, frequency: str) -> Request:
    key = f"{reporter}.{'+'.join(FLOWS)}.{partners}.{frequency}"
    return Request(
        f"/data/dataflow/IMF.STA/IMTS/+/{key}",
        params=(
            ("dimensionAtObservation", "TIME_PERIOD"),
            ("attributes", "dsd"),
            ("measures", "all"),
        ),
        accept=("application/json", "application/vnd.sdmx.data+json"),
    )


def _over(readings: list[Reading], visit: Visit) -> list[Reading]:
    """The readings, all of them of periods that are over."""
    for one in readings:
        if one.period.end >= visit.now.date():
            raise Unexpected(f"{one.indicator}: a value for {one.period}, which is not over yet")
    return readings


def _key(answer: Answer) -> str:
    """What was asked for, in the publisher's own words."""
    return answer.request.path.rpartition("/")[2]


def _withdrawn(
    indicator: str, values: Mapping[str, float | None], visit: Visit
) -> list[Withdrawal]:
    known = visit.known.get(indicator, {})
    return [
        Withdrawal(indicator, Period.parse(text), PAGE, "null in the answer")
        for text, value in values.items()
        if value is None and text in known
    ]


SOURCE: Source = Imf()
