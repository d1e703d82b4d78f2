"""The page of `palabra report --html`: valid, self-contained, safe, and its figures are those of the queries."""

import re
import time
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.errors import REASONS, StoreError
from pipeline.types import FailedCall, ToneFlag
from sql import reading
from sql.results import Selection
from tests.sql.made import made_call
from tests.web.report_calls import HOSTILE, LONG_TURN, PageReader, many_rows, publish_calls, varied_calls
from web.report import render_page, render_report, report_page
from web.report_rows import read_rows
from web.report_tables import agent_lines, flagged_calls, money_lines, promise_lines
from web.report_words import headline, scope
from web.spanish import money_text

GOLDEN = Path(__file__).parent / "golden" / "report_outline.txt"
SVG_NAMESPACE = "http://www.w3.org/2000/svg"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    failed = [FailedCall("c9", "c9.wav", "empty_file", "c9.wav has no bytes; copy it again", "decode")]
    return publish_calls(tmp_path_factory.mktemp("data"), varied_calls(), failed)


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return render_report(root, Selection())


def flat(text: str) -> str:
    """The same with every space a plain one."""
    return " ".join(text.split())


def shown_text(page: str) -> str:
    return flat("".join(PageReader(page).text))


def number(text: str) -> float:
    """A Spanish number read back: «12 345,6»."""
    return float(text.partition("(")[0].replace("\u202f", "").replace(" ", "").replace(",", "."))


def agent_table(page: str) -> list[list[str]]:
    return next(table for table in PageReader(page).tables if table[0][0] == "Agente")


def test_page_is_well_formed(page: str) -> None:
    read = PageReader(page)
    assert read.faults == []
    assert page.lower().startswith("<!doctype html>")
    assert [i for i, n in Counter(read.ids).items() if n > 1] == []
    assert set(read.references) <= set(read.ids)
    assert {a.removeprefix("#") for a in read.addresses if a.startswith("#")} <= set(read.ids)


@pytest.mark.parametrize("broken", ["<p><b>x</p>", "<p id=a id=b></p>", "<div>"])
def test_reader_of_the_tests_sees_faults(broken: str) -> None:
    assert PageReader(broken).faults


def test_page_reaches_for_nothing(page: str) -> None:
    assert re.findall(r"(?:https?:)?//[^\s\"'<>)]+", page.replace(SVG_NAMESPACE, "")) == []
    assert [a for a in PageReader(page).addresses if not a.startswith("#") and a != "data:,"] == []
    assert re.findall(r"url\((?!#)[^)]*\)", page) == []
    assert "@import" not in page
    assert "default-src 'none'" in page
    assert {"script", "iframe", "object", "embed", "img", "foreignobject"} & set(PageReader(page).tags) == set()
    assert re.findall(r"\son[a-z]+=", page) == []


def test_outline_is_the_known_one(page: str, update_golden: bool) -> None:
    outline = "\n".join(PageReader(page).outline) + "\n"
    if update_golden:
        GOLDEN.write_text(outline, encoding="utf-8")
    assert outline == GOLDEN.read_text(encoding="utf-8")


def test_agents_add_up_to_the_totals(root: Path, page: str) -> None:
    with reading.open_published(root) as connection:
        totals = reading.totals(connection)
        agents = reading.agents(connection)
    head, *lines = agent_table(page)
    every, own = lines[-1], lines[:-1]
    assert every[0] == "Todos"
    assert len(own) == len(agents)
    for column in ("Llamadas", "Con promesa", "Promesas", "Llamadas agresivas", "Turnos graves"):
        at = head.index(column)
        assert sum(number(line[at]) for line in own) == number(every[at]), column
    assert number(every[head.index("Llamadas")]) == totals.calls
    assert number(every[head.index("Promesas")]) == totals.promises
    assert number(every[head.index("Minutos")]) == pytest.approx(totals.minutes, abs=0.05)
    assert number(every[head.index("Turnos graves")]) == sum(a.serious_turns for a in agents)


def test_amounts_are_those_of_the_query_in_each_currency(root: Path, page: str) -> None:
    sums: Counter[str] = Counter()
    with reading.open_published(root) as connection:
        for row in reading.promises(connection):
            if row.amount is not None and row.currency is not None:
                sums[row.currency] += row.amount  # type: ignore[assignment]
    assert set(sums) == {"MXN", "USD"}
    shown = {money.currency: money.amount for money in money_lines(read_rows(root, Selection()).amounts)}
    assert shown == {currency: money_text(Decimal(amount)) for currency, amount in sums.items()}
    in_table = agent_table(page)[-1]
    cell = in_table[agent_table(page)[0].index("Prometido")]
    assert cell == " ".join(flat(money_text(Decimal(sums[currency]), currency)) for currency in ("MXN", "USD"))
    everything = money_text(sum((Decimal(a) for a in sums.values()), Decimal(0)))
    assert flat(everything) not in shown_text(page), "currencies are never added up"


def test_table_speaks_of_the_same_shares_as_the_query(root: Path, page: str) -> None:
    with reading.open_published(root) as connection:
        agents = {a.agent_id or "Sin agente": a for a in reading.agents(connection)}
    head, *lines = agent_table(page)
    for line in lines[:-1]:
        talk = agents[line[0].split()[0] if line[0] != "Sin agente" else line[0]].agent_talk_share
        assert talk is not None
        assert line[head.index("Habla agente")] == f"{talk * 100:.0f} %"


