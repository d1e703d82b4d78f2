"""The tables and quotes of the report from the rows of the warehouse."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from pipeline.labels import SCORECARD_NAMES, SEVERITIES, ScorecardName
from sql.results import (
    AgentAmountRow,
    AgentRow,
    AgentScoreRow,
    CallRow,
    FailureRow,
    MetricsRow,
    PromiseRow,
    SparedCallRow,
    SparedHourRow,
    ToneRow,
)
from web import lexicon
from web.lexicon import agent_name
from web.report_page import (
    AgentLine,
    FlaggedCall,
    Mark,
    Money,
    PromiseLine,
    Quote,
    ScoreLine,
    SetAsideLine,
    SparedLine,
)
from web.report_pictures import split_agents
from web.report_rows import Rows, grouped, weighted_share
from web.spanish import (
    clock_text,
    count_text,
    day_text,
    minutes_text,
    money_text,
    number_text,
    share_text,
    short_period_text,
)

AGENTS_LISTED: Final = 30
PROMISES_LISTED: Final = 60
CALLS_QUOTED: Final = 30
TURNS_QUOTED: Final = 12
QUOTE_LENGTH: Final = 340
"""Characters of a turn shown at once; the whole turn can be unfolded."""

PROMISE_QUOTE_LENGTH: Final = 160

SET_ASIDE_LISTED: Final = 60


def money_lines(amounts: Iterable[AgentAmountRow]) -> tuple[Money, ...]:
    """What was promised in each currency, most promises first. Currencies are never added up."""
    sums = _sums(amounts)
    lines = [
        (n, Money(money_text(amount), currency, lexicon.CURRENCIES.get(currency, ""), count_text(n, *_PROMISES)))
        for currency, (amount, n) in sums.items()
    ]
    return tuple(line for _, line in sorted(lines, key=lambda pair: (-pair[0], pair[1].currency)))


_PROMISES = ("promesa", "promesas")


def _sums(amounts: Iterable[AgentAmountRow]) -> dict[str, tuple[Decimal, int]]:
    sums: dict[str, tuple[Decimal, int]] = {}
    for row in amounts:
        if row.currency and row.amount is not None:
            amount, n = sums.get(row.currency, (Decimal(0), 0))
            sums[row.currency] = amount + row.amount, n + row.with_amount
    return dict(sorted(sums.items(), key=lambda item: (-item[1][1], item[0])))


def agent_lines(rows: Rows) -> tuple[AgentLine, ...]:
    """The table by agent: those with most calls, the rest in one line, and all in one."""
    shown, rest = split_agents(rows.agents, AGENTS_LISTED)
    amounts = grouped(rows.amounts, lambda row: row.agent_id)
    metrics = grouped(rows.metrics, lambda row: row.agent_id)
    lines = [_agent_line("agent", agent_name(a.agent_id), (a,), amounts, metrics) for a in shown]
    if rest:
        lines.append(_agent_line("others", f"Otros {number_text(len(rest))} agentes", rest, amounts, metrics))
    if len(rows.agents) > 1:
        lines.append(_agent_line("all", "Todos", rows.agents, amounts, metrics))
    return tuple(lines)


def _agent_line(
    kind: str,
    name: str,
    agents: Sequence[AgentRow],
    amounts: Mapping[str | None, list[AgentAmountRow]],
    metrics: Mapping[str | None, list[MetricsRow]],
) -> AgentLine:
    calls = sum(a.calls for a in agents)
    promise_calls = sum(a.promise_calls for a in agents)
    heard = [m for a in agents for m in metrics[a.agent_id]]
    sums = _sums(row for a in agents for row in amounts[a.agent_id])
    one = agents[0] if len(agents) == 1 else None
    pace = one.words_per_minute if one else None
    return AgentLine(
        kind=kind,
        name=name,
        team=(one.team or "") if one else "",
        calls=number_text(calls),
        minutes=minutes_text(sum(a.minutes for a in agents)),
        promise_calls=f"{number_text(promise_calls)} ({share_text(promise_calls / calls)})",
        promises=number_text(sum(a.promises for a in agents)),
        amounts=tuple(money_text(amount, currency) for currency, (amount, _) in sums.items()),
        aggressive=number_text(sum(a.aggressive_calls for a in agents)),
        serious=number_text(sum(a.serious_turns for a in agents)),
        talk=share_text(weighted_share((m.agent_talk_share, m.speech) for m in heard)),
        silence=share_text(weighted_share((m.silence_share, m.duration) for m in heard)),
        dead_air=number_text(sum(a.dead_air for a in agents)),
        interruptions=number_text(sum(a.interruptions for a in agents)),
        pace="–" if pace is None else number_text(pace),
        score=share_text(weighted_share((a.score, a.scored_weight) for a in agents)),
    )


def score_lines(rows: Sequence[AgentScoreRow]) -> tuple[ScoreLine, ...]:
    """Items of the scorecard over all calls, the one most often missed first; those that never applied are left out."""
    sums: dict[ScorecardName, tuple[int, int]] = {}
    for row in rows:
        met, missed = sums.get(row.item, (0, 0))
        sums[row.item] = met + row.met, missed + row.missed
    shares = [(met / (met + missed), met, met + missed, item) for item, (met, missed) in sums.items() if met + missed]
    return tuple(
        ScoreLine(lexicon.SCORECARD[item], f"{number_text(met)} de {number_text(n)}", share_text(share))
        for share, met, n, item in sorted(shares, key=lambda line: (line[0], SCORECARD_NAMES.index(line[3])))
    )


def promise_lines(promises: Sequence[PromiseRow]) -> tuple[PromiseLine, ...]:
    """Promises by due day, those without one last, at most `PROMISES_LISTED`."""
    ordered = sorted(promises, key=lambda p: (p.due or date.max, p.call_id, p.position))
    return tuple(_promise_line(row) for row in ordered[:PROMISES_LISTED])


def _promise_line(row: PromiseRow) -> PromiseLine:
    return PromiseLine(
        due="sin fecha" if row.due is None else short_period_text(row.due_start, row.due),
        amount="sin monto" if row.amount is None else money_text(row.amount),
        currency=(row.currency or "") if row.amount is not None else "",
        debtor=row.debtor_id,
        agent=agent_name(row.agent_id),
        state="" if row.state == "pending" else lexicon.STATES[row.state],
        conditional=row.conditional,
        doubt=lexicon.doubt_words(row.rule) if row.doubtful else "",
        rule=lexicon.rule_words(row.rule),
        promised_by="" if row.promised_by == "debtor" else lexicon.ROLES[row.promised_by],
        call=row.call_id,
        clock="" if row.quote_starts is None else clock_text(row.quote_starts),
        quote=_clipped(row.quote or "", PROMISE_QUOTE_LENGTH),
    )


def _clipped(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " […]"


def flagged_calls(rows: Rows) -> tuple[FlaggedCall, ...]:
    """Calls with an aggressive turn, gravest first, at most `CALLS_QUOTED`."""
    flags: defaultdict[str, list[ToneRow]] = defaultdict(list)
    for flag in rows.flags:
        flags[flag.call_id].append(flag)
    calls = [call for call in rows.calls if call.call_id in flags]
    calls.sort(key=lambda c: (-_grade(c), -c.serious_turns, -c.aggressive_turns, c.local_day, c.call_id))
    return tuple(_flagged_call(call, flags[call.call_id]) for call in calls[:CALLS_QUOTED])


def _grade(call: CallRow) -> int:
    return SEVERITIES.index(call.highest_severity) if call.highest_severity else -1


def _flagged_call(call: CallRow, flags: Sequence[ToneRow]) -> FlaggedCall:
    by_turn: defaultdict[int, list[ToneRow]] = defaultdict(list)
    for flag in flags:
        by_turn[flag.turn].append(flag)
    gravest = sorted(by_turn, key=lambda turn: (-max(SEVERITIES.index(f.severity) for f in by_turn[turn]), turn))
    turns = sorted(gravest[:TURNS_QUOTED])
    left = len(by_turn) - len(turns)
    return FlaggedCall(
        call=call.call_id,
        day=day_text(call.local_day),
        duration=clock_text(call.duration),
        agent=agent_name(call.agent_id),
        debtor=call.debtor_id,
        outcome=lexicon.OUTCOMES[call.outcome],
        severity=lexicon.SEVERITIES[call.highest_severity] if call.highest_severity else "",
        grade=call.highest_severity or "",
        quotes=tuple(_quote(by_turn[turn]) for turn in turns),
        rest=f"Y {count_text(left, 'turno marcado', 'turnos marcados')} más, de menor gravedad." if left else "",
    )


def _quote(flags: Sequence[ToneRow]) -> Quote:
    text = flags[0].quote
    spans = _evidence_spans(text, [flag.evidence for flag in flags])
    pieces = _pieces(text, spans)
    clipped = "".join(piece for piece, _ in pieces) != text
    return Quote(
        clock=clock_text(flags[0].quote_starts),
        pieces=pieces,
        full=text if clipped else "",
        marks=tuple(
            Mark(
                category=lexicon.CATEGORIES[flag.category],
                severity=lexicon.SEVERITIES[flag.severity],
                grade=flag.severity,
                score=number_text(flag.score, 2),
                voice=lexicon.VOICES[flag.voice],
                evidence=flag.evidence if not _find(text, flag.evidence) else "",
            )
            for flag in flags
        ),
    )


def _find(text: str, evidence: str) -> tuple[int, int] | None:
    """Where the words stand in the turn, whatever their case; `None` if they are not its words in a row."""
    wanted = evidence.strip()
    at = text.find(wanted) if wanted else -1
    if at < 0 and wanted and len(text.lower()) == len(text):
        at = text.lower().find(wanted.lower())
    return None if at < 0 else (at, at + len(wanted))


def _evidence_spans(text: str, evidence: Sequence[str]) -> list[tuple[int, int]]:
    """Places of the words that carried the flags, in order, merged where they meet."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(span for words in evidence if (span := _find(text, words))):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _pieces(text: str, spans: Sequence[tuple[int, int]]) -> tuple[tuple[str, bool], ...]:
    """The turn cut into marked and unmarked text, of a long turn only what stands around the first mark."""
    first, last = _window(text, spans)
    pieces = [("[…] ", False)] if first else []
    at = first
    for start, end in ((max(start, first), min(end, last)) for start, end in spans):
        if start < end:
            pieces += [(text[at:start], False), (text[start:end], True)]
            at = end
    pieces.append((text[at:last], False))
    if last < len(text):
        pieces.append((" […]", False))
    return tuple(piece for piece in pieces if piece[0])


