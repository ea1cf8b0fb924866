"""Lists whose address makes no sense: shown without that, saying what it was."""

import re

from django.contrib import messages
from django.contrib.admin.exceptions import (
    DisallowedModelAdminLookup,
    DisallowedModelAdminToField,
)
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, ORDER_VAR, PAGE_VAR, SEARCH_VAR

from predictions.admin.lookups import is_declared, out_of_choice
from predictions.admin.nonsense import in_words

WRONG = (
    IncorrectLookupParameters,
    DisallowedModelAdminLookup,
    DisallowedModelAdminToField,
)
LONGEST = 200  # characters that a filter or a search has any use for
NUMBER = re.compile(r"-?[0-9]+")
LARGEST = 2**63 - 1  # what a column of a database holds
FORMS = {
    PAGE_VAR: re.compile(r"[0-9]{1,9}"),
    ORDER_VAR: re.compile(r"-?[0-9]{1,3}(\.-?[0-9]{1,3})*"),
}


class SoundAddresses:
    """For a ModelAdmin. Django's own leads to the whole list, and says nothing.

    `led_to_by` names columns that a link narrows the list by, and no filter does.
    """

    led_to_by: tuple[str, ...] = ()

    def lookup_allowed(self, lookup, value, request):
        """Only what the list offers: any column would answer questions about values
        that are masked."""
        offered = [*self.get_list_filter(request), *self.led_to_by]
        allowed = super().lookup_allowed(lookup, value, request)
        return allowed and is_declared(lookup, offered)

    def get_changelist_instance(self, request):
        sent = request.GET
        request.GET = _without(sent, [ERROR_FLAG, *_unreadable(sent)])
        listed = self._sound(request)
        meaningless = out_of_choice(listed, request.GET)
        if meaningless:
            request.GET = _without(request.GET, meaningless)
            listed = self._sound(request)
        for name in sent:
            if name not in request.GET and name != ERROR_FLAG:
                messages.warning(request, in_words(name, sent[name], listed))
        return listed

    def _sound(self, request):
        """The list without what makes no sense: as little as possible is left out.

        What makes sense alone may make none together: a page of the whole list is not
        there with a filter.
        """
        listed = self._listed(request)
        for wrong in (self._refused, _page, _all):
            if listed is None:
                request.GET = _without(request.GET, wrong(request))
                listed = self._listed(request)
        return listed

    def _listed(self, request):
        """The list as the address has it; None where that makes no sense."""
        try:
            return super().get_changelist_instance(request)
        except WRONG:
            return None

    def _refused(self, request):
        """Which of the address's parameters make no sense, tried one by one."""
        sent = request.GET
        wrong = [name for name in sent if not self._takes(request, sent, {name})]
        request.GET = sent
        return wrong

    def _takes(self, request, sent, names):
        request.GET = _without(sent, set(sent) - names)
        return self._listed(request) is not None


def _page(request):
    return [PAGE_VAR]


def _all(request):
    return list(request.GET)


def _without(sent, names):
    kept = sent.copy()
    for name in names:
        kept.pop(name, None)
    return kept


def _is_huge(text):
    return bool(NUMBER.fullmatch(text)) and abs(int(text)) > LARGEST


def _unreadable(sent):
    """What no database need be asked about."""
    for name, values in sent.lists():
        form = FORMS.get(name)
        for text in (name, *values):
            if "\0" in text or len(text) > LONGEST:
                yield name
        if name != SEARCH_VAR and any(map(_is_huge, values)):
            yield name
        if form and not form.fullmatch(values[-1]):
            yield name
