"""Manifests as diallers and CRMs export them: conventions recognised, one bad line costs one line."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.config import ManifestConfig
from pipeline.errors import SetupError
from pipeline.manifest import Manifest, read_manifest, recording_from_name

AUDIO = Path(__file__).parents[2] / "fixtures" / "audio"


def read(text: str, name: str = "m.csv", **settings: object) -> Manifest:
    return read_manifest(text.encode(), name, ManifestConfig(**settings))  # type: ignore[arg-type]


def reasons(manifest: Manifest) -> dict[str, str]:
    return {failure.call_id: failure.reason for failure in manifest.failures}


def test_only_four_columns_are_required() -> None:
    manifest = read("call_id,started_at,country,debtor_id\nc1,2026-03-12T10:42:00-06:00,MX,D1\n")
    (recording,) = manifest.recordings
    assert recording.call_id == "c1"
    assert recording.started_at == datetime(2026, 3, 12, 10, 42, tzinfo=timezone(timedelta(hours=-6)))
    assert recording.account.currency == "MXN"
    assert recording.account.balance is None
    assert recording.agent_channel is None
    assert recording.direction is None


def test_a_missing_required_column_is_a_set_up_error_that_names_it() -> None:
    with pytest.raises(SetupError, match="debtor_id expected"):
        read("call_id,started_at,country\nc1,2026-03-12T10:42:00-06:00,MX\n")


def test_the_three_manifests_of_the_fixtures_say_the_same() -> None:
    read_all = [
        read_manifest((AUDIO / name).read_bytes(), name, ManifestConfig())
        for name in ("manifest.csv", "manifest_es.csv", "manifest.jsonl")
    ]
    assert len(read_all[0].recordings) >= 20
    for other in read_all[1:]:
        assert {r.call_id: r for r in other.recordings} == {r.call_id: r for r in read_all[0].recordings}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (["12.500,00", "900,5"], ["12500.00", "900.5"]),
        (["12,500.00", "900"], ["12500.00", "900"]),
        (["12500.75"], ["12500.75"]),
        (["1.250.000", "87.500"], ["1250000", "87500"]),
        (["$ 4 500,20"], ["4500.20"]),
    ],
)
def test_the_decimal_mark_is_recognised_from_the_column(written: list[str], expected: list[str]) -> None:
    rows = "".join(f"c{i};2026-03-12T10:42:00-06:00;MX;D1;{value}\n" for i, value in enumerate(written))
    manifest = read("call_id;started_at;country;debtor_id;balance\n" + rows)
    assert [r.account.balance for r in manifest.recordings] == [Decimal(value) for value in expected]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        (["13/02/2026", "04/03/2026"], date(2026, 3, 4)),
        (["02/13/2026", "04/03/2026"], date(2026, 4, 3)),
        (["2026-02-13", "2026-03-04"], date(2026, 3, 4)),
        (["13.02.26", "04.03.26"], date(2026, 3, 4)),
    ],
)
def test_the_date_order_is_recognised_from_the_column(written: list[str], day: date) -> None:
    rows = "".join(f"c{i},2026-03-12T10:42:00-06:00,MX,D1,{value}\n" for i, value in enumerate(written))
    manifest = read("call_id,started_at,country,debtor_id,due_date\n" + rows)
    assert manifest.recordings[1].account.due_date == day


def test_dates_that_fit_both_orders_are_read_day_first_and_it_is_said() -> None:
    manifest = read("call_id,started_at,country,debtor_id,due_date\nc1,2026-03-12T10:00:00Z,MX,D1,04/03/2026\n")
    assert manifest.recordings[0].account.due_date == date(2026, 3, 4)
    assert any("manifest.date_order" in note for note in manifest.notes)


def test_windows_1252_is_read_where_utf_8_fails() -> None:
    text = "call_id;started_at;country;debtor_id;debtor_name\nc1;2026-03-12T10:00:00Z;ES;D1;Íñigo Núñez\n"
    manifest = read_manifest(text.encode("cp1252"), "m.csv", ManifestConfig())
    assert manifest.recordings[0].account.debtor_name == "Íñigo Núñez"


def test_other_headings_are_mapped() -> None:
    manifest = read(
        "ID,Inicio,Pais,Deudor\nc1,2026-03-12T10:00:00Z,MX,D1\n",
        columns={"call_id": "ID", "started_at": "Inicio", "country": "Pais", "debtor_id": "Deudor"},
    )
    assert manifest.recordings[0].call_id == "c1"


def test_each_bad_line_costs_itself() -> None:
    manifest = read(
        "call_id,started_at,country,debtor_id,debtor_zone,agent_channel,balance\n"
        "good,2026-03-12T10:00:00Z,MX,D1,America/Mexico_City,1,12.5\n"
        "no-offset,2026-03-12T10:00:00,MX,D1,,,\n"
        "no-such-day,2026-02-30T10:00:00Z,MX,D1,,,\n"
        "country,2026-03-12T10:00:00Z,XX,D1,,,\n"
        "no-debtor,2026-03-12T10:00:00Z,MX,,,,\n"
        "zone,2026-03-12T10:00:00Z,MX,D1,America/Nowhere,,\n"
        "channel,2026-03-12T10:00:00Z,MX,D1,,left,\n"
        "balance,2026-03-12T10:00:00Z,MX,D1,,,mucho\n"
        "twice,2026-03-12T10:00:00Z,MX,D1,,,\n"
        "twice,2026-03-12T10:00:00Z,MX,D1,,,\n"
    )
    assert [r.call_id for r in manifest.recordings] == ["good"]
    assert reasons(manifest) == {
        "no-offset": "bad_start",
        "no-such-day": "bad_start",
        "country": "unknown_country",
        "no-debtor": "missing_field",
        "zone": "bad_manifest_line",
        "channel": "bad_manifest_line",
        "balance": "bad_manifest_line",
        "twice": "duplicate_call_id",
    }


def test_a_start_without_offset_takes_the_configured_one() -> None:
    text = "call_id,started_at,country,debtor_id\nc1,12/03/2026 10:42,MX,D1\n"
    manifest = read(text, utc_offset="-06:00", date_order="dmy")
    assert manifest.recordings[0].started_at.isoformat() == "2026-03-12T10:42:00-06:00"


def test_json_lines_with_a_broken_line() -> None:
    manifest = read(
        '{"call_id": "c1", "started_at": "2026-03-12T10:00:00Z", "country": "MX", "debtor_id": 7, "balance": 12.5}\n'
        "{broken\n[1]\n",
        "m.jsonl",
    )
    assert manifest.recordings[0].account.balance == Decimal("12.5")
    assert reasons(manifest) == {"m.jsonl:2": "bad_manifest_line", "m.jsonl:3": "bad_manifest_line"}


def test_no_message_quotes_what_stands_in_the_manifest() -> None:
    manifest = read(
        "call_id,started_at,country,debtor_id,debtor_name,balance\nc1,2026-03-12T10:00:00Z,MX,D1,Rosa Ibarra,12x5y.\n"
        "c2,ayer,MX,D1,Rosa Ibarra,\n"
    )
    text = " ".join(failure.message for failure in manifest.failures)
    assert len(manifest.failures) >= 1
    assert "Rosa" not in text
    assert "ayer" not in text


def test_metadata_from_the_file_name() -> None:
    config = ManifestConfig(
        file_name_pattern=r"(?P<country>[A-Z]{2})_(?P<agent_id>A\d+)_(?P<debtor_id>D\d+)_(?P<started_at>[\d-]+T[\d.]+Z)"
    )
    recording = recording_from_name("MX_A07_D1001_2026-03-12T10.42.00Z.wav", config)
    assert recording is not None
    assert (recording.agent_id, recording.account.debtor_id) == ("A07", "D1001")
    assert recording_from_name("otra.wav", config) is None
