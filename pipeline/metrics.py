"""How the call went in seconds and shares, from words' turns alone."""

from collections.abc import Sequence
from itertools import pairwise

from pipeline.config import MetricsConfig
from pipeline.labels import ROLES, Role
from pipeline.types import CallMetrics, RoleMetrics, Span, Triage, Turn


def union(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Spans joined where they touch or overlap, in order."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda s: s.start):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return tuple(joined)


def silences(speech: Sequence[Span], duration: float) -> tuple[Span, ...]:
    """What `union`-ed speech leaves of the recording."""
    edges = [Span(0.0, 0.0), *speech, Span(duration, duration)]
    return tuple(Span(a.end, b.start) for a, b in pairwise(edges) if b.start > a.end)


def measure(duration: float, triage: Triage, turns: Sequence[Turn], config: MetricsConfig) -> CallMetrics:
    """Talk share, silence, dead air, overlap, interruptions and pace of one call.

    Talk share of the agent is of all speech seconds of both sides. A turn interrupts where it starts at least
    `interruption` seconds before another role's running turn ends.
    """
    speech = union([turn.span for turn in turns if turn.role != "system"])
    spoken = sum(span.duration for span in speech)
    quiet = silences(union([turn.span for turn in turns]), duration)
    by_role = tuple(_role_metrics(role, turns, config) for role in ROLES if any(t.role == role for t in turns))
    seconds = {m.role: m.speech for m in by_role if m.role != "system"}
    total = sum(seconds.values())
    return CallMetrics(
        duration=round(duration, 2),
        speech=round(spoken, 2),
        silence_share=_share(duration - sum(s.duration for s in union([t.span for t in turns])), duration),
        overlap_share=_share(max(0.0, total - spoken), duration),
        agent_talk_share=round(seconds.get("agent", 0.0) / total, 4) if total else None,
        dead_air=sum(1 for span in quiet if span.duration > config.dead_air),
        longest_silence=round(max((span.duration for span in quiet), default=0.0), 2),
        hold=round(sum(span.duration for span in triage.music), 2),
        roles=by_role,
    )


def _role_metrics(role: Role, turns: Sequence[Turn], config: MetricsConfig) -> RoleMetrics:
    own = [turn for turn in turns if turn.role == role]
    seconds = sum(span.duration for span in union([turn.span for turn in own]))
    n_words = sum(len(turn.text.split()) for turn in own)
    cuts = sum(
        1
        for turn in own
        for other in turns
        if other.role != role
        and other.span.start < turn.span.start
        and other.span.end - turn.span.start >= config.interruption
        # A short word of agreement is over before the other side is: it keeps the turn where it was.
        and turn.span.end > other.span.end
    )
    pace = round(60 * n_words / seconds, 1) if seconds > 0 else None
    return RoleMetrics(role, round(seconds, 2), n_words, pace, cuts)


def _share(part: float, whole: float) -> float:
    return round(min(1.0, max(0.0, part / whole)), 4) if whole > 0 else 0.0
