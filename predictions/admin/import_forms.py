"""The forms of an import: three files, and the word to go ahead."""

from django import forms
from django.utils.translation import gettext_lazy as _

from attrition.errors import Problem
from attrition.extract_file import FILE_NAMES
from attrition.field import Extract, number_in_words
from attrition.waiting_files import Sent
from predictions.admin.upload_limit import LARGEST

MEBIBYTE = 1024 * 1024
LINELESS = {"not_csv_line", "separator_line", "tab_separated"}
MOST_AT_A_FIELD = 10


class UploadForm(forms.Form):
    """What is wrong with a file as a whole stands at its field."""

    sirh = forms.FileField(
        label=FILE_NAMES[Extract.SIRH], help_text=_("HR information system")
    )
    eval = forms.FileField(
        label=FILE_NAMES[Extract.EVAL], help_text=_("Yearly evaluation")
    )
    sondage = forms.FileField(label=FILE_NAMES[Extract.SONDAGE], help_text=_("Survey"))
    complete = forms.BooleanField(
        label=_("These extracts hold everybody: archive who is in them no more."),
        required=False,
    )

    def __init__(self, *args, limit=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.limit = limit
        for extract in Extract:
            self.fields[extract].widget.attrs["accept"] = ".csv,text/csv"

    def clean(self):
        """What the limit did not let in is told in place of what is missing then."""
        if self.limit is None:
            return
        if self.limit.unknown:
            self.add_error(None, _("Only the three files below can be sent here."))
        for extract in Extract:
            if extract in self.limit.too_large:
                self.errors.pop(extract, None)
                self.add_error(extract, _too_large())

    def sent(self):
        """Each file's name and what it holds."""
        files = {extract: self.cleaned_data[extract] for extract in Extract}
        return {e: Sent(file.name, file.read()) for e, file in files.items()}

    def add_problems(self, located):
        """Put what is wrong with a whole file at its field; return the other problems.

        Those are of single lines.
        """
        by_name = {name: extract for extract, name in FILE_NAMES.items()}
        others = []
        for item in located:
            if not is_of_the_file(item):
                others.append(item)
            elif len(self.errors.get(by_name[item.file], [])) < MOST_AT_A_FIELD:
                self.add_error(by_name[item.file], _in_words(item))
        return others


class ConfirmForm(forms.Form):
    """`digest` is that of the preview; `force` is asked for where most would go."""

    digest = forms.CharField(widget=forms.HiddenInput)
    force = forms.BooleanField(
        label=_("These are the whole extracts: archive them all the same."),
        required=False,
    )


def is_of_the_file(item):
    """Whether it is about the file or its header, and not about a single line."""
    return item.line in (None, 1) or item.problem.code in LINELESS


def _in_words(item):
    problem = item.problem
    line = item.line if problem.code == "not_csv_line" else None
    return Problem(problem.field, problem.code, problem.params, line=line).message


def _too_large():
    most = {"most": number_in_words(LARGEST // MEBIBYTE)}
    return _("This file is larger than %(most)s MiB.") % most
