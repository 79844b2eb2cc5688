"""What is promised, held against what was measured; as rows, and as a block of the README."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from benchmarks import blocks, doubts
from benchmarks.row import Figures, Row
from forecaster.posterior import words


def _update(found: Figures) -> list[Row]:
    fits = found["fits"]
    rhat = max(one["rhat_max"] for one in fits)
    ess = min(min(one["ess_bulk_min"], one["ess_tail_min"]) for one in fits)
    divergences = sum(one["divergences"] for one in fits)
    bfmi = min(one["bfmi_min"] for one in fits)
    slowest, peak = found["seconds_max"], found["peak_bytes_max"] / 1e9
    return [
        Row(
            f"gate passed, {len(fits)} seeds",
            "every seed",
            f"{found['passed']} of {len(fits)}; R-hat at most {rhat:.4f}, ESS at least {ess:,.0f}, "
            f"{divergences} divergences, BFMI at least {bfmi:.2f}",
            found["passed"] == len(fits),
        ),
        Row(
            "`forecaster update`, slowest seed",
            "under 180 s (goal 60)",
            f"{slowest:.0f} s (median {found['seconds_median']:.0f} s)",
            slowest < 180,
        ),
        Row("memory of an update, peak", "under 1.5 GB", f"{peak:.2f} GB", peak < 1.5),
    ]


def _show(found: Figures) -> list[Row]:
    seconds = found["seconds_median"]
    return [
        Row("`forecaster show`, median of 10", "under 0.5 s", f"{seconds:.2f} s", seconds < 0.5)
    ]


def _store(found: Figures) -> list[Row]:
    count = words.count(found["rows"], "reading")
    return [
        Row(what, f"under {limit:g} s", f"{found[key]:.2f} s", found[key] < limit)
        for what, key, limit in (
            (f"{count} stored", "load_seconds", 20.0),
            ("as known at a time: one indicator", "one_indicator_seconds", 0.2),
            ("as known at a time: all of them", "all_seconds", 1.0),
        )
    ]


def _jobs(found: Figures) -> list[Row]:
    doubled, lost, seconds = found["doubled"], found["lost"], found["takeover_seconds"]
    return [
        Row(
            f"{words.count(found['due_times'], 'due time')}, {found['processes']} processes",
            "0 doubled, 0 lost",
            f"{doubled} doubled, {lost} lost; begun {found['late_median']:.2f} s after their time "
            f"(95 %: {found['late_p95']:.2f} s)",
            doubled == lost == 0,
        ),
        Row(
            "the process that runs the jobs is killed: until another has run one",
            "under 60 s",
            f"{seconds:.0f} s",
            seconds < 60,
        ),
    ]


def _textbook(found: Figures) -> list[Row]:
    ratio = found["ratio"]
    bound = "at least " if found["lower_bound"] else ""
    kept = None if ratio is None or (ratio < 10 and found["lower_bound"]) else ratio >= 10
    last = found["attempts"][-1]
    state = "stopped" if last["cut_off"] else "ended"
    seen = (
        f", {state} at R-hat {last['rhat_max']:.2f} and "
        f"ESS {min(last['ess_bulk_min'], last['ess_tail_min']):,.0f}"
        if "rhat_max" in last
        else f", {state} before it gave draws to judge"
    )
    measured = (
        "no update passed the gate"
        if ratio is None
        else f"{bound}{ratio:.0f} times ({bound}{found['seconds']:,.0f} s against "
        f"{found['update_seconds']:.0f} s{seen})"
    )
    return [Row("textbook version until it passes", "10 times our update", measured, kept)]


def _calibration(found: Figures) -> list[Row]:
    mean, error = found["reduced"]["coverage"]["all"]
    headline = found["reduced"]["coverage"]["headline"][0]
    ranks = found["reduced"]["mean_rank"].values()
    low, high = min(one[0] for one in ranks), max(one[0] for one in ranks)
    return [
        Row(
            f"truth within the 90 % intervals, {found['reduced']['worlds']:,} simulated worlds",
            "85 to 95 %",
            f"{100 * mean:.1f} % (± {100 * error:.1f}), headline {100 * headline:.0f} %; "
            f"mean ranks {low:.2f} to {high:.2f}",
            0.85 <= mean <= 0.95,
        ),
        *(
            _even(size, found[size])
            for size in ("full", "reduced")
            if "rejected" in found.get(size, {})
        ),
    ]


def _even(size: str, found: Figures) -> Row:
    """Simulation-based calibration; undecided while worlds are missing."""
    whole = found["worlds"] >= found["wanted"]
    said = f"rejected: {', '.join(found['rejected'])}" if found["rejected"] else "none"
    return Row(
        f"ranks of {found['quantities']} quantities, {found['worlds']:,} of {found['wanted']:,} "
        f"worlds of {size} size",
        "none rejected at 1 % after correction",
        f"{said}; least even `{found['worst']}`, p = {found['worst_p']:.2g}",
        False if found["rejected"] else True if whole else None,
    )


def _collect(found: Figures) -> list[Row]:
    seconds, again, peak = found["seconds"], found["again_seconds"], found["peak_bytes"] / 1e6
    speed = found["megabytes_per_second"]
    return [
        Row(
            f"`forecaster collect`, {found['sources']} sources replayed, a day of GDELT included",
            "under 60 s and 300 MB",
            f"{seconds:.1f} s, {peak:.0f} MB",
            seconds < 60 and peak < 300,
        ),
        Row("the same with nothing new", "under 5 s", f"{again:.1f} s", again < 5),
        Row("GDELT events read", "20 MB a second", f"{speed:.0f} MB a second", speed >= 20),
    ]


def _by_itself(found: Figures) -> list[Row]:
    lost, doubled, untrue = found["lost"], found["doubled"], found["untrue"]
    kills = {phase: len(moments) for phase, moments in found["kills"].items()}
    where = ", ".join(f"{count} {DYING[phase]}" for phase, count in kills.items())
    seconds, noticed = found["news_seconds"], found["noticed_seconds"]
    return [
        Row(
            f"`forecaster serve` by itself over {found['sources']} sources replayed, killed "
            f"{sum(kills.values())} times: {where}",
            "a forecast in the end; 0 lost, 0 doubled, 0 untrue, nothing left running",
            f"{words.count(found['forecasts'], 'forecast')} of "
            f"{words.count(found['readings'], 'reading')} collected, "
            f"{words.count(found['due_times'], 'due time')}; {lost} lost, {doubled} doubled, "
            f"{untrue} untrue; what ran ended {found['orphans_seconds']:.1f} s after the service",
            lost == doubled == untrue == 0,
        ),
        Row(
            "from a new reading to the published forecast, by itself",
            "under 5 minutes",
            f"{seconds:.0f} s, 5 of them meant to wait for more (noticed after {noticed:.0f} s; "
            "the publisher is asked every 120)",
            seconds < 300,
        ),
        Row(
            "from that reading to the verified webhook about that forecast",
            "under 5 minutes",
            f"{found['heard_seconds']:.0f} s",
            found["heard_seconds"] < 300,
        ),
    ]


def _desk(found: Figures) -> list[Row]:
    load, floor = found["load"], found["floor"]
    whole = None if found["missing"] else True
    size, seconds = found["today_bytes"] / 1e3, found["today_seconds"]
    start = found["start_seconds"]
    pages = f"{found['forecasts']:,} forecasts and {found['readings']:,} readings"
    slowest = {name: _slowest(found["pages"], name) for name in ("reading", "started")}
    drawn = {name: _slowest(found["pages"], name) for name in ("forecast", "undrawn")}
    worst = max(seconds for _, seconds in slowest.values())
    steady = load["p99"] < 0.3 and load["errors"] == 0 and load["per_second"] > 198
    return [
        Row(
            f"the desk: 200 requests a second over its pages beside a fit, another forecast "
            f"published meanwhile, {pages}",
            "99 % under 300 ms, 0 errors",
            f"99 % under {_ms(load['p99'])} (half under {_ms(load['p50'])}), "
            f"{words.count(load['errors'], 'error')} of {load['requests']:,}; a bare server with "
            f"the finished bytes of Today: 99 % under {_ms(floor['p99'])}",
            steady and whole,
        ),
        Row(
            "*Today*, packed, and nothing new",
            "under 100 kB and 50 ms",
            f"{size:.0f} kB, {_ms(seconds)}",
            size < 100 and seconds < 0.05,
        ),
        Row(
            f"slowest page when first asked for, {pages}",
            "under 300 ms",
            f"after a new reading {_said(slowest['reading'])}, after a start "
            f"{_said(slowest['started'])}; with charts to be drawn: after a new forecast "
            f"{_said(drawn['forecast'])}, of a new state {_said(drawn['undrawn'])}",
            worst < 0.3 and whole,
        ),
        Row(
            "memory of the web process, peak",
            "under 300 MB",
            f"{found['peak_bytes'] / 1e6:.0f} MB, and {found['children_bytes'] / 1e6:.0f} MB of "
            "the process that draws",
            found["peak_bytes"] < 300e6,
        ),
        Row(
            "from the start of `serve` to the first page",
            "under 5 s",
            f"{start['started']:.1f} s; {start['undrawn']:.1f} s where no chart was drawn before",
            max(start.values()) < 5,
        ),
    ]


def _slowest(pages: Mapping[str, Mapping[str, float]], when: str) -> tuple[str, float]:
    name = max(pages, key=lambda one: pages[one].get(when, 0.0))
    return name, pages[name][when]


def _said(page: tuple[str, float]) -> str:
    return f"{_ms(page[1])} ({page[0]})"


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms" if seconds >= 0.01 else f"{1000 * seconds:.1f} ms"


def _delivery(found: Figures) -> list[Row]:
    p95, share = found["first_attempt_p95"], found["share_within"]
    lost, doubled = found["lost"], found["second_ids"]
    return [
        Row(
            f"from a commit to the first attempt, 95 % of {found['first_attempts']} messages",
            "under 2 s",
            f"{p95:.2f} s (median {found['first_attempt_median']:.2f} s)",
            p95 < 2,
        ),
        Row(
            f"{words.count(found['deliveries'], 'webhook')} at once to {found['endpoints']} "
            f"endpoints of which {found['hanging']} hang",
            f"99.9 % of the reachable within {found['within_seconds']:.0f} s",
            f"{100 * share:.1f} %, the last after {found['last_seconds']:.1f} s",
            share >= 0.999,
        ),
        Row(
            f"killed {found['kills']} times between any two steps of "
            f"{words.count(found['committed'], 'delivery', 'deliveries')}",
            "0 lost, 0 with a second id",
            f"{lost} lost, {doubled} with a second id; {found['sent'] - found['committed']} came "
            "once more under their id",
            lost == doubled == 0,
        ),
    ]


def _bare(found: Figures) -> list[Row]:
    minutes = found["seconds"] / 60
    return [
        Row("`make run` from a fresh clone", "under 8 minutes", f"{minutes:.1f} min", minutes < 8)
    ]


ROWS: Mapping[str, Callable[[Figures], list[Row]]] = {
    "update": _update,
    "show": _show,
    "store": _store,
    "jobs": _jobs,
    "textbook": _textbook,
    "calibration": _calibration,
    "collect": _collect,
    "by_itself": _by_itself,
    "desk": _desk,
    "delivery": _delivery,
    **doubts.ROWS,
    "bare": _bare,
}
DYING = {"collecting": "while it collected", "fitting": "in a fit", "published": "just after one"}
SAID = {True: "yes", False: "**no**", None: "undecided"}


def rows(figures: Mapping[str, Figures]) -> list[Row]:
    """Every promise that was measured, in the order of ``ROWS``."""
    return [row for name in ROWS if name in figures for row in ROWS[name](figures[name])]


def measured(results: Mapping[str, Any]) -> str:
    """The README's block."""
    machine, figures = results["machine"], results["figures"]
    cores = words.count(machine["cores"], "core")
    days = sorted({one["date"] for one in figures.values()})
    dated = " to ".join(words.day(day) for day in dict.fromkeys((days[0], days[-1])))
    body = [[row.what, row.promised, row.measured, SAID[row.kept]] for row in rows(figures)]
    missing = [f"`{name}`" for name in ROWS if name not in figures]
    left = f"\n\nNot measured yet: {', '.join(missing)}." if missing else ""
    return (
        f"Measured {dated} by [benchmarks/run.py](benchmarks/run.py) on {cores}, "
        f"Python {machine['python']}, {machine['platform']}.\n\n"
        f"{blocks.table(['what', 'promised', 'measured', 'kept'], body)}{left}"
    )
