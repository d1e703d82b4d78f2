"""Utterances -> turns: which voice is the collector, which the debtor, a third party or a recording.

The manifest's agent channel decides unless what is said speaks clearly against it; then what is said wins and the
swapped map is reported, because a swapped map would blame the debtor's words on the agent.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.config import RolesConfig
from pipeline.cues import fold_words, load_cues, weigh
from pipeline.labels import Role
from pipeline.types import Account, Turn, Utterance

SWAP_MARGIN = 5.0
"""Points by which the other voice must sound more like the collector before the manifest's channel is overruled.

Log-odds, added up over a call: of 2,300 written calls with the right map none is overruled from their eighth turn on.
"""

CUE_SHARE = 0.5
"""Weight of a hand-written cue of the opening beside the learned words; later in the call it is half of this."""

SYSTEM_POINTS = 2.0
THIRD_PARTY_POINTS = 2.0
HANDED_OVER_POINTS = 3.0
MAX_SUPPORT = 1.0


@dataclass(frozen=True, slots=True)
class Roles:
    """Turns of a call with their roles, and what an operator should know."""

    turns: tuple[Turn, ...]
    warnings: tuple[str, ...] = ()


def assign_roles(
    utterances: Sequence[Utterance], account: Account | None, agent_channel: int | None, config: RolesConfig
) -> Roles:
    """One turn an utterance, in order.

    A recording (voicemail, menu) is told utterance by utterance, since it shares its channel with whoever follows.
    Everyone on the line who is neither collector nor recording is the debtor, unless what they say in the opening
    names them as somebody else.
    """
    cues = load_cues("roles")
    folded = [fold_words(u.text) for u in utterances]
    is_system = [weigh(text, cues["system"]) >= SYSTEM_POINTS for text in folded]
    spoken = [i for i in range(len(utterances)) if not is_system[i]]
    points = _collector_points(utterances, folded, spoken, account, config)
    agent, warnings = _agent_voice(points, agent_channel)
    roles: list[Role] = []
    for index, utterance in enumerate(utterances):
        if is_system[index]:
            roles.append("system")
        elif utterance.voice == agent:
            roles.append("agent")
        else:
            roles.append("debtor")
    _mark_third_party(roles, folded)
    turns = tuple(
        Turn(i, role, u.voice, u.span, u.text, u.words)
        for i, (u, role) in enumerate(zip(utterances, roles, strict=True))
    )
    return Roles(turns, warnings)


def _collector_points(
    utterances: Sequence[Utterance],
    folded: Sequence[str],
    spoken: Sequence[int],
    account: Account | None,
    config: RolesConfig,
) -> dict[str, float]:
    """How much each voice sounds like the collector, by voice."""
    cues, words = load_cues("roles"), load_cues("collector")["words"]
    names = {} if account is None else _name_cues(account)
    points: dict[str, float] = {}
    for index in spoken:
        # The opening tells most: that is where the collector presents company and purpose.
        opening = index < config.opening_turns
        cue = weigh(folded[index], cues["agent"]) - weigh(folded[index], cues["debtor"])
        found = weigh(folded[index], words) + CUE_SHARE * (1.0 if opening else 0.5) * cue
        if opening:
            found += weigh(folded[index], names)
        voice = utterances[index].voice
        points[voice] = points.get(voice, 0.0) + found
    return points


def _name_cues(account: Account) -> dict[str, float]:
    """The collector names company and debtor; the debtor names neither of them first."""
    cues: dict[str, float] = {}
    if account.creditor:
        cues[fold_words(account.creditor)] = 3.0
    for name in (account.debtor_name or "").split():
        if len(name) > 2:
            cues[fold_words(name)] = 1.0
    return cues


def _agent_voice(points: dict[str, float], agent_channel: int | None) -> tuple[str | None, tuple[str, ...]]:
    if not points:
        return None, ()
    best = max(points, key=lambda voice: points[voice])
    mapped = None if agent_channel is None else f"channel-{agent_channel}"
    if mapped is None or not all(voice.startswith("channel-") for voice in points):
        return (best if len(points) > 1 or points[best] > 0 else None), ()
    if best != mapped and points[best] - points.get(mapped, 0.0) >= SWAP_MARGIN and mapped in points:
        return best, (f"agent_channel {agent_channel} in the manifest, but the other channel speaks as the collector",)
    return mapped, ()


def _mark_third_party(roles: list[Role], folded: Sequence[str]) -> None:
    """Turns debtors into third parties from the first one who says so until one says to be the debtor.

    The first replies decide: there whoever answers says who they are, while later "no está" and the like speak of
    anything. Afterwards only plain words ("soy su hermana") hand the receiver over.
    """
    cues = load_cues("roles")
    kin = _introductions(cues["relations"])
    replies = [i for i, role in enumerate(roles) if role == "debtor"]
    told = sum(weigh(folded[i], cues["told_to_third_party"]) for i, role in enumerate(roles) if role == "agent")
    said = [weigh(folded[i], cues["third_party"]) + weigh(folded[i], kin) for i in replies]
    denied = [weigh(folded[i], cues["third_party_denied"]) >= THIRD_PARTY_POINTS for i in replies]
    somebody_else = False
    for count, index in enumerate(replies):
        opening = count < OPENING_REPLIES
        # What the collector asks of a third party is half a proof, and worth nothing without the other half.
        support = min(told, MAX_SUPPORT) if opening and said[count] > 0 else 0.0
        if denied[count]:
            somebody_else = False
        elif said[count] + support >= (THIRD_PARTY_POINTS if opening else HANDED_OVER_POINTS):
            if opening and not somebody_else and not any(denied[:count]):
                # Their greeting came before they said who they are.
                for earlier in replies[:count]:
                    roles[earlier] = "third_party"
            somebody_else = True
        if somebody_else:
            roles[index] = "third_party"


@cache
def _introductions_of(relations: tuple[tuple[str, float], ...]) -> dict[str, float]:
    return {
        f" {verb} {article}{relation}": weight
        for relation, weight in relations
        for verb, article in itertools.product(("soy", "habla"), ("su", "la", "el", "una", "un"))
    }


def _introductions(relations: Mapping[str, float]) -> dict[str, float]:
    """Every relation after "soy su", "habla la" and the like; a relation comes folded, with a space on both sides."""
    return _introductions_of(tuple(relations.items()))


OPENING_REPLIES = 4
"""Replies of the other side in which they say who they are: "¿Bueno?", "¿De parte de quién?", "Soy su hermana"."""
