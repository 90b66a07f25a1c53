"""Where the code of a plan's functions and layers is on this machine: a folder, an unpacked package, or nowhere."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from authlens.endpoint.projects.plan_values import Plan, Resource
from authlens.endpoint.templates.function_checks import Unfit
from authlens.endpoint.templates.noticed import exists
from authlens.endpoint.templates.unpack import Cache

_OBJECTS = ("aws_s3_object", "aws_s3_bucket_object")
_STEP = "name codeUri under functions: in authlens.yaml"
_ARCHIVE = "archive_file"
_CODE = (".py", ".js", ".mjs", ".cjs")


class PlanCode:
    """Of one plan or state, whose paths are relative to a folder."""

    def __init__(self, plan: Plan, folder: Path, cache: Cache) -> None:
        self._plan = plan
        self._folder = folder
        self._cache = cache
        self._objects: dict[str, list[Resource]] = {}
        """What is uploaded to S3, by key."""
        for each in (each for kind in _OBJECTS for each in plan.of_type(kind) if not each.is_data):
            self._objects.setdefault(str(each.values.get("key")), []).append(each)
        self._known_endings: dict[Path, Counter[str]] = {}
        self._archives: dict[tuple[str, str], Resource] = {}
        """By what of them is known, and its value; of two with one value, the first."""
        for each in reversed(plan.of_type(_ARCHIVE)):
            for known in ("output_path", "output_base64sha256"):
                if each.values.get(known):
                    self._archives[known, os.path.normpath(str(each.values[known]))] = each

    def of(self, resource: Resource) -> Path:
        """The source of its archive_file if that exists here, otherwise its package; also of one uploaded to S3.

        Raises Unfit.
        """
        for name, archive in self._packages(resource):
            source = self._source(archive) if archive else None
            if source is not None:
                return source
            if name:
                return self._package(name)
        if resource.is_data:
            raise Unfit("it is only looked up here, and its code is not on this machine", _STEP)
        if self._plan.unknown(resource).get("filename"):
            raise Unfit(
                "the name of its package is known after apply only", f"name the state's JSON instead, or {_STEP}"
            )
        raise Unfit("its code is in S3 or an image, not on this machine", _STEP)

    def packed_alone(self, resource: Resource) -> str:
        """The only file of its package, if there are others of its language that it could import here."""
        for _, archive in self._packages(resource):
            file = self._folder / str(archive.values.get("source_file") or "") if archive else self._folder
            if file.suffix in _CODE and self._endings(file.parent)[file.suffix] > 1:
                return file.name
        return ""

    def _endings(self, folder: Path) -> Counter[str]:
        """How many files there are of each ending."""
        if folder not in self._known_endings:
            try:
                names = os.listdir(folder)
            except OSError:
                names = []
            self._known_endings[folder] = Counter(os.path.splitext(name)[1] for name in names)
        return self._known_endings[folder]

    def _packages(self, resource: Resource) -> Iterator[tuple[Any, Resource | None]]:
        """The name of its package, and the archive_file that writes it: its own, and one uploaded to S3."""
        uploaded = self._uploaded(resource)
        for each, member in ((resource, "filename"), *(((uploaded, "source"),) if uploaded else ())):
            yield each.values.get(member), self._archive(each, member)

    def _package(self, filename: Any) -> Path:
        """A folder, or the unpacked zip. Raises Unfit."""
        path = self._folder / str(filename)
        if not exists(path):
            step = f"run 'terraform plan' or 'terraform apply', whichever writes it, or {_STEP}"
            raise Unfit(f"its package {path} does not exist", step)
        return path if path.is_dir() else self._cache.unpacked(path)

    def _uploaded(self, resource: Resource) -> Resource | None:
        """The object in S3 that is its package, if it is uploaded from this machine."""
        found = [each for kind in _OBJECTS for each in self._plan.all_referred(resource, "s3_key", kind)]
        key, bucket = resource.values.get("s3_key"), resource.values.get("s3_bucket")
        if key and len(found) != 1:
            found = self._objects.get(str(key), [])
            found = [each for each in found if bucket is None or each.values.get("bucket") in (bucket, None)]
        return found[0] if len(found) == 1 else None

    def _archive(self, resource: Resource, member: str) -> Resource | None:
        for own, known in ((member, "output_path"), ("source_code_hash", "output_base64sha256")):
            value = resource.values.get(own)
            found = self._archives.get((known, os.path.normpath(str(value)))) if value else None
            if found is not None:
                return found
        named = self._plan.referred(resource, member, _ARCHIVE)
        return named or self._plan.referred(resource, "source_code_hash", _ARCHIVE)

    def _source(self, archive: Resource) -> Path | None:
        folder, file = archive.values.get("source_dir"), archive.values.get("source_file")
        if folder and exists(self._folder / str(folder)):
            return Path(os.path.abspath(self._folder / str(folder)))
        if file and exists(self._folder / str(file)):
            return Path(os.path.abspath(self._folder / str(file))).parent
        content, name = archive.values.get("source_content"), archive.values.get("source_content_filename")
        return self._cache.written(os.path.basename(str(name)), str(content)) if content and name else None
