"""What a document of the Federal Register counts as: one table of rules, each with its reason.

A document goes to the first rule that fits. Only its own words count: the title, and the abstract
where the publisher gives one; presidential documents and notices of the Treasury have none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from indicators.sources.federal_register_page import Document

Topic = Literal["russia", "china"]

PRESIDENT = "executive-office-of-the-president"
COMMERCE = "industry-and-security-bureau"
TREASURY = "foreign-assets-control-office"
TRADE = "trade-representative-office-of-united-states"

TOPICS: dict[Topic, re.Pattern[str]] = {
    "russia": re.compile(r"\bRussian?\b|\bUkraine[- ]?(?:/Russia[- ]?)?Related\b|\bCrimea\b"),
    "china": re.compile(r"\bChin(?:a|ese)\b|\bPRC\b|\bHong Kong\b|\bXinjiang\b"),
}
ORDERS: dict[Topic, str] = {"russia": "us_orders_on_russia", "china": "us_orders_on_china"}
ENTITY_RULES = "entity_list_rules"
ADDS = re.compile(r"\badd(?:s|ed|ing|ition|itions)?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rule:
    """Fits a document by its publisher, type, subtypes and title.

    ``orders``: it counts as an order on each topic named. ``listing``: it counts as a rule that
    adds to the Entity List if it says so. ``leads``: the indicators, by topic, whose list a person
    keeps and for which it may be a case.
    """

    id: str
    agency: str
    types: tuple[str, ...]
    title: re.Pattern[str]
    why: str
    subtypes: tuple[str, ...] = ()
    abstract_too: bool = False
    orders: bool = False
    listing: bool = False
    leads: tuple[tuple[Topic, str], ...] = ()

    def fits(self, one: Document) -> bool:
        """Whether this is the rule for a document."""
        return (
            self.agency in one.agencies
            and one.type in self.types
            and (not self.subtypes or one.subtype in self.subtypes)
            and self.title.search(one.title) is not None
        )


def _any(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


RULES = (
    Rule(
        "continuation",
        PRESIDENT,
        ("Presidential Document",),
        _any(r"^Continuation of the National Emergency"),
        "prolongs what is in force each year; sanctions_on_russia leaves renewals out",
    ),
    Rule(
        "tariff order",
        PRESIDENT,
        ("Presidential Document",),
        _any(r"\b(?:tariffs?|dut(?:y|ies)|imports?|de minimis)\b"),
        "an order that sets tariffs; whether it raises them, and on China alone, a person judges",
        subtypes=("Executive Order", "Proclamation"),
        orders=True,
        leads=(("china", "tariff_and_control_acts"), ("russia", "sanctions_on_russia")),
    ),
    Rule(
        "order",
        PRESIDENT,
        ("Presidential Document",),
        _any(r""),
        "an order or proclamation that names the country in its title",
        subtypes=("Executive Order", "Proclamation"),
        orders=True,
        leads=(("russia", "sanctions_on_russia"), ("china", "sanctions_on_china")),
    ),
    Rule(
        "entity list",
        COMMERCE,
        ("Rule",),
        _any(r"\bEntity List\b"),
        "the abstract tells under which destinations parties are listed, not how many",
        abstract_too=True,
        listing=True,
        leads=(("china", "sanctions_on_china"),),
    ),
    Rule(
        "military end users",
        COMMERCE,
        ("Rule",),
        _any(r"\bMilitary[- ]End[- ]User"),
        "the second list of firms kept by the same bureau",
        abstract_too=True,
        leads=(("china", "sanctions_on_china"),),
    ),
    Rule(
        "export control",
        COMMERCE,
        ("Rule",),
        _any(r""),
        "any other rule of the bureau that names the country; corrections are left out before",
        abstract_too=True,
        leads=(("china", "tariff_and_control_acts"),),
    ),
    Rule(
        "general licences",
        TREASURY,
        ("Rule", "Notice"),
        _any(r"\bGeneral Licen[cs]es?\b"),
        "licences permit; they are no restriction",
    ),
    Rule(
        "sanctions regulations",
        TREASURY,
        ("Rule",),
        _any(r""),
        "regulations of a programme named after the country; its notices name persons only",
        leads=(("china", "sanctions_on_china"),),
    ),
    Rule(
        "proceedings",
        TRADE,
        ("Notice",),
        _any(
            r"\bexclusions?\b|\bextension|\bcomments?\b|\bhearing|\bdocket|\binitiation|"
            r"\binvestigation\b|\breview of\b|\breport\b|\bmeeting\b"
        ),
        "steps of a proceeding, and reliefs, before or beside an act",
    ),
    Rule(
        "trade action",
        TRADE,
        ("Notice",),
        _any(r"\baction|\bmodification|\bincrease|\btariff|\bdut(?:y|ies)\b"),
        "notices by which a tariff under Section 301 takes effect",
        leads=(("china", "tariff_and_control_acts"),),
    ),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one document counts as: the rule, the counts it enters, the leads it gives."""

    rule: str
    counts: tuple[str, ...]
    leads: tuple[str, ...]


def classify(one: Document) -> Finding | None:
    """What a document counts as; None if no rule fits, or it corrects another document."""
    if one.is_correction:
        return None
    rule = next((rule for rule in RULES if rule.fits(one)), None)
    if rule is None:
        return None
    words = f"{one.title}\n{one.abstract}" if rule.abstract_too else one.title
    topics = [topic for topic, pattern in TOPICS.items() if pattern.search(words)]
    counts = [ORDERS[topic] for topic in topics if rule.orders]
    if rule.listing and ADDS.search(f"{one.title}\n{one.abstract}"):
        counts.append(ENTITY_RULES)
    leads = [indicator for topic, indicator in rule.leads if topic in topics]
    return Finding(rule.id, tuple(counts), tuple(leads))
