"""What an import would do, in words: counts, who changes and how, what is odd."""

from itertools import islice

from django.utils.translation import gettext as _

from attrition import employees, imports, releases, waiting_files
from attrition.employees import features_of
from attrition.errors import InvalidFeatures, ReleaseRejected
from attrition.features import FIELDS, SPELLINGS
from attrition.field import number_in_words
from attrition.validation import CHANGES
from predictions.words import label_of, value_in_words

MOST_SHOWN = 50  # people


def content(waiting):
    """What the page of a preview shows."""
    people = waiting_files.people_of(waiting)
    plan = imports.preview(people, waiting)
    counted = plan.counted
    added = list(islice(plan.new, MOST_SHOWN))
    changed, gone = plan.changed[:MOST_SHOWN], plan.gone[:MOST_SHOWN]
    return {
        "plan": plan,
        "counts": _counts(counted, waiting.complete),
        "added": added,
        "more_added": _more(len(plan.new)),
        "changes": [_change(change) for change in changed],
        "more_changes": _more(len(plan.changed)),
        "gone": gone,
        "more_gone": _more(len(plan.gone)),
        "people_shown": [*added, *(change.stored.pk for change in changed), *gone],
        "changes_nothing": not (plan.new or plan.changed or plan.gone),
        "ignored_columns": waiting.ignored_columns.items(),
        **_unknown(people),
    }


def _counts(counted, complete):
    found = [
        (_("Added"), counted.inserted),
        (_("Changed"), counted.updated - counted.brought_back),
        (_("Brought back from the archive"), counted.brought_back),
        (_("Left as they are"), counted.unchanged),
    ]
    if complete:
        found.append((_("Archived"), counted.archived))
    return [(name, number_in_words(count)) for name, count in found]


def _more(count):
    return number_in_words(count - MOST_SHOWN) if count > MOST_SHOWN else None


def _change(change):
    return {
        "employee": change.stored.pk,
        "brings_back": change.brings_back,
        "fields": list(_fields(features_of(change.stored), change.features)),
    }


def _fields(before, after):
    """Each field that changes: its label, what is stored and what would be."""
    before, after = _named(before), _named(after)
    for name in _in_order(before.keys() | after.keys()):
        old, new = _in_words(name, before.get(name)), _in_words(name, after.get(name))
        if old != new:
            yield {"label": label_of(name), "before": old, "after": new}


def _named(features):
    """Under the table's own spelling."""
    return {SPELLINGS.get(name, name): value for name, value in features.items()}


def _in_order(names):
    known = [field.name for field in FIELDS if field.name in names]
    return known + sorted(names - set(known))


def _in_words(name, value):
    try:
        normalised = CHANGES.validate({name: value})[name]
    except InvalidFeatures:  # SQL can store anything
        return _as_written(value)
    return value_in_words(name, normalised)


def _as_written(value):
    return "–" if value is None else f"“{value}”"


def _unknown(people):
    """What the release that serves does not know, and would not score."""
    try:
        release = releases.current()
    except ReleaseRejected:
        return {"version": None, "unknown": []}
    found = employees.unscorable(people, release.categories)
    unknown = [
        {
            "label": label_of(name),
            "values": [
                {"value": value, "people": number_in_words(count)}
                for value, count in islice(values.items(), MOST_SHOWN)
            ],
            "more": _more(len(values)),
        }
        for name, values in found.items()
    ]
    return {"version": release.version, "unknown": unknown}
