from typing import Any

from rest_framework.parsers import BaseParser

from predictions.api.errors import BodyTooLarge, Refusal
from predictions.strict_json import RefusedJSON, parse


class StrictJSONParser(BaseParser):
    """RFC 8259, UTF-8 only; duplicate keys and what no database holds are refused."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None) -> Any:
        most = parser_context["view"].most_bytes
        body = stream.read(most + 1)
        if len(body) > most:
            raise BodyTooLarge("body_too_large", limit=most)
        try:
            return parse(body)
        except RefusedJSON as refused:
            raise Refusal.listing([refused.problem]) from None
