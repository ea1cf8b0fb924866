"""The second step of a login: a code of an app (TOTP), or a recovery code, once each.

django-otp keeps them, slows down who guesses, and takes no code twice.
"""

import secrets
from base64 import b32encode
from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django_otp import devices_for_user, user_has_device
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

DIGITS = 6
RECOVERY_CODES = 10
RECOVERY_LENGTH = 12
# Without what is read as something else.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def is_set_up(user: User) -> bool:
    return user_has_device(user)


def is_enough(user: User) -> bool:
    """Whether this login may open the back-office, however it got here."""
    if not settings.ADMIN_TOTP_REQUIRED:
        return True
    return getattr(user, "otp_device", None) is not None


def lets_in(user: User, code: str) -> bool:
    """Whether somebody whose password was right may go on; notes by what in `user`."""
    if not is_set_up(user):
        return True
    user.otp_device = check(user, code)
    return user.otp_device is not None


def check(user: User, code: str) -> Device | None:
    """What took the code, which is spent then. A wrong one makes the next wait."""
    code = "".join(code.split()).replace("-", "").lower()
    kind = TOTPDevice if code.isdecimal() and len(code) == DIGITS else StaticDevice
    with transaction.atomic():
        devices = kind.objects.filter(user=user, confirmed=True).select_for_update()
        for device in devices:
            if device.verify_token(code):
                return device
    return None


def waiting_device(user: User) -> TOTPDevice:
    """The app's key that is shown until a first code has confirmed it."""
    device = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    return device or TOTPDevice.objects.create(
        user=user, name="app", confirmed=False, digits=DIGITS
    )


def confirm(device: TOTPDevice, code: str) -> bool:
    """Whether the app has the key: then a login needs a code from here on."""
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().get(pk=device.pk)
        if not device.verify_token("".join(code.split())):
            return False
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        return True


def new_recovery_codes(user: User) -> list[str]:
    """Instead of those there were. Each is kept until it is used, and works once."""
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # else two would keep both
        # The same device, if there is one: whoever is logged in by it stays so.
        device = StaticDevice.objects.filter(user=user).first()
        device = device or StaticDevice.objects.create(user=user, name="recovery")
        StaticToken.objects.filter(device__user=user).delete()
        for code in codes:
            device.token_set.create(token=code)
    return codes


def _recovery_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH))


def recovery_codes_left(user: User) -> int:
    return sum(
        device.token_set.count() for device in StaticDevice.objects.filter(user=user)
    )


def remove(user: User) -> bool:
    """Whether there was something: a login needs the password alone then."""
    was_set_up = is_set_up(user)
    for kind in (TOTPDevice, StaticDevice):
        kind.objects.filter(user=user).delete()
    return was_set_up


def stop_waiting(user: User) -> None:
    """After wrong codes, the next may be tried at once."""
    for device in devices_for_user(user):
        device.throttle_reset()


def typed_key(key: str) -> str:
    """A device's key as apps take it from a keyboard."""
    return b32encode(bytes.fromhex(key)).decode().rstrip("=")


def who_have_it(users: Iterable[User]) -> set[int]:
    devices = TOTPDevice.objects.filter(user__in=list(users), confirmed=True)
    return set(devices.values_list("user_id", flat=True))
