"""What was asked, as a person reads it: the fields of each extract in table order."""

import json

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from attrition.errors import InvalidFeatures
from attrition.features import BY_NAME, FIELDS, SPELLINGS
from attrition.field import Extract, Kind
from attrition.validation import CHANGES
from predictions.sight import MASK
from predictions.words import label_of

DECIMALS = 4  # of a number as it was sent; hovering over it shows all of them

GROUPS = {
    Extract.SIRH: _("HR information system"),
    Extract.EVAL: _("Yearly evaluation"),
    Extract.SONDAGE: _("Survey"),
    None: _("Derived and identifiers"),
}


def asked_by_extract(row):
    if row.input_payload is None:
        return _("The payload was erased: what was asked is known no more.")
    context = {"data_of": data_of(row), "groups": list(_groups(row))}
    return render_to_string("admin/predictions/asked.html", context)


def data_of(row):
    """The row knows no other date, and the employee's may have changed since."""
    sentence = gettext("Data of %(date)s, as they were sent then.")
    return sentence % {"date": date_format(localtime(row.created_at))}


def _groups(row):
    """Title and lines of each extract; at the end what has left the table since."""
    sent = row.input_payload if isinstance(row.input_payload, dict) else {}
    for extract, title in GROUPS.items():
        fields = [field.name for field in FIELDS if field.source is extract]
        yield title, [_line(row, name, sent) for name in fields]
    gone = [name for name in sent if name not in BY_NAME | SPELLINGS]
    if gone:
        title = _("Fields that this version no longer knows")
        yield title, [_line(row, name, sent) for name in gone]


def _line(row, name, sent):
    shown = _sent(name, sent)
    if shown["sent"] is not None and not row.sight.sees(name):
        shown = {"sent": MASK, "code": None, "exactly": None}
    return {
        "name": name,
        "label": label_of(name),
        **shown,
        "is_imputed": name in row.missing_features,
        "is_outside": name in _warned(row, "out_of_range"),
        "is_rare": name in _warned(row, "rare_value"),
    }


def _warned(row, code):
    return {n for w in row.warnings if w["code"] == code for n in w["fields"]}


def _sent(name, payload):
    """What the caller sent as words, and besides `exactly` where words hide it."""
    field = BY_NAME.get(name)
    sent = payload.get(name, payload.get(field.spelling) if field else None)
    shown = {"sent": sent, "code": None, "exactly": None}
    if field is None or sent is None:
        return shown
    exactly = sent if isinstance(sent, str) else json.dumps(sent)
    if field.kind in (Kind.YES_NO, Kind.PERCENT):
        try:
            words = field.in_words(CHANGES.validate({name: sent})[name])
        except InvalidFeatures:  # SQL can have written it
            return shown
        is_same = _letters(exactly) == _letters(words)
        return shown | {"sent": words, "code": None if is_same else exactly}
    if isinstance(sent, float) and sent != round(sent, DECIMALS):
        about = field.in_words(round(sent, DECIMALS))
        return shown | {"sent": f"≈ {about}", "exactly": exactly}
    is_number = isinstance(sent, int | float) and not isinstance(sent, bool)
    if is_number and field.unit.fr:
        return shown | {"sent": field.in_words(sent)}
    return shown


def _letters(text):
    return "".join(text.split()).casefold()
