"""What the history of an API key says of a change: from what to what, in words."""

from django.utils.translation import gettext as _

from predictions.key_words import moment, scopes_in_words


def change_in_words(form) -> str:
    """Empty where nothing is other than it was."""
    before, after = form.initial, form.cleaned_data
    changes = []
    if set(before["scopes"]) != set(after["scopes"]):
        was, now = (scopes_in_words(values["scopes"]) for values in (before, after))
        said = _("Scopes: %(was)s → %(now)s.")
        changes.append(said % {"was": was or "–", "now": now})
    was, now = (_end(values["expires_at"]) for values in (before, after))
    if was != now:
        said = _("Expires: %(was)s → %(now)s.")
        changes.append(said % {"was": was, "now": now})
    return " ".join(changes)


def _end(time) -> str:
    return moment(time) if time else _("never")
