"""Whether the newest seal holds, as it was when somebody looked last."""

from django.utils import timezone

from predictions.models import Seal, SealCheck
from predictions.proof import signing
from predictions.proof.verifying import Verification

ONE_ROW = 1


def keep() -> SealCheck | None:
    """Verify the newest seal and keep the outcome. Raises BadKey.

    None while there is no seal. Its rows, root and signature, and that it follows the
    one before; `verify_log` checks them all.
    """
    seal = Seal.objects.order_by("-number").first()
    if seal is None:
        SealCheck.objects.all().delete()
        return None
    check = Verification(public_keys=signing.trusted_keys())
    findings = sum(1 for _finding in check.run_newest(seal))
    found = {
        "created_at": timezone.now(),
        "seal": seal.number,
        "rows": check.rows,
        "findings": findings,
        "is_signed": bool(seal.signature),
    }
    return SealCheck.objects.update_or_create(pk=ONE_ROW, defaults=found)[0]
