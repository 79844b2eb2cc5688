"""How a command, the API and a form call the same things, so that an error tells the way out there.

What decides is written once; whoever asks brings the words.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """What somebody who judges gives and sees.

    Attributes
    ----------
    period, value, counted : str
        What a confirmation holds.
    record : str
        How a value outside the plausible range is recorded.
    leads, aside : str
        Where the leads and the values in quarantine stand.
    judged_leads, judged_aside : str
        The same with those that were judged.
    """

    period: str
    value: str
    counted: str
    record: str
    leads: str
    aside: str
    judged_leads: str
    judged_aside: str


COMMAND = Wording(
    period="--period",
    value="--value",
    counted="--counted",
    record="use `forecaster record` with --reason",
    leads="see `forecaster leads`",
    aside="see `forecaster quarantine`",
    judged_leads="see `forecaster leads --all`",
    judged_aside="see `forecaster quarantine --all`",
)
API = Wording(
    period="`period`",
    value="`value`",
    counted="`counted`",
    record="post it to the indicator's readings with a `reason`",
    leads="GET /api/v1/leads lists them",
    aside="GET /api/v1/quarantine lists them",
    judged_leads="GET /api/v1/leads?all=true shows how",
    judged_aside="GET /api/v1/quarantine?all=true shows how",
)
FORM = Wording(
    period="the field for the period",
    value="the field for the value",
    counted='"It is counted already"',
    record="use the form for a reading and give a reason",
    leads="its indicator's page lists them",
    aside="its indicator's page lists them",
    judged_leads="load the page again",
    judged_aside="load the page again",
)
