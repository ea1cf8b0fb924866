"""In which language somebody is answered: as they chose, else as their browser says."""

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware

KEY_HEADERS = ("HTTP_X_API_KEY", "HTTP_AUTHORIZATION")


class LanguageMiddleware(LocaleMiddleware):
    """A choice is a person's: a program with a key is answered by Accept-Language."""

    def process_request(self, request: HttpRequest) -> None:
        if any(name in request.META for name in KEY_HEADERS):
            request.COOKIES.pop(settings.LANGUAGE_COOKIE_NAME, None)
        super().process_request(request)
