"""What an entry of the Kremlin's feed is taken for: one table of rules, each with its reason.

The first rule that fits decides. What is not clear from the words is a ``maybe``: the month it lies
in is not counted unseen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from indicators.sources.kremlin_feed import Entry

Kind = Literal["nothing", "meeting", "call", "maybe a meeting", "maybe a call"]


def _any(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


LEADER = _any(
    r"\bXi Jinping\b|(?<!Vice )(?<!Vice-)(?<!former )"
    r"\bPresident of (?:the )?(?:People.s Republic of )?China\b|\b(?:Chinese|PRC) President\b"
)
CHINA = _any(r"\bChin(?:a|ese)\b|\bPRC\b")
TALKS = _any(r"\bRussian?[-\u2010-\u2015 ]+(?:and )?Chin(?:ese|a) (?:talks|negotiations|summit)\b")
SUMMIT = _any(
    r"\b(?:SCO|BRICS|G20|APEC|CICA|EAEU|UN|Shanghai Cooperation Organi[sz]ation|summits?|forum|"
    r"Victory Day|parade)\b"
)
VIDEO = _any(r"\bvideo ?(?:conferenc|link|call|conversation|meeting|format)|\bby video\b")
PHONE = _any(r"\b(?:tele)?phone (?:conversation|call|talk)")
TOGETHER = _any(
    r"\b(?:meeting|talks|conversation|negotiations|lunch|dinner|breakfast|tea|visit|ceremony|"
    r"welcom\w+|statements?|reception|walk|concert)\b"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """Fits if each pattern given is found: in the title, in title or summary, in any words."""

    kind: Kind
    why: str
    title: tuple[re.Pattern[str], ...] = ()
    lead: tuple[re.Pattern[str], ...] = ()
    words: tuple[re.Pattern[str], ...] = ()

    def fits(self, entry: Entry) -> bool:
        """Whether this is the rule for an entry."""
        lead = f"{entry.title}\n{entry.summary}"
        words = f"{lead}\n{entry.text}"
        return (
            all(one.search(entry.title) for one in self.title)
            and all(one.search(lead) for one in self.lead)
            and all(one.search(words) for one in self.words)
        )


RULES = (
    Rule(
        "nothing",
        "greetings, letters, laws and articles are no encounter",
        title=(
            _any(
                r"^(?:\w+ )?(?:greetings|congratulations|condolences)\b|\bgreetings to\b|"
                r"^(?:message|telegram|letter|article|interview|answers|executive order|law|"
                r"federal law|amendments|exchange of)\b"
            ),
        ),
    ),
    Rule(
        "nothing",
        "what is announced has not been held",
        title=(_any(r"\bwill\b|\bto (?:visit|attend|hold|meet|take part|make)\b|\bahead of\b"),),
    ),
    Rule(
        "nothing",
        "somebody sent by the other president is not he",
        title=(_any(r"\b(?:envoy|representative|assistant|adviser|wife|spouse)\b"),),
    ),
    Rule("call", "named a telephone conversation with him", title=(PHONE, LEADER)),
    Rule("call", "named talks with him, by video", title=(LEADER,), lead=(VIDEO,)),
    Rule("call", "named talks of the two states, by video", title=(TALKS,), lead=(VIDEO,)),
    Rule("nothing", "a group on video is neither", title=(SUMMIT,), lead=(VIDEO,)),
    Rule("meeting", "named an encounter with him", title=(TOGETHER, LEADER)),
    Rule("meeting", "named talks of the two states, which the presidents lead", title=(TALKS,)),
    Rule(
        "maybe a meeting",
        "a summit or a visit, and the text speaks of him",
        title=(_any(rf"{SUMMIT.pattern}|\b(?:visit|trip|arriv\w+)\b.*\b(?:China|Beijing)\b"),),
        words=(LEADER,),
    ),
    Rule(
        "maybe a call",
        "something held by video under a title about China, and the text speaks of him",
        title=(CHINA,),
        words=(LEADER, VIDEO),
    ),
)


@dataclass(frozen=True, slots=True)
class Hint:
    """Words that may tell of an event of another indicator, which a person has to judge."""

    indicator: str
    why: str
    title: re.Pattern[str] | None = None
    words: re.Pattern[str] | None = None

    def fits(self, entry: Entry) -> bool:
        """Whether the entry is about China and has the words."""
        everything = f"{entry.title} {entry.summary} {entry.text}"
        return (
            CHINA.search(everything) is not None
            and (self.title is None or self.title.search(entry.title) is not None)
            and (self.words is None or self.words.search(everything) is not None)
        )


HINTS = (
    Hint(
        "pm_meetings",
        "speaks of a meeting of the heads of government",
        words=_any(
            r"\bregular meeting of (?:the )?(?:Russian and Chinese |Chinese and Russian )?"
            r"(?:heads of government|prime ministers)|\bMishustin\b.{0,200}\bLi Qiang\b|"
            r"\bLi Qiang\b.{0,200}\bMishustin\b"
        ),
    ),
    Hint(
        "fm_meetings",
        "the Chinese foreign minister came; he usually meets his colleague",
        title=_any(r"\bWang Yi\b|\bForeign Minister\b.*\bChin|\bChin.*\bForeign Minister\b"),
    ),
    Hint(
        "joint_exercises",
        "speaks of joint exercises; whether with China, and when, a person has to see",
        words=_any(
            r"\bjoint (?:[a-z-]+ ){0,3}(?:exercises?|drills?|man(?:oeuv|euv)(?:re|er)s?)\b|"
            r"\b(?:exercises?|drills?)\b.{0,80}\b(?:Chin(?:a|ese)|PLA)\b"
        ),
    ),
    Hint(
        "joint_patrols",
        "speaks of joint patrols",
        words=_any(r"\bjoint (?:[a-z-]+ ){0,3}patrol"),
    ),
    Hint(
        "treaties_statements",
        "a statement, declaration or treaty with China",
        title=_any(
            r"(?=.*\bChin)(?=.*\b(?:joint statement|declaration|treaty|agreement|documents signed))"
        ),
    ),
)

#: Where a meeting was held, by words of title and summary; two lands in one text say nothing.
HOSTS = {
    "Russia": r"Moscow|Kremlin|St Petersburg|Sochi|Vladivostok|Kazan|Ufa|Yekaterinburg",
    "China": r"Beijing|Shanghai|Tianjin|Harbin|Qingdao|Xiamen|Hangzhou|Sanya",
    "Kazakhstan": r"Astana|Almaty",
    "Kyrgyzstan": r"Bishkek",
    "Tajikistan": r"Dushanbe",
    "Uzbekistan": r"Tashkent|Samarkand",
    "India": r"New Delhi|Goa|Benaulim",
    "South Africa": r"Johannesburg|Durban|Pretoria",
    "Brazil": r"Brasilia|Fortaleza|Rio de Janeiro",
    "Indonesia": r"Bali|Jakarta",
    "Vietnam": r"Hanoi|Da Nang",
    "Japan": r"Osaka|Tokyo",
    "Germany": r"Hamburg|Berlin",
    "Turkiye": r"Antalya|Ankara|Istanbul",
    "Argentina": r"Buenos Aires",
    "Turkmenistan": r"Ashgabat",
    "Mongolia": r"Ulaanbaatar|Ulan Bator",
}
_HOSTS = {land: re.compile(rf"\b(?:{words})\b") for land, words in HOSTS.items()}


def kind_of(entry: Entry) -> Kind:
    """What an entry is taken for."""
    return next((rule.kind for rule in RULES if rule.fits(entry)), "nothing")


def host_of(entry: Entry) -> str | None:
    """The land in which an encounter was held, if title and summary name one only."""
    lead = f"{entry.title}\n{entry.summary}"
    lands = [land for land, words in _HOSTS.items() if words.search(lead)]
    return lands[0] if len(lands) == 1 else None
