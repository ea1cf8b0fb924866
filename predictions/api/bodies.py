from typing import Any

from predictions import records
from predictions.api.errors import Refusal


def features_and_id(body: Any) -> tuple[dict[str, Any], int | None]:
    """As `records.features_and_id`. Raises Refusal."""
    try:
        return records.features_and_id(body)
    except records.RecordRefused as refused:
        raise Refusal.listing(refused.problems) from None
