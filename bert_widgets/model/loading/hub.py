"""Whether a checkpoint of the Hub can be had, asked once and without waiting for a network."""

from __future__ import annotations

import os
from pathlib import Path

from huggingface_hub import constants, get_hf_file_metadata, hf_hub_url, try_to_load_from_cache
from huggingface_hub.errors import HfHubHTTPError, HFValidationError

_PATIENCE = 10.0  # seconds


def check_reachable(name: str) -> None:
    """Raise an OSError if a name is neither a folder, nor in the cache, nor on a Hub in reach.

    Without a network, transformers asks for half a minute before it says so.
    """
    if Path(name).exists() or constants.HF_HUB_OFFLINE:
        return
    try:
        if try_to_load_from_cache(name, "config.json") is not None:
            return
        get_hf_file_metadata(hf_hub_url(name, "config.json"), timeout=_PATIENCE)
    except (HfHubHTTPError, HFValidationError):
        return  # an answer of the Hub, or no name of it: transformers says what is wrong
    except Exception as error:
        beside = _similar_folder(name)
        hint = f" Did you mean the folder {beside!r}?" if beside else ""
        msg = (
            f"Cannot load {name!r}: there is no such folder, and the Hub cannot be reached "
            f"({type(error).__name__}); check the path, or the name and the network.{hint}"
        )
        raise OSError(msg) from error


def _similar_folder(name: str) -> str:
    """Return the path of a folder with nearly this name; empty if there is none."""
    import difflib

    folder, base = os.path.split(name)
    try:
        names = [entry.name for entry in os.scandir(folder or ".") if entry.is_dir()]
    except OSError:
        return ""
    similar = difflib.get_close_matches(base, names, n=1)
    return str(Path(folder, similar[0])) if similar else ""
