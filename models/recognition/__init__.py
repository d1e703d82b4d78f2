"""Parts of the recogniser: loading it on a device, prompts, readings, guards, word times."""
