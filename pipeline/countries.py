"""The jurisdictions that the rules, lexicons and manifests know, with the currency a bare amount is in."""

CURRENCY_OF = {
    "AR": "ARS",
    "BO": "BOB",
    "CL": "CLP",
    "CO": "COP",
    "CR": "CRC",
    "CU": "CUP",
    "DO": "DOP",
    "EC": "USD",
    "ES": "EUR",
    "GQ": "XAF",
    "GT": "GTQ",
    "HN": "HNL",
    "MX": "MXN",
    "NI": "NIO",
    "PA": "USD",
    "PE": "PEN",
    "PR": "USD",
    "PY": "PYG",
    "SV": "USD",
    "US": "USD",
    "UY": "UYU",
    "VE": "VES",
}
"""ISO 3166 country -> ISO 4217 currency in daily use."""
