import re

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from predictions.charts import Bars, Plot

register = template.Library()


@register.filter
def md(text: str) -> str:
    """Text that somebody wrote, inert in Markdown and in a cell of its tables."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.splitlines()))


@register.simple_tag
def lang(text: str) -> str:
    """The attribute for words that aren't in the page's language; else nothing."""
    found = getattr(text, "lang", "")
    return format_html(' lang="{}"', found) if found else ""


@register.simple_tag
def draw(chart: Plot | Bars) -> SafeString:
    """A chart as inline SVG."""
    return drawn(chart, standalone=False)


def drawn(chart: Plot | Bars, *, standalone: bool) -> SafeString:
    """The SVG; one that stands alone brings its own paper and ink."""
    context = {"chart": chart, "standalone": standalone}
    return render_to_string(chart.template, context)
