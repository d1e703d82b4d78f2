"""What the page says, ready to be shown: every number and day is text, every code a Spanish word."""

from dataclasses import dataclass

from markupsafe import Markup

from web.svg import Plot


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline figure: its name, the figure, one line below it."""

    name: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Money:
    """What was promised in one currency."""

    amount: str
    currency: str
    name: str
    note: str


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a legend: colour and word."""

    fill: str
    word: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A plot with its legend and the words below it. `wide` and `narrow` are SVG of our own making."""

    wide: Markup
    narrow: Markup
    keys: tuple[Key, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgentLine:
    """One row of the table by agent; `amounts` holds a text a currency. `kind` is "agent", "others" or "all"."""

    kind: str
    name: str
    team: str
    calls: str
    minutes: str
    promise_calls: str
    promises: str
    amounts: tuple[str, ...]
    aggressive: str
    serious: str
    talk: str
    silence: str
    dead_air: str
    interruptions: str
    pace: str
    score: str


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One item of the scorecard over all calls: in how many of those to which it applies it is met."""

    item: str
    met: str
    share: str


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """One promise; `doubt` is why it must be confirmed, empty if it need not be."""

    due: str
    amount: str
    currency: str
    debtor: str
    agent: str
    state: str
    conditional: bool
    doubt: str
    rule: str
    promised_by: str
    call: str
    clock: str
    quote: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One flag of a turn. `grade` is the severity's code, for the colour."""

    category: str
    severity: str
    grade: str
    score: str
    voice: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Quote:
    """An aggressive turn: text before, words that carried it, text after, in pieces of (text, whether marked)."""

    clock: str
    pieces: tuple[tuple[str, bool], ...]
    full: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class FlaggedCall:
    """One call with its aggressive turns in the order they were said."""

    call: str
    day: str
    duration: str
    agent: str
    debtor: str
    outcome: str
    severity: str
    grade: str
    quotes: tuple[Quote, ...]
    rest: str


@dataclass(frozen=True, slots=True)
class SetAsideLine:
    """One recording that was set aside; `detail` is the program's own message."""

    call: str
    why: str
    remedy: str
    detail: str
    analysed_before: bool


@dataclass(frozen=True, slots=True)
class SparedLine:
    """What triage spared of one collector in one hour, and which calls it skipped."""

    agent: str
    hour: str
    calls: str
    skipped: str
    seconds: str
    speech: str
    kinds: str
    ids: str


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report. Pictures are `None` and tuples empty where there is nothing of the kind."""

    title: str
    period: str
    scope: tuple[str, ...]
    figures: tuple[Figure, ...]
    money: tuple[Money, ...]
    findings: tuple[str, ...]
    outcomes: Picture | None
    due: Picture | None
    due_words: tuple[str, ...]
    promises: tuple[PromiseLine, ...]
    promises_note: str
    tone: Picture | None
    tone_words: str
    flagged: tuple[FlaggedCall, ...]
    flagged_note: str
    talk: Picture | None
    agents: tuple[AgentLine, ...]
    agents_note: str
    scorecard: tuple[ScoreLine, ...]
    set_aside: tuple[SetAsideLine, ...]
    set_aside_note: str
    spared: tuple[SparedLine, ...]
    spared_words: str
    limits: tuple[str, ...]
    published: str
    dark: tuple[tuple[str, str], ...]


def pictured(plot: Plot, keys: tuple[Key, ...] = (), notes: tuple[str, ...] = ()) -> Picture:
    """A plot for the page; only `svg.draw` makes its text, which escapes what it is given."""
    return Picture(Markup(plot.wide), Markup(plot.narrow), keys, notes)  # noqa: S704
