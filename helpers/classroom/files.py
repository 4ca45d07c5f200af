"""Files that are there whole or not at all."""
import json
import os
from uuid import uuid4


def store(path, text):
    """Write a file whole: beside it first, then in its place in one step."""
    part = beside(path)
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def beside(path):
    """A name for a file that is not finished yet; no two writers have the same."""
    return path.with_name(f"{path.name}.{uuid4().hex[:8]}.part")


def load(path):
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
