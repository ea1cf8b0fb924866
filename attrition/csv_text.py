"""What a file is that should be CSV, and what number a cell holds that is none."""

import re

WORKBOOKS = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")  # .xlsx, .zip, .xls
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
SEPARATOR_LINE = re.compile(r"\"?sep=.?\"?", re.IGNORECASE)  # for Excel alone
NUMERAL = re.compile(r"[+-]?(0|[1-9]\d{0,63})([.,]\d{1,20})?", re.ASCII)
# In groups of three, with spaces, points or apostrophes between them.
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:[\s.'’]\d{3})+(,\d{1,20})?")
UNIT = re.compile(r"[\s€$£%]*[^\W\d_]{0,12}(?: [^\W\d_]{1,12})?\.?")


def other_than_csv(start: bytes) -> str | None:
    """The code of a problem with how a file begins, None where it may be CSV."""
    if start.startswith(WORKBOOKS):
        return "a_workbook"
    if start.startswith(UTF_16):
        return "utf_16"
    return "not_text" if b"\0" in start else None


def other_than_header(line: str) -> str | None:
    """The code of a problem with the first line, None where it may be a header."""
    if SEPARATOR_LINE.fullmatch(line.strip()):
        return "separator_line"
    if line.count("\t") > max(line.count(";"), line.count(",")):
        return "tab_separated"
    return None


def delimiter_of(header: str) -> str:
    return ";" if header.count(";") > header.count(",") else ","


def plain_number(cell: str) -> str | None:
    """How "2 500 €" is to be written; None where it holds no number."""
    begin = re.match(r"[+-]?\d(?:[\s.,'’]?\d)*", cell)
    if begin is None or not UNIT.fullmatch(cell[begin.end() :]):
        return None
    number = begin[0]
    if GROUPED.fullmatch(number):
        number = re.sub(r"[\s.'’]", "", number)
    return number if number != cell and NUMERAL.fullmatch(number) else None
