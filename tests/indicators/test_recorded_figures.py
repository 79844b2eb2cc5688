"""Every recorded answer of the publishers of figures: what is read in it, or why it is refused."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from indicators.source import SourceError, Unexpected
from indicators.sources import comtrade, dataverse, gdelt_file, imf, sipri, worldbank
from indicators.spec import Reading
from tests.indicators.registers import HEADER

WHERE = os.environ.get("FORECASTER_TEST_RECORDINGS")
pytestmark = pytest.mark.skipif(
    WHERE is None, reason="FORECASTER_TEST_RECORDINGS names no folder of recorded answers"
)
READ_BY_NOBODY = ("eu_fsf", "fred", "gdelt_doc", "manifold", "opensanctions", "us_csl", "wikimedia")
FIGURES = ("gdelt_events", "sipri", "worldbank", "comtrade", "imf", "dataverse")


def recorded(name: str) -> bytes:
    return (Path(WHERE or "") / name).read_bytes()


def flows(body: bytes) -> object:
    return comtrade.parse_flows(body, "2010")


def table(body: bytes) -> object:
    return worldbank.parse_table(body, "NY.GDP.MKTP.CD", "current US$")


REFUSED: dict[str, tuple[Callable[[bytes], object], str]] = {
    "comtrade/reference_Reporters.json": (flows, "lacks count, data; it has results"),
    "comtrade/reference_ModeOfTransportCodes.json": (flows, "lacks count, data; it has results"),
    "comtrade/reference_TradeDataItems.json": (flows, "lacks count, data; it has more, results"),
    "worldbank/error_200_invalid_value.json": (table, "is a refusal: Invalid value (120)"),
    "worldbank/country_all_NY.GDP.MKTP.CD_edited.json": (table, "says 264 rows on 1 pages and b"),
    "worldbank/observations_USA_NY.GDP.MKTP.CD_reserialised.json": (table, "has 64 parts"),
    "imf/availability_IMTS_USA_INDICATOR.json": (imf.parse_data, "data lacks dataSets, structures"),
    "imf/structure_dataflow_IMF.RES_PCPS.json": (imf.parse_data, "data lacks dataSets, structures"),
    "imf/structure_datastructure_DSD_PCPS.json": (imf.parse_data, "data lacks dataSets, structure"),
    "imf/data_WEO_SVK_sdmxml21.xml": (imf.parse_data, "is no JSON"),
    "sipri/import_export_csv_ukraine_2021_2025_excerpt.csv": (sipri.parse_register, "is no JSON"),
    "dataverse/error_403_waf.html": (dataverse.parse_version, "is no JSON"),
    "un_votes/COW_country_codes.csv": (dataverse.parse_points, "columns are stateabb, ccode"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    parse, why = REFUSED[name]
    with pytest.raises(Unexpected) as told:
        parse(recorded(name))
    assert why in str(told.value)


@pytest.mark.parametrize("name", ["data_v1_get_S_A_EB_empty.json", "bulk_v1_get_C_A_HS_empty.json"])
def test_an_empty_answer_of_comtrade_holds_nothing(name: str) -> None:
    found = comtrade.parse_flows(recorded(f"comtrade/{name}"), "2010")

    assert (found.values, found.warnings) == ({}, ())


def test_a_year_of_comtrade() -> None:
    found = comtrade.parse_flows(recorded("comtrade/data_v1_get_C_A_HS_chn_2010.json"), "2010")

    assert found.values[32, "M"] == 6_804_128_143.0
    assert {partner for partner, _ in found.values} == {32, 276}
    assert found.warnings == ()
    assert comtrade.readings_of(found) == ()  # Argentina and Germany


def test_aggregates_of_the_world_bank_once_the_count_of_the_cut_is_mended() -> None:
    content = json.loads(recorded("worldbank/country_all_NY.GDP.MKTP.CD_edited.json"))
    content[0]["total"] = len(content[1])
    found = worldbank.parse_table(json.dumps(content).encode(), "NY.GDP.MKTP.CD", "current US$")

    assert {country for country, _ in found.values} == {"ARG", "CSS", "CEB", "EAR"}
    assert str(found.released) == "2020-03-18"
    assert found.warnings == ()


def test_rows_of_the_world_bank_within_their_header() -> None:
    rows = json.loads(recorded("worldbank/observations_USA_NY.GDP.MKTP.CD_reserialised.json"))
    head = {"page": 1, "pages": 1, "total": len(rows), "lastupdated": "2024-05-30"}
    found = worldbank.parse_table(
        json.dumps([head, rows]).encode(), "NY.GDP.MKTP.CD", "current US$"
    )

    assert found.values["USA", 2023] is None
    assert found.values["USA", 2022] == 25_439_700_000_000
    assert len(found.values) == 64


def test_series_of_the_imf_with_values_as_text() -> None:
    (found,) = imf.parse_data(recorded("imf/data_WHDREO_GX1213_annual.json")).series

    assert dict(found.dimensions) == {
        "COUNTRY": "GX1213",
        "INDICATOR": "BCA_GDP_BP6",
        "FREQUENCY": "A",
    }
    assert (len(found.values), found.values["1976"], found.values["2030"]) == (55, -7.436, -1.802)
    with pytest.raises(Unexpected, match="a series lacks COUNTERPART_COUNTRY"):
        imf.trade_of(imf.parse_data(recorded("imf/data_WHDREO_GX1213_annual.json")))


def test_observations_of_the_imf_that_are_all_null() -> None:
    (found,) = imf.parse_data(recorded("imf/data_GFS_SOO_ABW_annual.json")).series

    assert found.values == dict.fromkeys(("1972", "1973", "1974", "1975", "1976"))


@pytest.mark.parametrize(
    "name", ["data_WHDREO_monthly_M.json", "structure_dataflow_unknown_204.json"]
)
def test_an_answer_of_the_imf_without_series(name: str) -> None:
    found = imf.parse_data(recorded(f"imf/{name}"))

    assert found.series == ()
    assert len(found.warnings) == 1


def test_two_years_of_the_register_of_arms() -> None:
    found = sipri.parse_register(recorded("sipri/trade_register_csv_2000_2001.json"))
    values = {(r.indicator, r.period.text): r.value for r in sipri.readings_of(found)}

    assert (str(found.generated), found.n_lines, found.warnings) == ("2025-02-10", 1414, ())
    assert values["arms_deliveries", "2000"] == 2205.0
    assert values["arms_deliveries", "2001"] == 2463.25
    assert values["arms_to_india", "2001"] == 930.86
    assert "arms_orders" not in {indicator for indicator, _ in values}
    assert set(HEADER.split(",")) == set(sipri.COLUMNS)


def test_a_quarter_of_an_hour_of_news() -> None:
    body = recorded("gdelt_events/20191024143000.export.CSV")
    found = gdelt_file.parse_events(body, "20191024143000")
    day = gdelt_file.Day(found[0].day)
    day.add(found)
    values = {one.indicator: one.value for one in day.readings()}

    assert len(found) == 12
    assert min(one.day.isoformat() for one in found) >= "2019-10-21"
    assert values == {
        "gdelt_visits": 0.0,
        "gdelt_tone": -2.5773,
        "gdelt_material_cooperation": 0.0,
        "gdelt_goldstein": 0.4,
        "gdelt_conflict_china_us": 25.0,
        "gdelt_conflict_russia_us": 100.0,
    }
    assert day.leads() == ()


def test_ideal_points_of_2020() -> None:
    found = dataverse.parse_points(recorded("un_votes/IdealpointestimatesAll_Apr2020.csv"))
    values = {r.period.text: r.value for r in dataverse.readings_of(found)}

    assert (found.votes, len(found.values)) == ("all", 10469)
    assert (values["1992"], values["2018"], values["2019"]) == (1.848, 0.624, 0.476)


def _others() -> list[str]:
    where = Path(WHERE or "")
    return [f"{one}/{p.name}" for one in READ_BY_NOBODY for p in sorted((where / one).glob("*"))]


@pytest.mark.parametrize("name", _others() if WHERE else ["none"])
@pytest.mark.parametrize("source", FIGURES)
def test_answers_that_no_source_asks_for_are_taken_by_none_for_its_own(
    source: str, name: str
) -> None:
    addresses = {
        "gdelt_events": "http://data.gdeltproject.org/gdeltv2/20261121101500.export.CSV.zip",
        "worldbank": "https://api.worldbank.org/v2/country/CHN/indicator/NY.GDP.MKTP.KD",
        "comtrade": "https://comtradeapi.un.org/public/v1/preview/C/A/HS?period=2024",
        "imf": "https://api.imf.org/external/sdmx/3.0/data/dataflow/IMF.STA/IMTS/+/CHN.X",
    }
    parse: Callable[[bytes, str], tuple[Reading, ...]]
    parse = import_module(f"indicators.sources.{source}").parse
    with pytest.raises(SourceError):
        parse(recorded(name), addresses.get(source, ""))


def test_no_recorded_answer_is_forgotten() -> None:
    here = {f"{p.parent.name}/{p.name}" for p in Path(WHERE or "").glob("*/*")}
    mine = {name for name in here if name.partition("/")[0] in (*FIGURES, "un_votes")}
    text = Path(__file__).read_text(encoding="utf-8")

    assert {name for name in mine if name.partition("/")[2] not in text} == set()
