"""The app on somebody's phone."""

import time

from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice


def code_of(device: TOTPDevice, *, later: int = 0) -> str:
    """What it shows, or will in so many steps of thirty seconds."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time() + later * device.step
    return f"{totp.token():0{device.digits}d}"
