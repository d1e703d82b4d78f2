"""Small pyannote models trained on synthetic conversations: `python -m models.recipes.diarization.train --help`."""
