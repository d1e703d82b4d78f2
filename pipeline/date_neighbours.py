"""What the words beside a word make of it: who is paid, who is asked, whether a relative clause only names a noun.

Nothing here knows a lexicon; `pipeline.date_cues` and `pipeline.amount_cues` ask where a word alone does not tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pipeline.calendar_words import MONTHS, WEEKDAYS
from pipeline.number_words import read_word
from pipeline.tokens import Token

TO_SPEAKER = frozenset({"me", "nos"})
ARTICLES = frozenset("la los las mi mis un una unos unas don dona nuestro nuestra el".split())
_TO_LISTENER = frozenset({"le", "te", "les", "os"})
_PRONOUNS = _TO_LISTENER | {"lo", "la", "los", "las", "se", "me", "yo"}
# What one is going to do to the creditor and is no paying: "le voy a explicar".
NO_PAYING = frozenset(
    "decir contar explicar hablar llamar marcar avisar preguntar pedir deber mentir fallar quedar quitar cobrar "
    "perdonar condonar bonificar rebajar reclamar demandar denunciar ver ser tener hacer escribir contestar responder "
    "comentar confirmar platicar recordar insistir rogar agradecer reconocer exigir dar mostrar ensenar leer mandar "
    "enviar aplicar subir bajar descontar".split()
)
NOTED = frozenset("apunte anote agende programe registre apunto anoto agendo".split())  # "ya lo apunté": not paid
BILL_VERBS = frozenset("pagar pago pagamos pagare pagando cancelar cancelo liquidar liquido paga pagan".split())
_PAID_THINGS = frozenset("el la los las mi mis su un una".split())
# What the debt itself is called, and what only dates or counts a payment of it.
OWED = frozenset(
    "deuda saldo cuota cuotas cuotita mensualidad mensualidades letra letras prestamo credito tarjeta minimo "
    "minima total totalidad mitad resto restante monto adeudo atraso atrasado compromiso abono plazo vencido "
    "vencidas parte partes interes intereses cuenta plan convenio acuerdo primera segunda tercera cuarta ultima "
    "primer segundo primero ultimo diferencia importe cantidad anticipo enganche entrada inicial recibo factura "
    "boleta mora pago pagos semana quincena mes dia fin proximo proxima otro otra siguiente mismo misma dinero "
    "plata platita lana cosa asunto pendiente pendientes faltante balance numero verdad financiamiento pagare "
    "obligacion obligaciones documento cargo cargos vale fiado mero que de del mas noche tarde manana viene lo "
    "le hora anualidad refinanciacion reestructura parcialidad gestion domicilio poco algo monton principal "
    "capital".split()
)
_SENDS = frozenset("manda mandan envia envian gira giran".split())
_SENT = frozenset("remesa remesas pension mesada giro".split())
_HOUR_BY_EVENT = frozenset({"despues", "antes", "saliendo", "luego", "salir", "salga", "salgo", "vuelta", "despuesito"})
_SOMEBODY = frozenset("senora senor muchacha muchacho chavo tipo vieja viejo doctora".split())
_LONGEST_QUESTION = 24
# What others are said to be going to do, to have promised, to have to do.
_THEY = frozenset(
    "van iban quedaron tienen tenian deben debian quieren querian prometieron acaban va iba quedo tenia debia prometio "
    "piensan pensaban pueden podrian ofrecieron comprometieron juraron aseguraron acostumbran suelen empiezan".split()
)
_LINKS = frozenset({"a", "de", "que", "en"})
_ENCLITIC_TO_SPEAKER = ("rme", "rnos", "rmelo", "rnoslo", "rmela", "rnosla")
_THINGS = frozenset("la el los las lo esa ese esos esas esta este mi su un una unos unas".split())
_OF_PERSONS = frozenset(
    "senora senor senorita muchacha muchacho joven persona licenciada licenciado chica chico".split()
)
_ACCOUNTS = frozenset(
    "cuenta cuentas tarjeta tarjetas credito creditos prestamo prestamos deuda deudas plastico contrato clabe cbu iban "
    "numero referencia alias".split()
)
_GIVEN_THINGS = frozenset(
    "cuenta cuentas cbu cvu clabe iban alias numero numeros link liga enlace codigo qr referencia ficha formato cupon "
    "convenio sucursal banco direccion celular telefono correo whatsapp chat tarjeta agencia propuesta plan".split()
)
_BEFORE_SAYING = _TO_LISTENER | {"me", "nos", "ya", "yo", "usted", "ustedes"}
_BEFORE_DAYS = frozenset("el la a para pal en este hoy manana ahorita al yo si".split())
_THAT = frozenset({"esa", "ese", "esas", "esos"})
_OTHERS = frozenset({"otra", "otro", "otras", "otros"})
_FAR = 40  # words; a noun said before them is no longer meant
_OWN = frozenset("mi mis nuestro nuestra el ella ellos ellas".split())
_NEAR, _AFTER = 6, 4
_SAID_BEFORE = 16
_TAKING = frozenset("descontar cobrar debitar cargar sacar retirar".split())


def is_asked(tokens: Sequence[Token], place: int) -> bool:
    """Whether the collector asks for it: «¿me paga el 20?», «si usted nos paga hoy»."""
    if place > 1 and tokens[place - 2].text == "usted":
        return True
    for token in tokens[place + 1 : place + _LONGEST_QUESTION]:
        if token.text in ".?!;":
            return token.text == "?"
    return False


def pays_person(tokens: Sequence[Token], place: int) -> bool:
    """Whether «al», «a la», «a mi» stands before the word: «le pago al plomero»."""
    before = tokens[place - 1].text if place else ""
    following = [token.text for token in tokens[place + 1 : place + 3]]
    if following in (["de", "ustedes"], ["de", "usted"]):
        return False
    if place > 2 and (before == "del" or (before in ARTICLES and tokens[place - 2].text == "de")):
        return tokens[place - 2 - (before != "del")].text in _SOMEBODY  # "a la señora de la tanda"
    return before == "al" or (before in ARTICLES and place > 1 and tokens[place - 2].text == "a")


def pays_a_thing(tokens: Sequence[Token], verb: int) -> bool:
    """«Tengo que pagar la patente», «pago mi sentaje», «se paga la junta»: no word of the debt is what is paid.

    Args:
        tokens: The utterance.
        verb: The word of paying; the noun is the second after it.
    """
    noun = verb + 2
    if noun >= len(tokens) or tokens[verb + 1].text not in _PAID_THINGS or tokens[noun].kind != "word":
        return False
    word = tokens[noun].text
    if word in OWED or word in WEEKDAYS or word in MONTHS or (read_word(word) and word != "cuarto"):
        return False
    before = [token.text for token in tokens[max(0, verb - _NEAR // 2) : verb]]
    if tokens[verb].text in ("paga", "pagan"):
        return before[-1:] == ["se"] or tokens[verb + 1].text == "su"
    return _PRONOUNS.isdisjoint([word for word in before if word not in ("yo", "me")])


def done_already(tokens: Sequence[Token], place: int) -> bool:
    """«Ya les mande sesenta» in a text that writes no accents."""
    place -= 1
    while place >= 0 and tokens[place].text in _PRONOUNS:
        place -= 1
    return place >= 0 and tokens[place].text == "ya"


def sends_a_remittance(tokens: Sequence[Token], place: int) -> bool:
    """«Mi hermano manda la remesa»: somebody else sends it, to the speaker."""
    before = tokens[place - 1].text if place else ""
    if tokens[place].text not in _SENDS or before in _TO_LISTENER | {"se"}:
        return False
    following = [token.text for token in tokens[place + 1 : place + 3]]
    if before == "que" and following[:1] in (["mi"], ["mis"]) and place > 1:
        return True  # "los cien que manda mi hija"
    return bool(following) and (following[0] in _SENT or (following[0] in ARTICLES and following[-1] in _SENT))


def is_given_now(tokens: Sequence[Token], place: int) -> bool:
    """«Me están pagando»."""
    given = place > 1 and tokens[place - 2].text in TO_SPEAKER
    return given and tokens[place].text.endswith(("ando", "endo"))


def is_paid_to_speaker(tokens: Sequence[Token], place: int) -> bool:
    """«Me van a pagar», «me quedaron de depositar», «tienen que pagarme»: others pay, and the speaker is paid."""
    word = tokens[place].text
    glued = word.endswith(_ENCLITIC_TO_SPEAKER)
    if not glued and not word.endswith("r"):
        return False
    verb = place - 1
    if verb > 0 and tokens[verb].text in _LINKS:
        verb -= 1
    if verb < 0 or tokens[verb].text not in _THEY or _ends_as_question(tokens, place):
        return False
    if word in _TAKING and tokens[verb].text in ("puede", "pueden"):
        return False  # "me pueden descontar mil de la tarjeta"
    before = [token.text for token in tokens[max(0, verb - 2) : verb]]
    return "usted" not in before and "ustedes" not in before and (glued or before[-1:] in (["me"], ["nos"]))


def _ends_as_question(tokens: Sequence[Token], place: int) -> bool:
    """Whether a question mark is the next sign of a sentence; one that opens another question is none."""
    for token in tokens[place + 1 : place + _LONGEST_QUESTION]:
        if token.text in ".?!;¿":
            return token.text == "?"
    return False


def follows_event(tokens: Sequence[Token], place: int) -> bool:
    """Whether the event only tells the hour: «el domingo después de misa», «saliendo de clases»."""
    place -= 1
    while place > 0 and tokens[place].text in ARTICLES:
        place -= 1
    return place > 0 and tokens[place].text in ("de", "del") and tokens[place - 1].text in _HOUR_BY_EVENT


def is_after_if(tokens: Sequence[Token], place: int) -> bool:
    return any(tokens[index].text == "si" for index in range(max(0, place - 5), place))


def is_number(token: Token) -> bool:
    return token.kind == "figure" or bool(read_word(token.text))


def is_tag(tokens: Sequence[Token], place: int) -> bool:
    """«¿no?» at the end of a statement asks for a yes."""
    after = tokens[place + 1].text if place + 1 < len(tokens) else ""
    return after == "?"


def denies_no_payment(tokens: Sequence[Token], place: int) -> bool:
    """«Para no perder el descuento»; «no no a fin de mes le pago», where a no is said again before the day."""
    before = tokens[place - 1].text if place else ""
    after = tokens[place + 1].text if place + 1 < len(tokens) else ""
    if before == "para":
        return after.endswith(("r", "rme", "rnos", "rse", "rle", "rte", "rles", "rlo", "rla"))
    first = place - (before == "no")
    said_twice = first < place or after == "no"
    opens = first == 0 or tokens[first - 1].kind == "sign"
    following = tokens[first + 2].text if said_twice and first + 2 < len(tokens) else ""
    return said_twice and opens and following in _BEFORE_DAYS


def names_a_noun(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether what was said only tells which thing is meant: «la cuenta que me dice», «los mil que le dije».

    Args:
        tokens: The utterance.
        first: The first token of the words of saying, which «que» opens.
        last: The token after them; where a «que» follows, what was said is told after all.
    """
    while first > 0 and tokens[first - 1].text in _BEFORE_SAYING:
        first -= 1
    if first < 2 or tokens[first - 1].text != "que" or (last < len(tokens) and tokens[last].text == "que"):
        return False
    noun = tokens[first - 2]
    if noun.text in _OF_PERSONS or noun.kind == "sign":
        return False
    if noun.text == "lo":
        return True
    return is_number(noun) or (first > 2 and tokens[first - 3].text in _THINGS and noun.text not in _LINKS)


