"""Where a setting comes from, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from forecaster import settings
from forecaster.errors import InvalidFiles


def test_without_anything_stated_the_defaults_hold() -> None:
    """The state goes to the platform's folder for user data, the database into it."""
    found = settings.load({})

    assert found.home.name == "forecaster"
    assert found.database_url == f"sqlite:///{found.home}/forecaster.sqlite"
    assert (found.draws, found.chains, found.random_seed) == (1000, 4, 1)
    assert set(found.origin.values()) == {"default"}
    assert set(found.origin) == set(settings.TABLE)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """Each value says where it was found."""
    (tmp_path / "forecaster.toml").write_text('draws = 300\nchains = 3\nprior_set = "wide"\n')
    found = settings.load({"FORECASTER_HOME": str(tmp_path), "FORECASTER_DRAWS": "400"})

    assert (found.draws, found.chains, found.prior_set) == (400, 3, "wide")
    assert found.origin["draws"] == "FORECASTER_DRAWS"
    assert found.origin["chains"] == str(tmp_path / "forecaster.toml")
    assert found.origin["tune"] == "default"


def test_a_named_file_may_move_the_state(tmp_path: Path) -> None:
    """FORECASTER_CONFIG stands for the file in the state folder, and may say where that is."""
    file = tmp_path / "elsewhere.toml"
    file.write_text(f'home = "{tmp_path / "state"}"\n')
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "forecaster.toml").write_text("nonsense = 1\n")
    found = settings.load({"FORECASTER_CONFIG": str(file)})

    assert found.home == tmp_path / "state"
    assert found.origin["home"] == str(file)


