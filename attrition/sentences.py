"""One sentence for each code of a problem in the data, in English here.

The French ones are in `locale/fr`. `predictions.api.errors` adds the codes that only
HTTP knows; together they are every sentence that a client can read.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    "unknown_field": _("%(field)s: no such field."),
    "unknown_field_near": _("%(field)s: no such field. Did you mean %(nearest)s?"),
    "both_spellings": _(
        "%(field)s and %(other)s are two spellings of one field: send one of them."
    ),
    "not_a_number": _("%(field)s must be a number, not a text or a yes/no."),
    "not_whole": _("%(field)s must be a whole number."),
    "out_of_range": _("%(field)s must be from %(low)s to %(high)s%(unit)s."),
    "below_minimum": _("%(field)s must be at least %(low)s."),
    "not_a_percentage": _(
        '%(field)s must be a percentage such as "11 %%", 11 or, as a fraction, 0.11.'
    ),
    "not_yes_no": _("%(field)s must be one of: %(allowed)s."),
    "unknown_level": _("%(field)s must be one of: %(allowed)s."),
    "unknown_level_near": _(
        "%(field)s must be one of: %(allowed)s. Did you mean “%(nearest)s”?"
    ),
    "not_a_text": _("%(field)s must be a text of 1 to %(longest)s characters."),
    "unknown_category": _(
        "%(field)s: the model does not know “%(value)s”. Allowed: %(allowed)s. "
        "A missing value is replaced by the usual one."
    ),
    "unknown_category_near": _(
        "%(field)s: the model does not know “%(value)s”. Did you mean “%(nearest)s”? "
        "A missing value is replaced by the usual one."
    ),
    "not_an_identifier": _(
        "%(field)s must be a text of at most %(longest)s characters or a whole number."
    ),
    "not_a_scalar": _("%(field)s must be a short text, a number or a yes/no."),
    "nothing_to_score": _(
        "%(field)s holds no value that the model uses: send at least one of them."
    ),
    "too_many_problems": _("There are more problems than the %(count)s listed here."),
    # Among many
    "of_record": _("Record %(index)s: %(said)s"),
    "of_line": _("Line %(line)s: %(said)s"),
    "unknown_employee": _("There is no employee %(value)s."),
    "archived_employee": _("Employee %(value)s has been archived meanwhile."),
    "repeated_employee": _("Employee %(value)s stands twice in one batch."),
    # JSON, and files of people to score
    "not_json_number": _("%(value)s is not a JSON number that can be kept."),
    "duplicate_key": _("The key %(field)s stands twice in one object."),
    "too_deep": _("The body is nested too deeply."),
    "not_storable_text": _("A text holds \\u0000 or half of a surrogate pair."),
    "not_an_object": _("%(field)s must be a JSON object."),
    "not_wrapped": _('Put the fields into “features”: {"features": {"age": 21, …}}.'),
    "missing": _("%(field)s is missing."),
    "not_a_json_line": _("It is not JSON: see column %(column)s."),
    "not_a_utf8_line": _(
        "It is not UTF-8, see column %(column)s: save the file as UTF-8 and try again."
    ),
    "not_csv_line": _(
        "It is not CSV: look here and below for a quotation mark that is not closed or "
        "not doubled, a bare carriage return, or a cell of more than %(longest)s "
        "characters."
    ),
    "bare_carriage_returns": _(
        "Its lines end in bare carriage returns: save the file with LF or CRLF."
    ),
    "line_too_long": _("It is longer than %(longest)s bytes."),
    "nobody_in_file": _("The file holds nobody to score."),
    "too_many_rows": _("The file holds more than %(most)s people: split it."),
    "unnamed_column": _("A column has no title."),
    "no_rows": _("It holds a header and nobody below it."),
    "a_workbook": _(
        "It is an Excel workbook or a ZIP archive: open it, save it as “CSV UTF-8” and "
        "send that file."
    ),
    "utf_16": _("It is UTF-16 text: save it as “CSV UTF-8” and try again."),
    "not_text": _("It is no text file: save your table as “CSV UTF-8” and send that."),
    "tab_separated": _(
        "Its cells are separated by tabs: save it with commas or semicolons."
    ),
    "separator_line": _(
        "Its first line, “sep=”, is only for Excel: delete that line, so that the file "
        "begins with the names of the columns."
    ),
    "not_a_plain_number": _(
        "%(field)s: write “%(written)s” and not “%(value)s”, without spaces or units."
    ),
    # The extracts
    "another_extract": _(
        "Its columns are those of %(found)s: send that file in its own place, and "
        "%(field)s here."
    ),
    "missing_file": _("The file %(field)s is not there."),
    "not_utf8": _("%(field)s is not UTF-8: save it as “CSV UTF-8” and try again."),
    "empty_file": _("%(field)s holds no header line."),
    "missing_column": _("The column %(field)s is missing."),
    "duplicate_column": _("The column %(field)s stands twice in the header."),
    "wrong_cell_count": _(
        "The line has %(found)s cells where the header has %(count)s."
    ),
    "not_an_employee_id": _("%(field)s must be a whole number from 1 to %(highest)s."),
    "duplicate_id": _("Employee %(value)s is on line %(earlier)s already."),
    "unmatched_row": _("Employee %(value)s is not in %(other)s."),
    "not_an_outcome": _("%(field)s must be Oui or Non."),
}
