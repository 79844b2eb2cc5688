"""Every setting there is: what it means, and which values it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from forecaster import settings_parse as parse


@dataclass(frozen=True, slots=True)
class Setting:
    """What one setting means and which values it takes; a ``secret`` is never printed."""

    help: str
    parse: Callable[[object], Any]
    secret: bool = False


#: The public sources; a test compares them with those of the room of indicators.
SOURCES = (
    "gacc",
    "ofac",
    "federal_register",
    "kremlin",
    "gdelt_events",
    "sipri",
    "worldbank",
    "comtrade",
    "imf",
    "dataverse",
)
KEYED = ("comtrade", "imf")
#: What a token or a proxy may open.
SCOPES = ("read", "record", "operate")
#: How a mail server may be talked to.
SECURITY = ("starttls", "tls", "none")


#: Every setting there is; the defaults stand in ``Settings``.
TABLE: dict[str, Setting] = {
    "home": Setting("the state folder", parse.path),
    "database_url": Setting("the database; SQLite in the state folder unless stated", parse.url),
    "prior_set": Setting("the prior set that a fit uses", parse.text),
    "random_seed": Setting("the seed of a fit", parse.whole(0, 2**32 - 1)),
    "draws": Setting("draws kept per chain", parse.whole(50, 100_000)),
    "tune": Setting("draws per chain spent on tuning", parse.whole(50, 100_000)),
    "chains": Setting("chains; the gate compares them, so two or more", parse.whole(2, 64)),
    "cores": Setting("chains that run at the same time", parse.whole(1, 256)),
    "stale_after_hours": Setting(
        "hours after the last good run before a forecast is called stale", parse.whole(1, 8760)
    ),
    "contact": Setting(
        "who asks: an address that publishers can write to; needed to collect", parse.contact
    ),
    **{
        f"sources.{name}.base_url": Setting(
            f"a mirror that is asked instead of {name}'s publisher", parse.base_url
        )
        for name in SOURCES
    },
    **{
        f"sources.{name}.api_key": Setting(f"a key of one's own for {name}", parse.key, secret=True)
        for name in KEYED
    },
    "schedule": Setting("the timetable of the jobs; jobs/schedule.toml unless stated", parse.path),
    "alerts": Setting(
        "the rules of what is told; forecaster/alerts/alerts.toml unless stated", parse.path
    ),
    "desk_url": Setting("where people find the desk, for the links in alerts", parse.base_url),
    "jobs_at_once": Setting("jobs that run at the same time", parse.whole(1, 64)),
    "fit_seconds": Setting("seconds after which a fit is ended", parse.whole(1, 604_800)),
    "fit_memory_mb": Setting(
        "memory in MB at which a fit, or any other job, is ended", parse.whole(64, 4_194_304)
    ),
    "lease_seconds": Setting(
        "seconds until another process takes the jobs over from one that died", parse.whole(2, 3600)
    ),
    "heartbeat_url": Setting(
        "address that is called after each job that succeeded", parse.web, secret=True
    ),
    "backup_folder": Setting(
        "where the job `backup` writes; `backups` in the state folder unless stated", parse.path
    ),
    "backups_kept": Setting("backups that the job `backup` keeps", parse.whole(1, 10_000)),
    "disk_floor_mb": Setting(
        "free space in MB below which the service says that it is not ready",
        parse.whole(0, 1_000_000_000),
    ),
    "proxy_header": Setting(
        "the header in which a trusted proxy says who asks; X-Forwarded-User for one", parse.header
    ),
    "proxy_addresses": Setting(
        "addresses or ranges whose proxy_header is believed, with commas between", parse.networks
    ),
    "proxy_scopes": Setting(
        f"what those may whom a proxy vouches for: some of {', '.join(SCOPES)}",
        parse.some_of(SCOPES),
    ),
    "hosts": Setting(
        "names that the pages answer to besides this machine's own, with commas between",
        parse.hosts,
    ),
    "web_requests_per_second": Setting(
        "requests a second of one address or identity, on average over ten seconds",
        parse.whole(1, 1_000_000),
    ),
    "web_burst": Setting(
        "requests of one address or identity within one second", parse.whole(1, 1_000_000)
    ),
    "webhook_allow_cidrs": Setting(
        "ranges of the own network that webhooks may go to, with commas between", parse.ranges
    ),
    "webhook_key": Setting("the key that seals webhook secrets", parse.sealing_key, secret=True),
    "deliveries_kept_days": Setting(
        "days after which the job `tidy` forgets what was delivered or given up",
        parse.whole(30, 36_500),
    ),
    "webhook_ca_file": Setting(
        "certificates in PEM that webhooks and mail believe besides the usual ones", parse.path
    ),
    "smtp_host": Setting("the mail server that sends alerts", parse.host),
    "smtp_port": Setting("its port", parse.whole(1, 65_535)),
    "smtp_security": Setting(
        "how it is talked to: starttls, tls, or none on this machine", parse.one_of(SECURITY)
    ),
    "smtp_user": Setting("the name we sign in with there", parse.key),
    "smtp_password": Setting("the password for it", parse.key, secret=True),
    "smtp_from": Setting("the address that mail comes from", parse.mailbox),
}
