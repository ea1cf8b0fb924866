from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from predictions.glossary import BY_SLUG

register = template.Library()


@register.simple_tag
def term(slug: str, words: str = "") -> SafeString:
    """A word that leads to its entry: the term's own name, or these words for it."""
    found = BY_SLUG[slug]
    address = f"{reverse('glossary')}#{slug}"
    return format_html('<a class="term" href="{}">{}</a>', address, words or found.name)
