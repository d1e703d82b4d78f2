"""The shipped sense of what is to be paid, for `palabra parse`: plain Python, so that the command starts at once."""

from functools import lru_cache
from typing import Final

from models.registry import find_weights
from pipeline.errors import ModelError
from pipeline.payment_sense import PaymentSense, unpacked

NAME: Final = "payment-classifier-es"
FILE: Final = "sense.bin"
KIND: Final = "payment_classifier"


@lru_cache(maxsize=1)
def load_payment_sense() -> PaymentSense:
    """The sense that comes with the distribution.

    Raises:
        ModelError: Its file is missing or not whole.
    """
    weights = find_weights(NAME)
    try:
        return unpacked((weights.folder / FILE).read_bytes())
    except (OSError, ValueError) as error:
        raise ModelError(
            f"weights {NAME}: {FILE} of the distribution expected, {error}; install palabra again"
        ) from error
