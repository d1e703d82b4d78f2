"""The voice against its own baseline: what it supports, and that it never raises a flag alone."""

from dataclasses import replace

import pytest

from pipeline.config import ToneConfig
from pipeline.labels import Role, Severity
from pipeline.tone import with_voice
from pipeline.types import NO_VOICE, Loudness, Span, ToneFlag, Turn, VoiceEvidence
from pipeline.voice import raised_turns, turns_over_debtor, voice_evidence

CONFIG = ToneConfig()


def turn(index: int, role: Role, start: float, end: float) -> Turn:
    return Turn(index, role, "a" if role == "agent" else "d", Span(start, end), "palabras")


TURNS = tuple(turn(i, "agent" if i % 2 == 0 else "debtor", 10.0 * i, 10.0 * i + 8) for i in range(12))


def heard(loud: dict[int, tuple[float, float | None]]) -> list[Loudness]:
    """Each turn's span at the usual level and pitch, but those of `loud`."""
    return [Loudness(t.voice, t.span, *loud.get(t.index, (-30.0, 120.0))) for t in TURNS]


def flag(index: int, severity: Severity = "low", score: float = 0.8) -> ToneFlag:
    return ToneFlag(index, "hostility", severity, score, "palabras")


def test_a_turn_is_raised_against_the_same_voice_alone() -> None:
    quiet_caller = [replace(item, level_db=item.level_db - 15) if item.voice == "d" else item for item in heard({})]
    assert raised_turns(TURNS, quiet_caller, CONFIG) == frozenset()
    assert raised_turns(TURNS, heard({4: (-21.0, 120.0)}), CONFIG) == {4}
    assert raised_turns(TURNS, heard({5: (-21.0, 120.0)}), CONFIG) == {5}


@pytest.mark.parametrize(
    ("level", "pitch", "is_raised"),
    [
        (-22.0, None, True),  # 8 dB louder
        (-22.1, 120.0, False),
        (-26.0, 152.0, True),  # 4 dB louder and 4.1 semitones higher
        (-26.0, 145.0, False),  # 3.3 semitones
        (-30.0, 200.0, False),  # higher alone may be a question, or joy
        (-26.0, 240.0, False),  # an octave: the detector's mistake
        (-26.0, None, False),
    ],
)
def test_loudness_alone_or_loudness_with_pitch(level: float, pitch: float | None, is_raised: bool) -> None:
    assert (6 in raised_turns(TURNS, heard({6: (level, pitch)}), CONFIG)) == is_raised


def test_a_voice_that_hardly_spoke_has_no_baseline() -> None:
    assert raised_turns(TURNS[:6], heard({4: (-10.0, 200.0)})[:6], CONFIG) == frozenset()


def test_the_other_side_of_a_moved_microphone_is_not_judged_by_another_voice() -> None:
    only_debtor = [item for item in heard({4: (-5.0, None)}) if item.voice == "d"]
    assert raised_turns(TURNS, only_debtor, CONFIG) == frozenset()


def test_speaking_over_the_debtor_takes_the_turn_away() -> None:
    turns = (
        turn(0, "debtor", 0, 5),
        turn(1, "agent", 4.0, 9),  # cuts in by a second and goes on
        turn(2, "debtor", 9, 14),
        turn(3, "agent", 12, 12.5),  # "ajá": over before the debtor is
        turn(4, "debtor", 15, 20),
        turn(5, "agent", 19.5, 24),  # half a second: people do that
        turn(6, "debtor", 23, 26),  # the debtor cuts in
    )
    assert turns_over_debtor(turns, CONFIG) == {1}


def test_who_raised_the_voice_first() -> None:
    both = heard({5: (-20.0, None), 8: (-20.0, None)})
    assert voice_evidence(TURNS, both, (), CONFIG).raised_first == "debtor"
    other = heard({2: (-20.0, None), 5: (-20.0, None)})
    found = voice_evidence(TURNS, other, (), CONFIG)
    assert (found.raised, found.raised_first) == ((2, 5), "agent")
    assert voice_evidence(TURNS, heard({}), (), CONFIG) == NO_VOICE


def test_a_call_without_a_flag_is_one_to_listen_to_where_the_collector_shouts() -> None:
    once, twice = heard({4: (-20.0, None)}), heard({4: (-20.0, None), 8: (-20.0, None)})
    assert not voice_evidence(TURNS, once, (), CONFIG).listen
    assert voice_evidence(TURNS, twice, (), CONFIG).listen
    assert not voice_evidence(TURNS, heard({5: (-20.0, None), 9: (-20.0, None)}), (), CONFIG).listen, "the debtor may"
    assert voice_evidence(TURNS, once, [flag(4, score=0.4)], CONFIG).listen, "near a flag"
    assert not voice_evidence(TURNS, once, [flag(6, score=0.4)], CONFIG).listen
    assert not voice_evidence(TURNS, twice, [flag(4)], CONFIG).listen, "flagged already: a person sees it anyway"


def test_shouting_over_the_debtor_once_is_enough_to_listen() -> None:
    turns = (*TURNS[:3], turn(3, "debtor", 30, 42), *TURNS[4:])
    assert voice_evidence(turns, heard({4: (-20.0, None)}), (), CONFIG).listen


def test_a_supported_flag_moves_up_by_one_severity_and_no_further() -> None:
    voice = VoiceEvidence(raised=(4,), over=(4, 6))
    flags = [flag(2), flag(4, "low"), flag(6, "medium"), flag(8, "high"), flag(4, "high"), flag(4, score=0.3)]
    moved = [(f.turn, f.severity, f.voice) for f in with_voice(flags, voice, CONFIG)]
    assert moved == [
        (2, "low", "none"),
        (4, "medium", "raised"),
        (6, "high", "raised"),
        (8, "high", "none"),
        (4, "high", "raised"),
    ]


def test_no_voice_raises_a_flag_alone() -> None:
    everything = VoiceEvidence(tuple(range(12)), tuple(range(12)), "agent", listen=True)
    assert with_voice((), everything, CONFIG) == ()
    assert with_voice([flag(4, score=0.49)], everything, CONFIG) == ()
