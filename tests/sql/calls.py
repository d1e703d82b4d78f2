"""Analyses for the tests of the stores: `values` makes random ones, whatever their types allow."""

import types
import typing
from dataclasses import is_dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any, Final, Literal

from hypothesis import strategies as st

from pipeline.types import CallAnalysis, Span

TEXT: Final = st.text(max_size=10)
SECONDS: Final = st.floats(0, 1e4, allow_nan=False)
OFFSETS: Final = st.integers(-48, 56).map(lambda quarter: timezone(timedelta(minutes=15 * quarter)))
ZONES: Final = st.sampled_from(["America/Mexico_City", "America/Bogota", "Europe/Madrid", "Pacific/Auckland"])
SPANS: Final = st.tuples(SECONDS, SECONDS).map(lambda pair: Span(min(pair), max(pair)))

_OF_TYPE: Final[dict[Any, st.SearchStrategy[Any]]] = {
    bool: st.booleans(),
    int: st.integers(0, 2**31 - 1),
    float: SECONDS,
    str: TEXT,
    Decimal: st.decimals(Decimal(0), Decimal(99999999999999), places=4),
    date: st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    time: st.times(),
    datetime: st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=OFFSETS),  # noqa: DTZ001
    Span: SPANS,
}


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type of `pipeline.types`, field by field from its annotations: new fields are drawn at once."""
    if hint in _OF_TYPE:
        return _OF_TYPE[hint]
    if is_dataclass(hint) and isinstance(hint, type):
        hints = typing.get_type_hints(hint)
        return st.builds(
            hint, **{name: st.none() | ZONES if name == "debtor_zone" else values(h) for name, h in hints.items()}
        )
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return st.sampled_from(args)
    if origin in (typing.Union, types.UnionType):
        return st.one_of([st.none() if a is type(None) else values(a) for a in args])
    if origin is tuple and args[-1] is Ellipsis:
        return st.lists(values(args[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values, args))
    raise TypeError(f"no strategy for {hint}")


def _sane(analysis: CallAnalysis) -> CallAnalysis:
    """The same with what `sql.storable` asks for: numbered turns, references inside the call, shares up to 1."""
    understood = analysis.understood
    n = len(understood.turns)
    share = 1e-4
    metrics = understood.metrics
    talk = metrics.agent_talk_share
    return replace(
        analysis,
        recording=replace(analysis.recording, call_id=analysis.recording.call_id or "c"),
        heard=replace(
            analysis.heard, triage=replace(analysis.heard.triage, certainty=analysis.heard.triage.certainty * share)
        ),
        understood=replace(
            understood,
            turns=tuple(
                replace(t, index=i, words=tuple(replace(w, probability=w.probability * share) for w in t.words))
                for i, t in enumerate(understood.turns)
            ),
            labels=tuple(
                replace(t, turn=i, scores=tuple(replace(s, score=s.score * share) for s in t.scores))
                for i, t in enumerate(understood.labels[:n])
            ),
            tone=tuple(replace(f, turn=f.turn % n, score=f.score * share) for f in understood.tone if n),
            promises=tuple(
                replace(p, turns=tuple(t % n for t in p.turns if n), replaced_by=1 if i == 0 < last else None)
                for last in (len(understood.promises) - 1,)
                for i, p in enumerate(understood.promises)
            ),
            callbacks=tuple(replace(c, turn=c.turn % n) for c in understood.callbacks if n),
            metrics=replace(
                metrics,
                silence_share=metrics.silence_share * share,
                overlap_share=metrics.overlap_share * share,
                agent_talk_share=None if talk is None else talk * share,
                roles=tuple({m.role: m for m in metrics.roles}.values()),
            ),
        ),
        findings=tuple(replace(f, turn=None if f.turn is None or not n else f.turn % n) for f in analysis.findings),
        scorecard=tuple(
            {
                s.item: replace(s, weight=1 + s.weight, turn=None if s.turn is None or not n else s.turn % n)
                for s in analysis.scorecard
            }.values()
        ),
    )


ANALYSES: Final[st.SearchStrategy[CallAnalysis]] = values(CallAnalysis).map(_sane)
