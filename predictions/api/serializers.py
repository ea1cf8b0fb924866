"""The shapes that come out. What comes in is checked by the feature table."""

from typing import Any

from rest_framework import serializers

from attrition.models import Employee
from predictions.answers import warnings_in_words
from predictions.models import Prediction


class WarningsField(serializers.JSONField):
    """The recorded codes and fields, each with its sentence."""

    def to_representation(self, value):
        return warnings_in_words(value)


class PredictionSerializer(serializers.ModelSerializer):
    """A row of the log. Times are UTC, whatever the back-office shows."""

    employee_id = serializers.IntegerField(allow_null=True)
    created_at = serializers.ReadOnlyField()
    warnings = WarningsField()

    class Meta:
        model = Prediction
        fields = [
            "id",
            "created_at",
            "employee_id",
            "input_payload",
            "proba_depart",
            "prediction",
            "threshold",
            "model_version",
            "artifact_sha256",
            "missing_features",
            "warnings",
            "source",
            "key_prefix",
            "key_owner",
            "user_name",
            "request_id",
            "batch_id",
            "batch_row",
            "payload_digest",
            "schema_version",
        ]
        read_only_fields = fields


class EmployeeSerializer(serializers.ModelSerializer):
    created_at = serializers.ReadOnlyField()
    updated_at = serializers.ReadOnlyField()
    archived_at = serializers.ReadOnlyField()

    class Meta:
        model = Employee
        fields = ["employee_id", "features", "created_at", "updated_at", "archived_at"]
        read_only_fields = fields


def prediction_list(rows: list[Prediction]) -> list[dict[str, Any]]:
    return PredictionSerializer(rows, many=True).data


def employee_list(rows: list[Employee]) -> list[dict[str, Any]]:
    return EmployeeSerializer(rows, many=True).data