def was_given_to_speaker(tokens: Sequence[Token], place: int) -> bool:
    """«La cuenta que me mandaron», «el número que me dio»: what was given only tells where one pays."""
    before = tokens[place - 1].text if place else ""
    noun = tokens[place - 3].text if place > 2 else ""
    return before in TO_SPEAKER and noun in _GIVEN_THINGS and tokens[place - 2].text == "que"


def is_of_the_account(tokens: Sequence[Token], place: int) -> bool:
    """Whether «a esa le» goes back to an account named before: «la que termina en 45, a esa le deposito»."""
    if place + 1 >= len(tokens) or tokens[place + 1].text not in _THAT:
        return False
    return any(
        tokens[index].text in _ACCOUNTS and (index == 0 or tokens[index - 1].text not in _OTHERS)
        for index in range(max(0, place - _FAR), place)
    )


def is_paid_to_another(tokens: Sequence[Token], place: int) -> bool:
    """«A mi esposo le pagan mañana», «el viernes le depositan a ella»: one of the speaker's own is paid."""
    before = tokens[place - 1].text if place else ""
    se = place > 1 and tokens[place - 2].text == "se" and before in ("lo", "la", "los", "las")
    if (before not in ("le", "les") and not se) or not tokens[place].text.endswith("an"):
        return False
    near = [token.text for token in tokens[max(0, place - _SAID_BEFORE) : place + 1 + _AFTER]]
    for at in range(len(near) - 4):  # "a mi esposo le deben su cts y en noviembre le depositan"
        if near[at] == "a" and near[at + 1] in ("mi", "nuestro", "nuestra") and near[at + 3] in ("le", "les"):
            return True
    near = near[-_NEAR - 1 - _AFTER :]
    return any(before == "a" and word in _OWN for before, word in pairwise(near))
