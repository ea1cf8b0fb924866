"""The words of the back-office, for people who are no engineers.

A slug is an address (`/admin/glossary/#threshold`) that pages and printed documents
point to: it stays as it is, in English, whatever becomes of the word.
"""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Term(NamedTuple):
    slug: str
    name: Promise
    meaning: Promise
    where: Promise


ANSWER = (
    Term(
        "score",
        _("score, probability"),
        _(
            "How likely it is, from 0 to 100 %, that a person with these data leaves "
            "the company. The model estimates it from people whose outcome is known. "
            "It is no certainty, and no judgement of the person or of their work."
        ),
        _("List and page of predictions, batches, API."),
    ),
    Term(
        "threshold",
        _("threshold"),
        _(
            "The probability from which on a score is said to be above the threshold. "
            "It is chosen with the release of the model, whose card says why. Each "
            "answer keeps the threshold of its day."
        ),
        _("List and page of predictions, model card."),
    ),
    Term(
        "above-the-threshold",
        _("above the threshold"),
        _(
            "The score has reached the threshold. It does not mean that this person "
            "will leave: the model card says how many of 10 people in this case left; "
            "the others stayed. The card calls these people flagged."
        ),
        _("List and page of predictions, batches, model card."),
    ),
    Term(
        "not-enough-data",
        _("not enough data"),
        _(
            "More than a third of what the model uses was missing. The probability is "
            "on record, but it rests too much on usual values: the answer is said to "
            "be neither above the threshold nor below."
        ),
        _("List and page of predictions, batches."),
    ),
    Term(
        "outside-the-values-seen",
        _("outside the values seen"),
        _(
            "A number above or below all those that the model has seen in training. "
            "It is counted as the nearest of them, and marked. Often it is a mistake, "
            "such as a yearly pay given as a monthly one."
        ),
        _("Page of a prediction, beside the field."),
    ),
    Term(
        "rare-value",
        _("rare value"),
        _(
            "A value that fewer than 10 people had in the data of training, a role "
            "for instance. So few say nothing reliable: it has no points of its own."
        ),
        _("Page of a prediction, beside the field."),
    ),
    Term(
        "replaced-value",
        _("replaced value"),
        _(
            "A field that was missing. The model counts the usual value instead, and "
            "the answer says so."
        ),
        _("Page of a prediction, beside the field."),
    ),
    Term(
        "usual-value",
        _("usual value"),
        _(
            "Of a number, the one in the middle of the people of training; of a "
            "choice, the most frequent. It has no points: the others are compared "
            "with it."
        ),
        _("Reasons of a prediction, model card."),
    ),
    Term(
        "points",
        _("contribution, points"),
        _(
            "What a field adds to the score or takes from it, compared with its usual "
            "value. All points together give the score; they are added on a scale of "
            "their own (the logit) and are no percentages. A contribution is an "
            "association seen in the data of training, never a cause."
        ),
        _("Reasons of a prediction, model card."),
    ),
    Term(
        "never-a-decision",
        _("never a decision on its own"),
        _(
            "A score can make somebody look more closely. It decides nothing: a "
            "person who is able to disagree with it examines the situation and "
            "answers for the decision (GDPR, article 22). Whoever is concerned can "
            "ask that a human looks at their case, give their view and contest the "
            "decision."
        ),
        _("Wherever a score is shown."),
    ),
)
MODEL = (
    Term(
        "release",
        _("release of the model"),
        _(
            "A model that has been trained once and changes no more, known by its "
            "number. Each answer says which one gave it. Earlier ones are kept, so "
            "that their answers can be explained and computed again."
        ),
        _("Releases of the model, page of a prediction."),
    ),
    Term(
        "model-card",
        _("model card"),
        _(
            "The document of a release: what it is for, on which data it was trained, "
            "what it is worth, its threshold and why, how it treats groups of people, "
            "its limits."
        ),
        _("Releases of the model."),
    ),
    Term(
        "demonstration-model",
        _("demonstration model"),
        _(
            "A release that was trained on fictional data. Its scores say nothing "
            "about real people and must be used for nothing but trying the software."
        ),
        _("Banner of all pages, warnings of a prediction."),
    ),
)
RECORD = (
    Term(
        "log",
        _("log"),
        _(
            "All answers, one line each, written before the answer is given. Nobody "
            "may change or remove a line, administrators included; a change that gets "
            "around this is seen by the seals."
        ),
        _("List of predictions."),
    ),
    Term(
        "seal",
        _("seal"),
        _(
            "What closes a group of lines of the log. It is computed from all of them "
            "and from the seal before, and signed where a signing key is set. If one "
            "is changed, removed or slipped in later, the seal no longer fits and the "
            "check names the line."
        ),
        _("Seals, page of a prediction."),
    ),
    Term(
        "digest",
        _("digest"),
        _(
            "A short code computed from data (SHA-256). The same data give the same "
            "code, the least change gives another, and nobody finds the data from the "
            "code. A digest shows that data are the ones of that day without showing "
            "them."
        ),
        _("Page of a prediction, seals, model card."),
    ),
    Term(
        "proof",
        _("proof"),
        _(
            "A file that shows one line of the log to be what was sealed, to somebody "
            "who has no access to this software."
        ),
        _("Page of a prediction."),
    ),
    Term(
        "replay",
        _("replay"),
        _(
            "An answer of the log computed again, with the release, the data and the "
            "threshold of that day. Both results must be the same. Each replay is on "
            "record."
        ),
        _("Page of a prediction, replays."),
    ),
    Term(
        "refusal",
        _("refusal"),
        _(
            "A call that got no score, because something was missing, wrong or not "
            "allowed. Kept without the values that were sent."
        ),
        _("Refusals."),
    ),
    Term(
        "batch",
        _("batch"),
        _(
            "Many people scored at one request. Each gets a line of their own in the "
            "log."
        ),
        _("Batches of predictions."),
    ),
)
PEOPLE = (
    Term(
        "access-log",
        _("access log"),
        _(
            "Who looked at whose data, when, how and what for. It holds none of the "
            "values that were seen, and nobody may change it."
        ),
        _("Access log."),
    ),
    Term(
        "purpose",
        _("purpose of a look"),
        _(
            "What somebody looks at a person's values for, or asks for a score for, "
            "chosen in a short list. It goes into the access log."
        ),
        _("Page of a prediction, scoring an employee, access log."),
    ),
    Term(
        "masked-value",
        _("masked value"),
        _(
            "A value that stays hidden until a purpose is given, so that nobody sees "
            "more than their work needs."
        ),
        _("Page of a prediction."),
    ),
    Term(
        "erasure",
        _("erasure"),
        _(
            "The data of a person and their employee number are removed from the log "
            "for good (GDPR, article 17). The line and its digest stay, without any "
            "link to the person: the log can still be checked."
        ),
        _("Erasures, page of a prediction."),
    ),
)
SECTIONS = (
    (_("The answer"), ANSWER),
    (_("The model"), MODEL),
    (_("The log and its proof"), RECORD),
    (_("People's data"), PEOPLE),
)
BY_SLUG = {term.slug: term for _title, terms in SECTIONS for term in terms}
