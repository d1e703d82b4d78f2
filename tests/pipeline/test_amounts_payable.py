"""Which amounts of an utterance are to be paid: the guidelines' rules, line by line, and what is no amount."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from pipeline.amount_context import payable_amounts
from pipeline.amounts import AmountContext
from pipeline.countries import CURRENCY_OF
from pipeline.dates import find_dates

SAID_ON = date(2026, 3, 12)


def money(value: str) -> Decimal | None:
    return Decimal(value) if value else None


def first_amount(text: str, country: str, balance: str = "", minimum: str = "") -> tuple[Decimal, str] | None:
    context = AmountContext(country, CURRENCY_OF[country], money(balance), money(minimum))
    taken = [(found.start, found.end) for found in find_dates(text, SAID_ON, country=country)]
    for match in payable_amounts(text, context, taken=taken):
        if match.value is not None:
            return match.value, match.currency
    return None


@pytest.mark.parametrize(
    ("country", "balance", "minimum", "text", "value"),
    [
        ("MX", "12500", "900", "El viernes le deposito mil quinientos.", "1500"),
        ("MX", "12500", "900", "quinientos no, trescientos sí", "300"),
        ("MX", "12500", "900", "mil... no, mejor ochocientos", "800"),
        ("MX", "12500", "900", "Le doy mil, no dos mil.", "1000"),
        ("MX", "12500", "900", "No puedo dar más de mil", "1000"),
        ("MX", "12500", "900", "No tengo más que quinientos", "500"),
        ("MX", "12500", "900", "Puedo hacer tres pagos de dos mil, uno cada quincena", "2000"),
        ("MX", "12500", "900", "la mitad hoy y lo demás el 30", "6250"),
        ("MX", "12500", "900", "le pago el mínimo el viernes", "900"),
        ("MX", "12500", "900", "lo que puedo son setecientos cincuenta pesos", "750"),
        ("MX", "12500", "900", "le pago todo el viernes", "12500"),
        ("MX", "12500", "900", "El total lo liquido el 15", "12500"),
        ("MX", "12500", "900", "me prestan mil y se los llevo", "1000"),
        ("MX", "12500", "900", "si me prestan mil, se los llevo", "1000"),
        ("MX", "12500", "900", "¿Queda para el viernes por mil?", "1000"),
        ("MX", "12500", "900", "Le puedo dar como unos ochocientos pesitos", "800"),
        ("MX", "12500", "900", "mil pesos mensuales", "1000"),
        ("MX", "12500", "900", "Entonces quedamos en dos mil quinientos para el 15", "2500"),
        ("MX", "12500", "900", "de los 12 mil que debo le doy 3 mil", "3000"),
        ("MX", "12500", "900", "le mando $1,500.00 por OXXO", "1500"),
        ("MX", "12500", "900", "500 pesos ahorita y 700 la otra semana", "500"),
        ("MX", "12500", "900", "Nomás mil", "1000"),
        ("MX", "12500", "900", "Sí, mil pesos está bien", "1000"),
        ("MX", "12500", "900", "mil pesos se me hace mucho, quinientos sí", "500"),
        ("MX", "12500", "900", "con quinientos pesos le avanzo", "500"),
        ("MX", "12500", "900", "¿y si le doy quinientos?", "500"),
        ("MX", "12500", "900", "acepto los dos mil", "2000"),
        ("MX", "12500", "900", "le liquido seis mil en una sola exhibición", "6000"),
        ("MX", "12500", "900", "2k el viernes", "2000"),
        ("MX", "12500", "900", "ando consiguiendo como mil varos", "1000"),
        ("MX", "12500", "900", "le dejo mil quini el lunes", "1000"),
        ("AR", "486320", "92400", "Te paso doscientas lucas el viernes", "200000"),
        ("AR", "486320", "92400", "luca y media te puedo dar", "1500"),
        ("AR", "4863200", "92400", "medio palo te transfiero", "500000"),
        ("AR", "4863200", "92400", "dos palos trescientos te doy", "2300000"),
        ("AR", "4863200", "92400", "palo y medio", "1500000"),
        ("AR", "486320", "92400", "te deposito cien mil mangos", "100000"),
        ("AR", "486320", "92400", "tengo tres gambas nomás", "300"),
        ("AR", "486320", "92400", "uno trescientos te puedo dar", "1300"),
        ("AR", "3960000", "1320000", "tres cheques de uno trescientos veinte", "1320000"),
        ("AR", "486320", "92400", "la cuota de noventa y dos cuatrocientos te la pago el 10", "92400"),
        ("CL", "384600", "62300", "le deposito cincuenta lucas mañana", "50000"),
        ("CL", "384600", "62300", "sesenta y dos trescientos", "62300"),
        ("CL", "384600", "62300", "le pago 62.300 el 5", "62300"),
        ("CL", "1126000", "46900", "cuarenta y seis mil novecientos pesos", "46900"),
        ("CO", "736000", "184000", "setecientos, el treinta", "700000"),
        ("CO", "736000", "184000", "le consigno cien barras", "100000"),
        ("CO", "1960000", "280000", "un millón quinientos le doy el cinco", "1500000"),
        ("CO", "1960000", "280000", "un millón y medio", "1500000"),
        ("CO", "1960000", "", "le doy doscientos mil pesitos el 15", "200000"),
        ("CO", "1960000", "280000", "cuatro cuotas de doscientos mil, una cada quincena", "200000"),
        ("PE", "3460", "320", "cien lucas te doy", "100"),
        ("PE", "642.5", "87.5", "ochenta y siete cincuenta", "87.5"),
        ("PE", "642.5", "87.5", "le yapeo ochenta y siete con cincuenta", "87.5"),
        ("PE", "642.5", "87.5", "doscientos soles con cincuenta céntimos", "200.5"),
        ("PE", "642.5", "87.5", "S/ 250.00 el viernes", "250"),
        ("PE", "642.5", "87.5", "S/.250", "250"),
        ("ES", "417.6", "96.4", "le hago un bizum de cien euros", "100"),
        ("ES", "417.6", "96.4", "ciento ochenta y seis con cuarenta", "186.4"),
        ("ES", "417.6", "96.4", "50 pavos te puedo dar", "50"),
        ("ES", "417.6", "96.4", "pago 96,40 € el lunes", "96.4"),
        ("ES", "1870.25", "170", "1.250,50 euros", "1250.5"),
        ("EC", "312.5", "28.75", "doce cincuenta", "12.5"),
        ("EC", "312.5", "28.75", "cincuenta dolaritos", "50"),
        ("VE", "180", "30", "noventa verdes", "90 USD"),
        ("VE", "18600", "3100", "te hago un pago móvil de tres mil cien bolos", "3100"),
        ("CR", "412000", "38500", "sesenta rojos le hago de sinpe", "60000"),
        ("CR", "412000", "38500", "cinco tejas", "500"),
        ("UY", "38640", "4900", "doce mil y algo", "12000"),
        ("UY", "38640", "4900", "cuatro mil novecientos te giro", "4900"),
        ("BO", "14600", "1280", "setecientos bolivianos le traigo el lunes", "700"),
        ("BO", "14600", "1280", "Bs. 700", "700"),
        ("BO", "14600", "1280", "Bs 1.280,50", "1280.5"),
        ("GT", "2450", "350", "Q350 el viernes", "350"),
        ("GT", "2450", "350", "trescientos cincuenta quetzales", "350"),
        ("HN", "3480", "580", "L. 1,000 el 30", "1000"),
        ("HN", "3480", "580", "le doy dos pagos de mil", "1000"),
        ("NI", "9300", "2800", "C$800 el sábado", "800"),
        ("DO", "38400", "4200", "RD$4,200", "4200"),
        ("DO", "38400", "4200", "do mil peso", "2000"),
        ("PY", "1350000", "450000", "quinientos mil guaraníes", "500000"),
        ("PY", "1350000", "450000", "Gs. 500.000", "500000"),
        ("PY", "1350000", "450000", "dos millones y medio", "2500000"),
        ("PA", "2410", "185.5", "ciento ochenta y cinco con cincuenta por Yappy", "185.5"),
        ("PA", "2410", "185.5", "cincuenta palos te doy", "50"),
        ("PR", "9870.4", "312.75", "trescientos doce con setenta y cinco", "312.75"),
        ("US", "3214.88", "160", "160 dólares", "160"),
        ("CU", "15400", "1100", "mil cien pesos te transfiero", "1100"),
        ("GQ", "150000", "15000", "quince mil francos", "15000"),
        ("GQ", "150000", "15000", "le pago quince mil francos CFA", "15000"),
        ("MX", "12500", "900", "Anote: mil el viernes.", "1000"),
        ("MX", "12500", "900", "Va, quinientos.", "500"),
        ("MX", "12500", "900", "¿Mil? Sí, mil.", "1000"),
        ("MX", "12500", "900", "por lo menos quinientos", "500"),
        ("MX", "12500", "900", "mínimo quinientos le doy", "500"),
        ("MX", "12500", "900", "como mínimo mil", "1000"),
        ("MX", "12500", "900", "entre dos y tres mil", "2000"),
        ("MX", "12500", "900", "dos o tres mil pesos", "2000"),
        ("MX", "12500", "900", "de mil a mil quinientos", "1000"),
        ("MX", "12500", "900", "el cincuenta por ciento el viernes", "6250"),
        ("MX", "12500", "900", "un tercio de la deuda", "4166.67"),
        ("MX", "12500", "900", "le pago la tercera parte", "4166.67"),
        ("MX", "12500", "900", "le pago 1 500", "1500"),
        ("MX", "12500", "900", "pago mil 500 pesos", "1500"),
        ("MX", "12500", "900", "pago $ 1500 pesos mexicanos", "1500"),
        ("MX", "12500", "900", "seiscientos o setecientos, lo que junte", "600"),
        ("MX", "12500", "900", "Con mil pesos cada semana voy saliendo", "1000"),
        ("MX", "12500", "900", "Pago tres mil quinientos cincuenta y cinco con cincuenta centavos", "3555.5"),
        ("MX", "12500", "900", "le firmo por dos mil", "2000"),
        ("MX", "12500", "900", "Usted dice mil, yo digo quinientos", "500"),
        ("MX", "12500", "900", "me piden tres mil de inscripción y a usted le doy mil", "1000"),
        ("MX", "12500", "900", "quinientos para hoy", "500"),
        ("MX", "12500", "900", "Puedo con quinientos.", "500"),
        ("MX", "12500", "900", "Con quinientos puedo.", "500"),
        ("MX", "12500", "900", "Hagámoslo por mil doscientos", "1200"),
        ("MX", "12500", "900", "que sean ochocientos", "800"),
        ("MX", "12500", "900", "serían ochocientos, entonces", "800"),
        ("MX", "12500", "900", "no, ochocientos", "800"),
        ("MX", "12500", "900", "ochocientos, no más", "800"),
        ("MX", "12500", "900", "ochocientos y ya", "800"),
    ],
)
def test_amount_to_be_paid(country: str, balance: str, minimum: str, text: str, value: str) -> None:
    amount, _, currency = value.partition(" ")
    assert first_amount(text, country, balance, minimum) == (Decimal(amount), currency or CURRENCY_OF[country])


@pytest.mark.parametrize(
    "text",
    [
        "todo bien señorita, gracias",
        "Ya pagué todo",
        "Sobre todo por la mora",
        "me descontaron quinientos",
        "mi tarjeta termina en 4521",
        "son las cinco y media",
        "tengo 35 años",
        "me cobran 3% mensual",
        "mil pesos es mucho",
        "debo dos mil en otra tienda",
        "mi renta es de cuatro mil",
        "pago cuatro mil de renta",
        "el descuento del 50 por ciento no me sirve",
        "con el descuento del cincuenta por ciento le pago",
        "gano quinientas lucas",
        "me sale cien lucas el alquiler",
        "¿Mil? No, no puedo.",
        "no le debo mil pesos a nadie",
        "gracias, mil gracias",
        "llámeme al 55 1234 5678",
        "mi número es cinco cinco uno dos tres cuatro cinco seis siete ocho",
        "vivo en Insurgentes 1250",
        "el folio es 45213",
        "nos vemos el 15",
        "dentro de quince días",
        "somos cuatro en mi casa",
        "me faltan dos meses para pensionarme",
        "la deuda es de doce mil quinientos pesos",
        "su saldo es de $12,500",
        "le están cobrando trescientos de comisión",
        "me quedaron mal con mil pesos",
        "le di mil la semana pasada",
        "le abono lo que tenga",
        "me quedo con el resto",
        "el sueldo mínimo no me alcanza",
        "Quiero pagar dos mensualidades",
        "ni un peso le voy a dar",
        "no le voy a pagar ni mil ni quinientos",
    ],
)
def test_no_amount_to_be_paid(text: str) -> None:
    assert first_amount(text, "MX", "12500", "900") is None


def test_day_that_a_date_claims_is_no_amount() -> None:
    context = AmountContext("MX", "MXN")
    text = "Para el 15 quinientos y el 30 doscientos."
    spans = [(text.index(day), text.index(day) + 2) for day in ("15", "30")]
    assert [match.value for match in payable_amounts(text, context, taken=spans)] == [500, 200]


def test_rest_is_what_the_other_payments_leave() -> None:
    context = AmountContext("MX", "MXN", Decimal(5000), None)
    found = payable_amounts("Le doy dos mil hoy y el resto se lo pago el 30.", context)
    assert [match.value for match in found] == [2000, 3000]
    assert found[1].rule == "rest"


def test_plan_says_how_many_and_how_much_each() -> None:
    context = AmountContext("CO", "COP", Decimal(800000), None)
    (match,) = payable_amounts("Le pago cuatro cuotas de doscientos mil, una cada quincena.", context)
    assert match.plan is not None
    assert match.plan.count == 4
    assert match.plan.each == 200000


def test_thousands_left_out_are_doubtful() -> None:
    context = AmountContext("CL", "CLP", Decimal(384600), Decimal(62300))
    (match,) = payable_amounts("Le deposito cincuenta el viernes.", context)
    assert match.value == 50000
    assert match.doubtful


def test_unknown_balance_leaves_half_unknown() -> None:
    (match,) = payable_amounts("Le pago la mitad.", AmountContext("MX", "MXN"))
    assert match.value is None
