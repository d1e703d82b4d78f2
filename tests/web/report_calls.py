"""Calls for tests of the report, and a reader of the page that finds what a browser would forgive."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from itertools import cycle, islice
from pathlib import Path

from pipeline.labels import OUTCOMES, SEVERITIES, TONE_CATEGORIES
from pipeline.types import CallAnalysis, FailedCall, ToneFlag
from sql.load import load
from sql.publish import publish
from sql.results import (
    AgentAmountRow,
    AgentOutcomeRow,
    AgentRow,
    AgentToneRow,
    CallRow,
    DueRow,
    MetricsRow,
    PromiseRow,
    Selection,
    ToneRow,
    TotalsRow,
)
from sql.staging import write_shard
from tests.sql.made import MEXICO, made_call, made_promise
from web.report_rows import Rows

HOSTILE = "<script>alert('x')</script>"
LONG_TURN = "palabra tras palabra " * 60 + "le va a pesar mucho " + "y todavía más palabras " * 60


def varied_calls() -> list[CallAnalysis]:
    """Seven calls: two currencies, no day, no amount, conditional, doubtful, three tones, a voicemail, no agent."""
    later = datetime(2026, 3, 14, 9, 0, tzinfo=MEXICO)
    tone = (
        ToneFlag(0, "threat", "high", 0.912, "nos puede"),
        ToneFlag(0, "hostility", "low", 0.5, "not in the turn", "raised"),
    )
    doubtful = replace(made_promise(), doubtful=True, conditional=True, rule="either+thousands left out")
    in_dollars = replace(made_promise(due=date(2026, 4, 2), amount=Decimal("87.50")), currency="USD")
    dispute = made_call(
        "c7", debtor_id="D-7", tone=(ToneFlag(0, "insult", "medium", 0.7, "¿Cuándo"),), outcome="dispute"
    )
    named = replace(dispute.recording.account, debtor_name="Ximena Zumalacárregui")
    return [
        made_call("c1", tone=tone),
        made_call("c2", agent_id="A-08", debtor_id="D-2", started_at=later, promises=(), outcome="refusal"),
        made_call("c3", started_at=later, promises=(doubtful, made_promise(due=None, amount=None))),
        made_call("c4", agent_id="A-08", debtor_id="D-4", promises=(in_dollars,)),
        made_call("c5", agent_id="A-08", debtor_id="D-5", promises=(), outcome="voicemail"),
        made_call("c6", agent_id=None, debtor_id="D-6", promises=(), outcome="no_agreement"),
        replace(dispute, recording=replace(dispute.recording, account=named)),
    ]


def publish_calls(root: Path, calls: Iterable[CallAnalysis], failures: Iterable[FailedCall] = ()) -> Path:
    """A data folder whose published copy holds the calls."""
    write_shard(root, 1, "s", list(calls), list(failures))
    load(root)
    publish(root)
    return root


def many_rows(n_calls: int, n_agents: int) -> Rows:
    """Rows as the queries give them, agreeing with each other: `n_calls` dealt out to `n_agents` in turn."""
    agents = [f"A-{i:03}" for i in range(n_agents)]
    outcomes = list(islice(cycle(OUTCOMES), n_calls))
    day = date(2026, 3, 1)
    calls, metrics, promises, flags = [], [], [], []
    for i, outcome in enumerate(outcomes):
        agent, call_id, local_day = agents[i % n_agents], f"c-{i:05}", day + timedelta(days=i % 28)
        flagged = i % 20 == 0
        calls.append(_call(call_id, agent, local_day, outcome, flagged=flagged))
        share = 0.3 + (i * 37 % 100) / 250
        metrics.append(MetricsRow(call_id, agent, local_day, 90.0, 60.0, 0.2, 0.01, share, i % 2, 3.0, 0.0, 0, 0))
        promises.append(_promise(call_id, agent, local_day, i))
        if flagged:
            category, severity = TONE_CATEGORIES[i // 20 % 5], SEVERITIES[i // 20 % 3]
            flags.append(
                ToneRow(
                    call_id, agent, "D", local_day, 0, category, severity, 0.9, "pesar", "none", LONG_TURN, 5.0, 9.0
                )
            )
    by_agent = {a: [c for c in calls if c.agent_id == a] for a in agents}
    return Rows(
        selection=Selection(),
        published_at=datetime(2026, 3, 30, tzinfo=UTC),
        totals=TotalsRow(n_calls, n_calls * 1.5, n_agents, n_calls, day, day + timedelta(days=27), n_calls, len(flags)),
        agents=tuple(_agent(a, own) for a, own in by_agent.items()),
        outcomes=tuple(
            AgentOutcomeRow(a, o, n) for a, own in by_agent.items() for o in OUTCOMES if (n := _count(own, o))
        ),
        amounts=tuple(
            AgentAmountRow(a, "MXN", len(own), len(own), Decimal(100 * len(own))) for a, own in by_agent.items()
        ),
        tone=tuple(AgentToneRow(f.agent_id, f.category, f.severity, 1, 1) for f in flags),
        promises=tuple(promises),
        due=tuple(
            DueRow(d, "MXN", "pending", n, n, Decimal(100 * n))
            for d in sorted({p.due for p in promises if p.due})
            if (n := sum(p.due == d for p in promises))
        ),
        calls=tuple(calls),
        flags=tuple(flags),
        metrics=tuple(metrics),
        failures=(),
    )


def _count(calls: list[CallRow], outcome: str) -> int:
    return sum(call.outcome == outcome for call in calls)


def _agent(agent: str, calls: list[CallRow]) -> AgentRow:
    flagged = sum(c.aggressive_turns for c in calls)
    kept = _count(calls, "promise_to_pay")
    n = len(calls)
    return AgentRow(
        agent, None, n, n * 1.5, kept, n, flagged, flagged, flagged, 0.5, 0.2, n // 2, 0, 140.0, 0.75, n * 100.0
    )


def _call(call_id: str, agent: str, day: date, outcome: str, *, flagged: bool) -> CallRow:
    return CallRow(
        call_id=call_id,
        started_at=datetime(day.year, day.month, day.day, 10, tzinfo=MEXICO),
        local_day=day,
        duration=90.0,
        agent_id=agent,
        team=None,
        debtor_id="D-1",
        debtor_name=HOSTILE,
        debt_id=None,
        creditor=None,
        country="MX",
        currency="MXN",
        direction=None,
        disposition=None,
        outcome=outcome,  # type: ignore[arg-type]  # one of OUTCOMES
        triage_kind="conversation",
        promises=1,
        aggressive_turns=int(flagged),
        serious_turns=int(flagged),
        highest_severity="high" if flagged else None,
        broken_rules=0,
        score=0.5,
        warnings=(),
    )


def _promise(call_id: str, agent: str, day: date, i: int) -> PromiseRow:
    return PromiseRow(
        promise_id=None,
        call_id=call_id,
        position=0,
        debtor_id="D-1",
        debt_id=None,
        creditor=None,
        portfolio=None,
        agent_id=agent,
        started_at=datetime(day.year, day.month, day.day, 10, tzinfo=MEXICO),
        local_day=day,
        due=day + timedelta(days=i % 30),
        due_start=None,
        amount=Decimal(100),
        currency="MXN",
        conditional=False,
        doubtful=False,
        rule="weekday",
        promised_by="debtor",
        state="pending",
        paid=Decimal(0),
        settled_on=None,
        quote_turn=1,
        quote=LONG_TURN,
        quote_starts=5.0,
        quote_ends=9.0,
    )


VOID = frozenset({"meta", "link", "br", "col", "img", "hr", "input"})


class PageReader(HTMLParser):
    """Reads a page strictly: open elements, ids, references, addresses, headings, tables."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.addresses: list[str] = []
        self.outline: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.text: list[str] = []
        self._heading: list[str] | None = None
        self._cell: list[str] | None = None
        self.feed(page)
        self.close()
        self.faults += [f"{tag} is never closed" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        names = [name for name, _ in attrs]
        if len(set(names)) != len(names):
            self.faults.append(f"{tag} has an attribute twice: {names}")
        values = {name: value or "" for name, value in attrs}
        self.ids += [values["id"]] if "id" in values else []
        self.references += values.get("aria-labelledby", "").split()
        for name in ("href", "src", "action", "srcset", "poster", "data", "xlink:href"):
            if name in values:
                self.addresses.append(values[name])
        if tag in ("h1", "h2", "h3", "h4"):
            self._heading = []
        elif tag == "figure":
            self.outline.append(f"figure {values.get('id', '')}")
        elif tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self._cell = []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> found while {self.open[-3:]} is open")
            return
        self.open.pop()
        if tag in ("h1", "h2", "h3", "h4") and self._heading is not None:
            self.outline.append(f"{tag} {' '.join(''.join(self._heading).split())}")
            self._heading = None
        elif tag in ("td", "th") and self._cell is not None:
            self.tables[-1][-1].append(" ".join("".join(self._cell).replace("\u00ad", "").split()))
            self._cell = None
        elif tag == "thead":
            self.outline.append(f"table {' | '.join(self.tables[-1][0])}")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            return
        self.text.append(data)
        if self._heading is not None:
            self._heading.append(data)
        if self._cell is not None:
            self._cell.append(f"{data} ")
