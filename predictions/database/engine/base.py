"""Django's PostgreSQL, whose connections a request waits for as `patience` allows."""

from typing import Any

from django.db.backends.postgresql import base

from predictions.database import patience


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        patience.before_connecting(conn_params)
        return patience.bound(super().get_new_connection(conn_params))
