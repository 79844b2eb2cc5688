"""History says what was said, when it was said, and nothing that was made later as if it were."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecaster.store import resolutions
from forecaster.web.timeline import thin
from forecaster.wiring import Desk
from tests.web.pages.conftest import NOW, Get, Put, Record, valid, words_of

DAY = timedelta(days=1)


def rows_of(get: Get, query: str = "range=all") -> list[dict[str, str]]:
    """The table behind the chart."""
    answer = get(f"/history?{query}&figure=through&format=csv")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_before_the_first_forecast_there_are_words_and_no_number(get: Get) -> None:
    for address in ("/", "/history"):
        answer = get(address)
        text = words_of(valid(answer))
        assert answer.status_code == 200
        assert "forecaster update" in text
        assert "%" not in text


def test_the_line_begins_with_the_first_forecast(get: Get, put: Put) -> None:
    put("one", mean=0.13)
    page = valid(get("/history"))
    text = words_of(page)
    assert "The line begins here: 13 % (3 to 39), as known 22 Nov 2026 06:10 UTC." in text
    assert "the first" in text
    assert 'id="through"' not in page


def test_two_forecasts_make_a_line(get: Get, put: Put) -> None:
    put("one", NOW - 3 * DAY, mean=0.12)
    put("two", NOW - DAY, mean=0.16)
    page = valid(get("/history"))
    text = words_of(page)
    assert 'id="through"' in page
    assert "▲ 4.0 points since 19 Nov 2026" in text
    assert [row["forecast_id"] for row in rows_of(get)] == ["one", "two"]
    assert page.index("/forecasts/two") < page.index("/forecasts/one")  # the table: newest first


def test_a_year_ago_is_out_of_the_chosen_range_and_in_the_next(get: Get, put: Put) -> None:
    put("old", NOW - 500 * DAY)
    put("one", NOW - 20 * DAY)
    put("two", NOW - DAY)
    assert [row["forecast_id"] for row in rows_of(get, "range=1y")] == ["one", "two"]
    assert [row["forecast_id"] for row in rows_of(get, "range=5y")] == ["old", "one", "two"]
    assert "2 forecasts in the last" not in words_of(get("/history?range=30d").text)


def test_a_range_with_one_forecast_says_so(get: Get, put: Put) -> None:
    put("old", NOW - 500 * DAY)
    put("one", NOW - 2 * DAY)
    assert "1 forecast in the last 30 days: too few for a line." in words_of(
        valid(get("/history?range=30d"))
    )


def test_hindcasts_and_refused_fits_are_told_apart(get: Get, put: Put) -> None:
    put("one", NOW - 9 * DAY, mean=0.11)
    put("two", NOW - DAY, mean=0.13)
    put("later", NOW - 5 * DAY, kind="hindcast", mean=0.77, made=NOW - DAY)
    put("refused", NOW - 4 * DAY, kind="rejected", mean=0.66)
    page = get("/history")
    text = words_of(valid(page))
    assert "2 forecasts. 1 fit did not pass the gate" in text
    assert "1 hindcast: made later from what was known then" in text
    kinds = {row["forecast_id"]: row["kind"] for row in rows_of(get)}
    assert kinds == {"one": "published", "later": "hindcast", "two": "published"}
    said = page.text[page.text.index('id="forecasts"') : page.text.index('id="hindcasts"')]
    assert "77" not in words_of(said)
    assert "66" not in words_of(said)
    assert "▲ 2.0 points" in words_of(said)  # from the one before, past the hindcast


def test_what_came_later_is_not_on_the_page_of_a_day(
    get: Get, put: Put, record: Record, desk: Desk
) -> None:
    put("one", NOW - 30 * DAY)
    put("two", NOW - 20 * DAY)
    put("three", NOW - 2 * DAY, mean=0.5)
    put("slow", NOW - 15 * DAY, made=NOW - 3 * DAY)
    put("later", NOW - 25 * DAY, kind="hindcast", made=NOW - DAY)
    put("refused", NOW - 25 * DAY, kind="rejected", made=NOW - DAY)
    record("leader_meetings", NOW - 2 * DAY)
    resolutions.add(desk.engine, "rupture", (NOW - 22 * DAY).date(), "https://example.org", NOW)
    day = (NOW - 10 * DAY).date().isoformat()
    answer = get(f"/history?as_of={day}")
    text = valid(answer)
    for name in ("three", "slow", "later", "refused"):
        assert f"/forecasts/{name}" not in text
    assert "No fit was turned away." in words_of(text)
    assert "/indicators/leader_meetings" not in text
    assert "in force from then on" not in text
    assert [row["forecast_id"] for row in rows_of(get, f"range=all&as_of={day}")] == ["one", "two"]
    # The day is kept by every link that leads on.
    assert f"/forecasts/two?as_of={day}" in text
    now = get("/history").text
    assert "/forecasts/three" in now
    assert "in force from then on" in now
    assert "/indicators/leader_meetings" in now


def test_before_the_first_forecast_a_day_has_none(get: Get, put: Put) -> None:
    put("one", NOW - 3 * DAY)
    for address in ("/", "/history"):
        answer = get(f"{address}?as_of=2020-01-01")
        assert answer.status_code == 200
        assert "There was no forecast as of 1 Jan 2020" in words_of(valid(answer))
        assert 'href="/forecasts/one"' in answer.text


def test_ticks_open_the_readings_recorded_since(get: Get, put: Put, record: Record) -> None:
    record("leader_meetings", NOW - 40 * DAY, amount=5)
    put("one", NOW - 30 * DAY)
    put("two", NOW - DAY)
    record("joint_exercises", NOW - 12 * DAY, amount=2)
    record("trade_total", NOW - 6 * DAY)
    page = valid(get("/history"))
    ticks = re.findall(r'<a href="(/indicators/\w+)" tabindex="-1">', page)
    assert ticks == ["/indicators/joint_exercises", "/indicators/trade_total"]
    assert "3 readings were recorded in this time" in words_of(page)
    assert "(2 readings)" in page


def test_the_table_is_turned_page_by_page(get: Get, put: Put) -> None:
    for number in range(52):
        put(f"n{number:02}", NOW - (60 - number) * DAY, mean=0.1 + number / 1000, posterior=False)
    first, second = (valid(get(f"/history?page={page}&range=30d")) for page in (1, 2))
    links = [
        re.findall(r'<th scope="row"><a href="/forecasts/(\w+)"', one) for one in (first, second)
    ]
    assert links[0] == [f"n{number:02}" for number in range(51, 1, -1)]
    assert links[1] == ["n01", "n00"]
    assert "/history?range=30d&amp;page=2" in first
    assert "/history?range=30d&amp;page=1" in second
    # The oldest of a page is measured against the newest of the next.
    assert words_of(first).count("the first") == 0
    assert words_of(second).count("the first") == 1
    beyond = get("/history?page=99")
    assert beyond.status_code == 200
    assert "Page 2 of 2" in words_of(beyond.text)


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=٣", "page=9999999", "range=2y", "as_of=soon"]
)
def test_what_cannot_be_read_is_refused(get: Get, put: Put, query: str) -> None:
    put("one")
    answer = get(f"/history?{query}")
    assert answer.status_code == 422
    valid(answer)


def test_a_damaged_posterior_costs_only_its_curves(get: Get, put: Put, desk: Desk) -> None:
    put("one", NOW - 3 * DAY)
    put("two", NOW - DAY)
    for path in (desk.settings.home / "posteriors").iterdir():
        path.write_bytes(b"not what was written")
    for address in ("/", "/history", "/forecasts/two"):
        answer = get(address)
        page = valid(answer)
        assert answer.status_code == 200
        assert 'role="alert"' in page
        assert "13 %" in words_of(page)
    assert 'id="through"' in get("/history").text
    assert 'id="hazard"' not in get("/history").text


def test_hostile_text_is_shown_and_not_obeyed(get: Get, put: Put, record: Record) -> None:
    name = '"><script>alert(1)</script>'
    put("one", NOW - 3 * DAY)
    put(name, NOW - DAY)
    record("<img src=x>", NOW - 2 * DAY)
    for address in ("/", "/history"):
        page = valid(get(address))
        assert "<script>alert" not in page
        assert "<img" not in page
    assert "/forecasts/%22%3E%3Cscript%3Ealert%281%29%3C/script%3E" in get("/history").text


def test_provisional_forecasts_are_dashed(get: Get, put: Put) -> None:
    put("one", NOW - 9 * DAY)
    put("two", NOW - 5 * DAY, kind="provisional")
    put("three", NOW - DAY)
    page = valid(get("/history"))
    assert 'stroke-dasharray="5,3"' in page
    assert "3 forecasts, 1 of them provisional." in words_of(page)


@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=400).map(sorted),
    st.integers(2, 50),
)
def test_thinning_keeps_the_ends_the_order_and_the_last_of_each_stretch(
    moments: list[int], limit: int
) -> None:
    points = list(enumerate(moments))
    kept = thin(points, [float(one) for one in moments], limit)
    assert len(kept) <= limit
    assert kept == sorted(set(kept))
    assert set(kept) <= set(points)
    assert kept[0] == points[0]
    assert kept[-1] == points[-1]
    if len(points) <= limit:
        assert kept == points
        return
    width = (moments[-1] - moments[0]) / (limit - 1) or 1.0
    ends = {int((when - moments[0]) / width): at for at, when in points}
    assert {at for at, _ in kept[1:-1]} <= set(ends.values())


def test_ten_thousand_are_drawn_as_a_few_hundred() -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC).timestamp()
    moments = [start + 3600 * at for at in range(10_000)]
    assert 390 <= len(thin(range(10_000), moments, 400)) <= 400
