"""Which calls to listen to, from the published copy."""

from dataclasses import replace
from pathlib import Path

from pipeline.types import VoiceEvidence
from sql.load import load
from sql.publish import publish
from sql.reading import open_published, voices
from sql.results import Selection
from sql.staging import write_shard
from tests.sql.made import made_call


def test_calls_to_listen_to_come_first(tmp_path: Path) -> None:
    heard = {
        "calm": VoiceEvidence(),
        "loud": VoiceEvidence(raised=(0, 1), over=(), raised_first="debtor"),
        "listen": VoiceEvidence(raised=(0,), over=(0,), raised_first="agent", listen=True),
    }
    calls = [
        replace(call, understood=replace(call.understood, voice=voice))
        for name, voice in heard.items()
        for call in [made_call(name, agent_id=f"A-{name}")]
    ]
    write_shard(tmp_path, 1, "s", calls, [])
    load(tmp_path)
    publish(tmp_path)
    with open_published(tmp_path) as connection:
        found = voices(connection)
        own = voices(connection, Selection(agent_id="A-loud"))
    told = [(v.call_id, v.listen, v.raised_first, v.raised_by_agent, v.raised_by_debtor, v.spoke_over) for v in found]
    assert told == [("listen", True, "agent", 1, 0, 1), ("loud", False, "debtor", 1, 1, 0)]
    assert [v.call_id for v in own] == ["loud"]
