"""Permissions that several places ask for, by their names."""

EXPORT = "predictions.export_prediction"
READS_ACCESSES = "predictions.view_access"
REVEAL = "predictions.reveal_values"
SURVEY = "predictions.view_survey_answers"