def test_a_relative_home_is_taken_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Later changes of folder do not move the state."""
    monkeypatch.chdir(tmp_path)

    assert settings.load({"FORECASTER_HOME": "state"}).home == tmp_path / "state"


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """An unknown key, a word for a number, a number out of range: one list."""
    (tmp_path / "forecaster.toml").write_text('drawz = 3\nchains = 1\ncores = "many"\n')
    with pytest.raises(InvalidFiles) as told:
        settings.load({"FORECASTER_HOME": str(tmp_path), "FORECASTER_TUNE": "3.5"})

    file = tmp_path / "forecaster.toml"
    assert sorted(told.value.problems) == sorted(
        [
            f"{file}: drawz: no such setting; nearest: draws",
            f"{file}: chains: expected a whole number from 2 to 64, not '1'",
            f"{file}: cores: expected a whole number from 1 to 256, not 'many'",
            "FORECASTER_TUNE: expected a whole number from 50 to 100,000, not '3.5'",
        ]
    )


@pytest.mark.parametrize("content", ["draws = ", "draws = true", 'home = "/elsewhere"'])
def test_a_file_that_cannot_be_is_refused(tmp_path: Path, content: str) -> None:
    """Broken TOML, a boolean for a number, a state folder that moves itself."""
    (tmp_path / "forecaster.toml").write_text(content)
    with pytest.raises(InvalidFiles, match=r"forecaster\.toml"):
        settings.load({"FORECASTER_HOME": str(tmp_path)})


def test_a_named_file_that_is_missing_is_told(tmp_path: Path) -> None:
    """Not silently passed over."""
    with pytest.raises(InvalidFiles, match="there is no file"):
        settings.load({"FORECASTER_CONFIG": str(tmp_path / "none.toml")})


def test_passwords_are_never_printed(tmp_path: Path) -> None:
    """Neither in a listing nor in a complaint."""
    url = "postgresql+psycopg://analyst:hunter2@db.example/forecasts"
    base = {"FORECASTER_HOME": str(tmp_path)}
    shown = settings.load(base | {"FORECASTER_DATABASE_URL": url}).shown("database_url")
    with pytest.raises(InvalidFiles) as told:
        settings.load(base | {"FORECASTER_DATABASE_URL": url.replace("+psycopg", "+other")})

    assert shown == "postgresql+psycopg://analyst:***@db.example/forecasts"
    assert "hunter2" not in str(told.value)


def test_variables_that_nothing_reads_are_listed() -> None:
    """A misspelt variable can be found; those of the tests are let be."""
    environ = {
        "FORECASTER_DRAWZ": "1",
        "FORECASTER_DRAWS": "400",
        "FORECASTER_TEST_RECORDINGS": "x",
        "FORECASTER_CONFIG": "y",
        "HOME": "z",
    }

    assert settings.unknown_variables(environ) == ["FORECASTER_DRAWZ"]


def test_mirrors_and_keys_are_settings_of_each_source(tmp_path: Path) -> None:
    """Tables of the file and double underscores of the environment say the same."""
    (tmp_path / "forecaster.toml").write_text(
        'contact = "desk@example.org"\n[sources.gacc]\nbase_url = "http://mirror.example/gacc/"\n'
        '[sources.imf]\napi_key = "hunter2"\n'
    )
    found = settings.load(
        {
            "FORECASTER_HOME": str(tmp_path),
            "FORECASTER_SOURCES__FEDERAL_REGISTER__BASE_URL": "http://127.0.0.1:8080/api/v1",
        }
    )

    assert found.contact == "desk@example.org"
    assert found.base_urls == {
        "gacc": "http://mirror.example/gacc",
        "federal_register": "http://127.0.0.1:8080/api/v1",
    }
    assert found.api_keys == {"imf": "hunter2"}
    assert found.shown("sources.gacc.base_url") == "http://mirror.example/gacc"
    assert found.shown("sources.ofac.base_url") == ""
    assert found.shown("sources.imf.api_key") == "***"
    assert found.shown("sources.comtrade.api_key") == ""
    assert "hunter2" not in repr(found)
    assert found.origin["sources.gacc.base_url"] == str(tmp_path / "forecaster.toml")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("CONTACT", "somebody", "expected an e-mail or web address"),
        ("CONTACT", "a@b\r\nX: y", "expected an e-mail or web address"),
        ("CONTACT", "a@b (x)", "expected an e-mail or web address"),
        ("SOURCES__GACC__BASE_URL", "ftp://x", "expected http://host/path"),
        ("SOURCES__GACC__BASE_URL", "http://user:word@x", "expected http://host/path"),
        ("SOURCES__GACC__BASE_URL", "http://x/?a=1", "expected http://host/path"),
        ("SOURCES__IMF__API_KEY", "two words", "expected one word"),
    ],
)
def test_what_cannot_be_asked_with_is_refused(name: str, value: str, told: str) -> None:
    """And a key is not repeated in the complaint."""
    with pytest.raises(InvalidFiles) as caught:
        settings.load({f"FORECASTER_{name}": value})

    assert f"FORECASTER_{name}: {told}" in str(caught.value)
    assert "two words" not in str(caught.value)


def test_a_source_that_is_none_is_told(tmp_path: Path) -> None:
    """In the file as an error, in the environment as a remark."""
    (tmp_path / "forecaster.toml").write_text('[sources.gaac]\nbase_url = "http://x"\n')
    with pytest.raises(
        InvalidFiles, match=r"sources\.gaac\.base_url: no such setting; nearest: .*gacc"
    ):
        settings.load({"FORECASTER_HOME": str(tmp_path)})
    variable = "FORECASTER_SOURCES__GAAC__BASE_URL"

    assert settings.unknown_variables({variable: "x"}) == [variable]


def test_who_may_come_in_is_a_list_of_words(tmp_path: Path) -> None:
    """With commas in the environment, as a list in the file."""
    (tmp_path / "forecaster.toml").write_text(
        'proxy_addresses = ["10.0.0.7", "2001:db8::/48"]\nproxy_header = "X-Forwarded-User"\n'
    )
    base = {"FORECASTER_HOME": str(tmp_path), "FORECASTER_PROXY_SCOPES": "record, read"}
    found = settings.load(base)

    assert found.proxy_addresses == ("10.0.0.7/32", "2001:db8::/48")
    assert found.proxy_header == "x-forwarded-user"
    assert found.proxy_scopes == ("read", "record")
    assert found.shown("proxy_addresses") == "10.0.0.7/32, 2001:db8::/48"
    assert settings.load({"FORECASTER_HOME": "/nowhere"}).proxy_scopes == ("read",)


def test_hosts_are_names_in_small_letters() -> None:
    found = settings.load({"FORECASTER_HOSTS": "Desk.Example.org, [2001:DB8::1], 10.0.0.7"})
    assert found.hosts == ("desk.example.org", "[2001:db8::1]", "10.0.0.7")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PROXY_ADDRESSES", "0.0.0.0/0", "not everybody's"),
        ("PROXY_ADDRESSES", "10.0.0.7/8", "expected addresses or ranges"),
        ("PROXY_ADDRESSES", "proxy.example", "expected addresses or ranges"),
        ("PROXY_SCOPES", "", "expected one or more of read, record, operate"),
        ("PROXY_SCOPES", "read, write", "expected one or more of read, record, operate"),
        ("PROXY_HEADER", "X User", "expected the name of a header"),
        ("PROXY_HEADER", "Cookie", "expected a header of the proxy's own"),
        ("HOSTS", "*", "expected names without port"),
        ("HOSTS", "desk.example.org:8000", "expected names without port"),
        ("HOSTS", "http://desk.example.org", "expected names without port"),
    ],
)
def test_a_door_that_cannot_be_meant_is_refused(name: str, value: str, told: str) -> None:
    """Above all one that is open to everybody."""
    with pytest.raises(InvalidFiles, match=told):
        settings.load({f"FORECASTER_{name}": value})


def test_a_list_of_a_file_holds_words(tmp_path: Path) -> None:
    """Numbers are no addresses."""
    (tmp_path / "forecaster.toml").write_text("proxy_addresses = [10]\n")
    with pytest.raises(InvalidFiles, match="proxy_addresses: expected words"):
        settings.load({"FORECASTER_HOME": str(tmp_path)})
