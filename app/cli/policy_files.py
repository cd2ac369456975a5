"""Policies in files: a source `NAME.lua`, and beside it its samples in `NAME.samples.json` or `.yaml`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
import yaml
from pydantic import JsonValue

from app.cli.output import fail
from app.policies.types import Sample

_MAX_BYTES: Final = 1024 * 1024
_SUFFIX: Final = ".lua"
_SAMPLES: Final = (".samples.json", ".samples.yaml", ".samples.yml")
_FIELDS: Final = frozenset({"name", "context", "isAllowed"})


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A policy as it is written down; `samples` is None where no file has any."""

    path: Path
    name: str
    source: str
    samples: tuple[Sample, ...] | None


def read_policy(file: Path, samples: Path | None = None) -> PolicyFile:
    """A policy from a file (`-` is standard input), with the samples of another one or of the one beside it."""
    beside = samples or _find_samples(file)
    return PolicyFile(file, file.stem, _read_text(file), read_samples(beside) if beside is not None else None)


def read_folder(folder: Path) -> list[PolicyFile]:
    """Every policy of a folder, by name."""
    files = sorted(folder.glob(f"*{_SUFFIX}"))
    if not files:
        fail(f"There is no file *{_SUFFIX} in {folder}.")
    return [read_policy(file) for file in files]


def read_samples(file: Path) -> tuple[Sample, ...]:
    """Samples from a file: a list of objects with `name`, `context` and `isAllowed`."""
    value = _load(file)
    if not isinstance(value, list):
        fail(f"{file}: samples are a list of objects with name, context and isAllowed.")
    return tuple(_to_sample(file, number, each) for number, each in enumerate(value, start=1))


def read_context(text: str) -> dict[str, JsonValue]:
    """A context that is given as JSON, or as `@FILE`."""
    if text.startswith("@"):
        value = _load(Path(text[1:]))
    else:
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            fail(f"--context is no JSON: {error.msg}.", code=2)
    if not isinstance(value, dict):
        fail("A context is a JSON object.", code=2)
    return value


def to_record(sample: Sample) -> dict[str, object]:
    """A sample in the names of the API."""
    return {"name": sample.name, "context": dict(sample.context), "isAllowed": sample.is_allowed}


def _find_samples(file: Path) -> Path | None:
    places = (file.with_name(f"{file.stem}{suffix}") for suffix in _SAMPLES)
    return next((place for place in places if place.is_file()), None)


def _to_sample(file: Path, number: int, given: JsonValue) -> Sample:
    if not isinstance(given, Mapping) or set(given) != _FIELDS:
        fail(f"{file}: sample {number} has to have name, context and isAllowed, and nothing else.")
    name, context, is_allowed = given["name"], given["context"], given["isAllowed"]
    if not isinstance(name, str) or not isinstance(context, dict) or not isinstance(is_allowed, bool):
        fail(f"{file}: in sample {number}, name is a text, context an object, isAllowed true or false.")
    return Sample(name, context, is_allowed)


def _load(file: Path) -> JsonValue:
    text = _read_text(file)
    try:
        value: JsonValue = orjson.loads(text) if file.suffix == ".json" else yaml.safe_load(text)
        orjson.dumps(value)
    except (orjson.JSONDecodeError, yaml.YAMLError, TypeError) as error:
        fail(f"{file} cannot be read: {str(error).splitlines()[0]}.")
    return value


def _read_text(file: Path) -> str:
    try:
        content = sys.stdin.buffer.read(_MAX_BYTES + 1) if str(file) == "-" else _read_file(file)
        if len(content) > _MAX_BYTES:
            fail(f"{file} is larger than {_MAX_BYTES // 1024} KiB.")
        return content.decode("utf-8-sig")
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}.")
    except UnicodeDecodeError:
        fail(f"{file} is not UTF-8.")


def _read_file(file: Path) -> bytes:
    with file.open("rb") as source:
        return source.read(_MAX_BYTES + 1)
