"""Who of a batch got no score, and why: a page of them at a time."""

from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from attrition.field import number_in_words
from predictions.batches.reading import refusals_between
from predictions.words import label_of

MOST_LISTED = 100  # people on a page
PAGE = "left_out"


class LeftOut:
    """As a paginator takes a list; only what is shown is read."""

    def __init__(self, batch):
        self.batch = batch

    def __len__(self):
        return self.batch.progress.refused

    def __getitem__(self, wanted):
        return refusals_between(self.batch, wanted.start, wanted.stop)


def left_out_page(batch, request):
    """The page that the address asks for; the first or the last where it has none."""
    return Paginator(LeftOut(batch), MOST_LISTED).get_page(request.GET.get(PAGE))


def left_out_table(page, *, leads_to_employees):
    lines = [_line(refused, leads_to_employees) for refused in page]
    context = {
        "lines": lines,
        "of_file": any(line["line"] for line in lines),
        "page": page,
        "parameter": PAGE,
        "first": number_in_words(page.start_index()),
        "last": number_in_words(page.end_index()),
        "all": number_in_words(page.paginator.count),
    }
    return render_to_string("admin/batches/left_out.html", context)


def _line(refused, leads_to_employees):
    """Somebody without a score: who, and why in sentences."""
    codes = {problem["code"] for problem in refused.problems}
    is_stored = refused.employee_id is not None and "unknown_employee" not in codes
    return {
        "line": refused.line,
        "employee": refused.employee_id,
        "leads_to_employee": is_stored and leads_to_employees,
        "reasons": [_reason(problem) for problem in refused.problems],
    }


def _reason(problem):
    """The sentence, with the field called as everywhere in the back-office."""
    if problem["code"] == "nothing_to_score":
        return _("Nothing that the model uses is stored of this employee.")
    name, sentence = problem["field"], problem["message"]
    if sentence.startswith(name):
        return f"{label_of(name)}{sentence.removeprefix(name)}"
    return sentence
