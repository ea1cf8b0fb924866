"""What is stored of a person beside what a form sends: nothing else is changed."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from attrition.errors import InvalidFeatures
from attrition.features import BY_NAME, SPELLINGS
from attrition.field import Field, Kind
from attrition.validation import STORABLE

KNOWN = BY_NAME.keys() | SPELLINGS.keys()


class StoredFeatures:
    """By the table's names; each keeps the spelling and the type that it has."""

    def __init__(self, features: Mapping[str, Any]) -> None:
        self.features = features
        self.spelt = {
            name: spelling
            for spelling, name in SPELLINGS.items()
            if spelling in features
        }

    def get(self, name: str) -> Any:
        return self.features.get(self._key(name))

    def offered(self, field: Field) -> Any:
        """As the form offers it: "M" and True are its 1."""
        value = self.get(field.name)
        if field.kind is not Kind.YES_NO or value is None:
            return value
        try:
            return STORABLE.validate({field.name: value})[field.name]
        except InvalidFeatures:
            return value

    def merged(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """With what the form sent, and whatever it has no field for as it is."""
        found = {key: v for key, v in self.features.items() if key not in KNOWN}
        for name, value in sent.items():
            key = self._key(name)
            if self._is_as_stored(name, value):
                found[key] = self.features[key]
            elif value not in (None, ""):
                found[key] = value
        return found

    def _is_as_stored(self, name: str, value: Any) -> bool:
        if self._key(name) not in self.features:
            return False
        offered = self.offered(BY_NAME[name])
        if offered in (None, ""):
            return value in (None, "")
        return bool(offered == value or str(offered) == value)

    def _key(self, name: str) -> str:
        return self.spelt.get(name, name)


def in_table(features: Mapping[str, Any]) -> dict[str, Any]:
    """By the table's names, what it knows of them: only that can be validated."""
    known = {name: value for name, value in features.items() if name in KNOWN}
    return {SPELLINGS.get(name, name): value for name, value in known.items()}


def digest_of(features: Any) -> str:
    """The same as long as the same is stored."""
    written = json.dumps(features, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()
