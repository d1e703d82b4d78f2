"""Two kinds of failure: one call fails and the batch goes on, or an operator must act.

A message says what was found, what was expected and the remedy. It never holds words of a call, a name, a phone
number or an amount: messages reach logs, artifacts and the terminal.
"""


class PalabraError(Exception):
    """Base of everything that cli, flows and web catch."""


class CallError(PalabraError):
    """This call fails, the batch goes on.

    Args:
        call_id: The call, as the manifest names it, or the file's name where there is no manifest entry.
        reason: A code of `REASONS`, stable over versions: reports count by it.
        message: Found, expected, remedy.
    """

    def __init__(self, call_id: str, reason: str, message: str) -> None:
        if reason not in REASONS:
            raise ValueError(f"reason {reason!r} is none of {sorted(REASONS)}")
        super().__init__(f"{call_id}: {message}")
        self.call_id = call_id
        self.reason = reason
        self.message = message


class SetupError(PalabraError):
    """An operator must act before anything can go on: a setting, a file, a model, a lock."""


class ConfigError(SetupError):
    """A configuration that cannot be used; names file, key and the nearest known key."""


class ModelError(SetupError):
    """Weights that are missing, damaged, or not allowed for this use."""


class StoreError(SetupError):
    """A database or staged file that cannot be opened, is held by another process, or fails its checks."""


REASONS = {
    "file_missing": "listed in the manifest, but there is no such file",
    "not_in_manifest": "a recording that no manifest line names",
    "duplicate_call_id": "two manifest lines with the same call id",
    "bad_manifest_line": "a manifest line that cannot be read",
    "bad_start": "the start of the call is missing, unreadable or has no offset",
    "unknown_country": "the country is no ISO 3166 code of a supported country",
    "missing_field": "a required manifest field is empty",
    "empty_file": "a file of no bytes",
    "not_audio": "no audio stream can be read from the file",
    "truncated": "the recording ends before its own header says",
    "zero_length": "an audio stream without samples",
    "too_many_channels": "more channels than agent and debtor",
    "too_long": "longer than the configured limit",
    "decode_failed": "the codec failed on this file",
    "stage_failed": "a stage failed on this call",
}
"""Reason codes of set-aside calls with what each means; a report shows the meaning."""
