"""Who is the collector, who the debtor, who somebody else, what a recording."""

from pipeline.config import RolesConfig
from pipeline.roles import Roles, assign_roles
from pipeline.types import Account, Span, Utterance, Word

ACCOUNT = Account("D-1", "MX", debtor_name="Rosa Elena Ibarra", creditor="Financiera del Valle")


def spoken(*lines: tuple[int, str]) -> list[Utterance]:
    return [
        Utterance(f"channel-{channel}", (Word(text, Span(i * 2.0, i * 2.0 + 1.5), 0.9, channel),))
        for i, (channel, text) in enumerate(lines)
    ]


def roles(given: Roles) -> list[str]:
    return [turn.role for turn in given.turns]


CALL = spoken(
    (0, "Buenos días, ¿hablo con la señora Rosa Elena Ibarra?"),
    (1, "Sí, ella habla, ¿quién es?"),
    (0, "Le llamo de Financiera del Valle por su saldo vencido."),
    (1, "Ay, es que me quedé sin trabajo."),
)


def test_what_is_said_tells_the_collector() -> None:
    assert roles(assign_roles(CALL, ACCOUNT, None, RolesConfig())) == ["agent", "debtor", "agent", "debtor"]


def test_the_manifest_says_which_channel_it_is() -> None:
    given = assign_roles(CALL[:2], None, 0, RolesConfig())
    assert roles(given) == ["agent", "debtor"]
    assert given.warnings == ()


def test_a_swapped_channel_map_is_overruled_and_said() -> None:
    given = assign_roles(CALL, ACCOUNT, 1, RolesConfig())
    assert roles(given) == ["agent", "debtor", "agent", "debtor"]
    assert "agent_channel 1" in given.warnings[0]
    assert "Rosa" not in given.warnings[0]


def test_a_relative_is_a_third_party_from_the_first_word() -> None:
    call = spoken(
        (0, "Buenas tardes, ¿se encuentra la señora Rosa Ibarra?"),
        (1, "¿De parte de quién?"),
        (0, "Le habla Paola."),
        (1, "No está, soy su hermana. No se encuentra."),
    )
    assert roles(assign_roles(call, ACCOUNT, 0, RolesConfig())) == ["agent", "third_party", "agent", "third_party"]


def test_the_debtor_who_comes_to_the_phone_is_the_debtor_again() -> None:
    call = spoken(
        (0, "¿Se encuentra la señora Rosa Ibarra?"),
        (1, "No se encuentra, soy la hermana."),
        (0, "¿A qué hora regresa?"),
        (1, "Ah, aquí viene llegando. ¿Bueno? Sí, soy yo, ella habla."),
        (0, "Le llamo de Financiera del Valle."),
        (1, "Dígame."),
    )
    found = roles(assign_roles(call, ACCOUNT, 0, RolesConfig()))
    assert found[1] == "third_party"
    assert found[5] == "debtor"


def test_a_voicemail_greeting_is_the_system() -> None:
    call = spoken(
        (0, "El número que usted marcó no se encuentra disponible, deje su mensaje después del tono."),
        (0, "Buenas tardes, este mensaje es para la señora Rosa Ibarra, le habla Paola."),
    )
    assert roles(assign_roles(call, ACCOUNT, None, RolesConfig())) == ["system", "agent"]


def test_nobody_said_anything() -> None:
    assert assign_roles([], ACCOUNT, 0, RolesConfig()).turns == ()