def _window(text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """First and last character shown, moved inwards to the ends of words."""
    if len(text) <= QUOTE_LENGTH:
        return 0, len(text)
    anchor = spans[0][0] if spans else 0
    first = max(0, min(anchor - QUOTE_LENGTH // 3, len(text) - QUOTE_LENGTH))
    last = min(len(text), first + QUOTE_LENGTH)
    if first and (space := text.find(" ", first, anchor)) >= 0:
        first = space + 1
    if last < len(text) and (space := text.rfind(" ", anchor, last)) > first:
        last = space
    return first, last


def set_aside_lines(failures: Sequence[FailureRow]) -> tuple[SetAsideLine, ...]:
    return tuple(
        SetAsideLine(
            call=row.call_id,
            why=lexicon.SET_ASIDE[row.reason].why if row.reason in lexicon.SET_ASIDE else row.reason,
            remedy=lexicon.SET_ASIDE[row.reason].remedy if row.reason in lexicon.SET_ASIDE else "",
            detail=row.message,
            analysed_before=row.analysed_before,
        )
        for row in failures[:SET_ASIDE_LISTED]
    )


SPARED_LISTED: Final = 60
"""Lines of collector and hour; more are summed up in the words above them."""


def spared_lines(hours: Sequence[SparedHourRow], calls: Sequence[SparedCallRow]) -> tuple[SparedLine, ...]:
    """Collector and hour with the calls that were skipped, longest first."""
    skipped = [row for row in hours if row.skipped]
    return tuple(
        _spared_line(row, [c for c in calls if (c.agent_id, c.hour) == (row.agent_id, row.hour)])
        for row in sorted(skipped, key=lambda r: -r.seconds)[:SPARED_LISTED]
    )


def _spared_line(row: SparedHourRow, calls: Sequence[SparedCallRow]) -> SparedLine:
    skipped = [c for c in calls if c.decision == "skipped"]
    kinds = Counter(c.kind for c in skipped)
    return SparedLine(
        agent=agent_name(row.agent_id),
        hour=f"{day_text(row.hour.date())}, {row.hour:%H} h",
        calls=number_text(row.calls),
        skipped=number_text(row.skipped),
        seconds=number_text(row.seconds),
        speech=number_text(row.speech),
        kinds=", ".join(count_text(n, *lexicon.TRIAGE.get(kind, (kind, kind))) for kind, n in kinds.most_common()),
        ids=", ".join(sorted(c.call_id for c in skipped)),
    )