def test_every_promise_is_listed_with_its_doubt(root: Path, page: str) -> None:
    listed = next(table for table in PageReader(page).tables if table[0][0] == "Vence")[1:]
    with reading.open_published(root) as connection:
        assert len(listed) == len(reading.promises(connection))
    assert [line[0] for line in listed][-1] == "sin fecha"
    doubtful = [line for line in listed if "Dudosa" in line[-1]]
    assert len(doubtful) == 1
    assert "Se nombraron dos días; no se dijo «mil»" in doubtful[0][-1]
    assert "Condicional" in doubtful[0][-1]
    assert "c3, 00:05" in doubtful[0][-1]


def test_flags_quote_their_turn_with_time_and_words(page: str) -> None:
    text = shown_text(page)
    assert "<mark>nos puede</mark>" in page
    assert "00:01 «¿Cuándo nos puede pagar?»" in text
    assert "Amenaza, alta 0,91" in text
    assert "Hostilidad, baja 0,50 por «not in the turn»" in text
    assert "nunca marca por sí sola" in text
    assert text.index("Amenaza, alta") < text.index("Insulto, media"), "the gravest call comes first"


def test_set_aside_recordings_have_reason_and_remedy(page: str) -> None:
    table = next(table for table in PageReader(page).tables if "Remedio" in table[0])
    assert [line[:3] for line in table[1:]] == [["c9", "Archivo vacío.", "Copiarlo de nuevo desde el grabador."]]


def test_selection_is_said_and_followed(root: Path) -> None:
    rows = read_rows(root, Selection(first_day=date(2026, 3, 14), agent_id="A-08"))
    assert headline(rows)[0].value == "1"
    assert "Solo el agente A-08" in scope(rows)
    assert [line.name for line in agent_lines(rows)] == ["A-08"]


def test_no_call_is_said(root: Path) -> None:
    page = render_report(root, Selection(first_day=date(2020, 1, 1), last_day=date(2020, 1, 31)))
    read = PageReader(page)
    assert read.faults == []
    assert "h2 No hay llamadas en este período" in read.outline
    assert "svg" not in read.tags
    assert "Del 1 al 31 de enero de 2020" in page


def test_no_promise_and_no_flag_are_said(tmp_path: Path) -> None:
    publish_calls(tmp_path, [made_call("c1", promises=(), outcome="refusal")])
    page = render_report(tmp_path, Selection())
    text = shown_text(page)
    assert PageReader(page).faults == []
    assert "ninguna llamada terminó con una promesa en pie" in text
    assert "Ningún turno del período está marcado" in text
    assert "Ninguna: todas las grabaciones se pudieron analizar." in text
    assert PageReader(page).outline.count("figure plot-due") == 0


def test_nothing_published_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing is published"):
        render_report(tmp_path, Selection())


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    call = made_call(
        HOSTILE,
        agent_id=f"{HOSTILE}'\"]}}",
        debtor_id=f'"><img src=x onerror={HOSTILE}>',
        text=f"{HOSTILE} {{{{ 7 * 7 }}}} datum.value",
        tone=(ToneFlag(1, "threat", "high", 0.9, HOSTILE),),
    )
    account = replace(call.recording.account, debtor_name=HOSTILE, creditor=HOSTILE)
    call = replace(call, recording=replace(call.recording, account=account, team="</style><b>"))
    publish_calls(tmp_path, [call], [FailedCall(HOSTILE, "x.wav", "empty_file", HOSTILE, "decode")])
    read = PageReader(page := render_report(tmp_path, Selection()))
    assert read.faults == []
    assert {"script", "img"} & set(read.tags) == set()
    assert page.count("<style>") == page.count("</style>") == 1
    assert "{{ 7 * 7 }}" in "".join(read.text)
    assert HOSTILE in "".join(read.text)


def test_debtors_are_shown_by_id_only(page: str) -> None:
    assert "D-4" in page
    assert "Zumalacárregui" not in page


def test_two_thousand_calls_of_four_hundred_agents_take_seconds() -> None:
    rows = many_rows(2000, 400)
    render_page(report_page(many_rows(40, 4)))  # starts the renderer
    start = time.process_time()
    page = render_page(report_page(rows))
    assert time.process_time() - start < 5
    assert len(page) < 1_500_000
    read = PageReader(page)
    assert read.faults == []
    text = shown_text(page)
    assert "Otros 370 agentes" in text
    head, *lines = agent_table(page)
    at = head.index("Llamadas")
    assert sum(number(line[at]) for line in lines[:-1]) == number(lines[-1][at]) == 2000
    assert "Los otros 386 suman 1 930 llamadas" in text
    assert "Se muestran 60 promesas, las primeras en vencer, de 2 000" in text
    assert "Se muestran 30 llamadas, las más graves, de 100" in text


def test_long_turn_is_cut_around_what_carried_the_flag() -> None:
    rows = many_rows(1, 1)
    quote = flagged_calls(rows)[0].quotes[0]
    shown = "".join(text for text, _ in quote.pieces)
    assert ("pesar", True) in quote.pieces
    assert shown.startswith("[…] ")
    assert shown.endswith(" […]")
    assert len(shown) < 400
    assert quote.full == LONG_TURN
    assert len(promise_lines(rows.promises)[0].quote) < 200


def test_every_reason_code_has_words() -> None:
    from web.lexicon import SET_ASIDE

    assert set(SET_ASIDE) == set(REASONS)
