"""The sentences that only the API needs; they join the one table of codes."""

from django.utils.translation import gettext_lazy as _

from attrition.sentences import SENTENCES
from predictions.answers import UNAVAILABLE

SENTENCES |= UNAVAILABLE | {
    "not_found": _("There is nothing at this address. The calls are listed at /docs."),
    "migrations_missing": _(
        "The database lacks migrations of this version (%(count)s): run manage.py "
        "migrate."
    ),
    "log_not_writable": _(
        "This service may read the log and not add to it: run manage.py "
        "grant_runtime_role as the owner of the tables, or let it write its file."
    ),
    "triggers_missing": _(
        "Tables of the log lack their triggers (%(tables)s): run manage.py migrate, "
        "which puts them back, then verify_log."
    ),
    "metrics_token": _(
        "Send the token of METRICS_TOKEN in the header Authorization, after the word "
        "Bearer."
    ),
    "key_missing": _("Send your API key in the header X-API-Key."),
    "invalid_key": _(
        "This API key is not valid. Check it, or ask for a new one; it goes into the "
        "header X-API-Key."
    ),
    "revoked_key": _("This API key was revoked on %(since)s. Ask for a new one."),
    "expired_key": _("This API key expired on %(since)s. Ask for a new one."),
    "csrf_failed": _("The page is too old: load it again and repeat what you did."),
    "method_not_allowed": _("This address does not take %(method)s, only %(allowed)s."),
    "scope_missing": _("This needs the scope %(scope)s, which you don't have."),
    "values_masked": _(
        "The values behind this answer are masked: open it in the back-office and say "
        "what you look at them for. They are then shown here too, for 30 minutes."
    ),
    "permission_denied": _("You may not do this."),
    "not_acceptable": _("Answers are JSON: send Accept: application/json, or nothing."),
    "unsupported_media_type": _(
        "Send the body with its Content-Type, which is one of: %(allowed)s."
    ),
    "body_too_large": _("The body is larger than %(limit)s bytes."),
    "empty_body": _("The body is empty."),
    "not_utf8_body": _("The body is not UTF-8."),
    "invalid_json": _("The body is not JSON: see line %(line)s, column %(column)s."),
    "not_a_list": _("%(field)s must be a JSON list."),
    "wrong_count": _("%(field)s must hold 1 to %(most)s people, and holds %(found)s."),
    "one_of_these": _("%(field)s must hold exactly one of: %(allowed)s."),
    "not_a_prediction_id": _("%(field)s must be a whole number from 1 to %(highest)s."),
    "id_differs": _("%(field)s is not the one in the address."),
    "not_in_range": _("%(field)s must be a whole number from %(low)s to %(high)s."),
    "not_a_choice": _("%(field)s must be one of: %(allowed)s."),
    "not_a_time": _(
        "%(field)s must be an ISO 8601 date or time, such as 2026-01-31 or "
        "2026-01-31T09:30:00Z."
    ),
    "not_a_uuid": _(
        "%(field)s must be a UUID, such as 0b1e1f2a-3c4d-5e6f-8a9b-0c1d2e3f4a5b."
    ),
    "only_with": _("%(field)s goes with %(other)s only."),
    "not_true": _("%(field)s must be true, or left out."),
    "not_a_flag": _("%(field)s must be true or false."),
    "one_file": _("Send one file, as %(field)s."),
    "unknown_file_kind": _(
        "%(field)s must end in .csv, .ndjson or .jsonl, or say its media type."
    ),
    "not_a_cursor": _("%(field)s is not one that this list gave: follow its Link."),
    "unknown_parameter": _("%(field)s: no such parameter."),
    "unknown_parameter_near": _(
        "%(field)s: no such parameter. Did you mean %(nearest)s?"
    ),
    "repeated_parameter": _("%(field)s stands twice in the address."),
    "unknown_batch": _("There is no batch %(value)s, or it is somebody else's."),
    "not_your_batch": _("This batch is somebody else's: you may read it, not end it."),
    "unknown_prediction": _("There is no prediction %(value)s."),
    "bad_idempotency_key": _(
        "%(field)s must be 1 to 255 visible ASCII characters, such as a UUID."
    ),
    "idempotency_key_reused": _(
        "This Idempotency-Key has answered another request. Use a new one for each."
    ),
    "not_replayable": _("This answer can't be computed again: %(problem)s."),
    "not_explainable": _(
        "This answer can't be explained any more: its data are gone, or release "
        "%(version)s is no longer here as it was."
    ),
    "answered_elsewhere": _(
        "The proof of concept gave this answer, with a model that is not here: it "
        "can't be explained."
    ),
    "throttled": _("Too many requests: wait a little."),
    "bad_request": _("The server could not read this request."),
    "database_unavailable": _(
        "The database does not answer at the moment. Nothing was done; try again soon."
    ),
    "schema_outdated": _(
        "The database lacks tables or columns of this version. Nothing was done; the "
        "operator of this service runs manage.py migrate."
    ),
    "host_not_allowed": _(
        "This service does not answer under this host: it is not among ALLOWED_HOSTS."
    ),
    "server_error": _("Something went wrong here, and it is on record."),
}
