"""The JavaScript bundles of the front end."""

from __future__ import annotations

from hashlib import sha256
from importlib import resources


def bundle_source(name: str) -> str:
    """Return the source of the bundle ``name``.

    Raises
    ------
    FileNotFoundError
        If the front end has not been built.
    """
    file = resources.files("bert_widgets") / "static" / f"{name}.js"
    try:
        return file.read_text("utf-8")
    except FileNotFoundError as error:
        msg = (
            f"The front end {name}.js has not been built. Run `pip install -e .` in the project "
            "folder."
        )
        raise FileNotFoundError(msg) from error


def bundle_version(name: str) -> str:
    """Return the name of a bundle with a hash, by which several versions can be told apart."""
    return f"{name}-{sha256(bundle_source(name).encode()).hexdigest()}"
