"""One row's proof as a folder that whoever gets it can check without the database."""

import json
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.timezone import localtime

from attrition.typography import reads_english
from predictions.models import SealedPrediction
from predictions.proof import inclusion

CHECKER = settings.BASE_DIR / "docs" / "check_proof.py"


def proof_folder(number, *, with_payload):
    """A zip: the proof, the program that checks it, and how to, in words.

    Raises NotSealed.
    """
    proof = inclusion.proof(number, with_payload=with_payload)
    names = ("proof", "read-me") if reads_english() else ("preuve", "lisez-moi")
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as folder:
        text = json.dumps(proof, ensure_ascii=False, indent=2)
        folder.writestr(f"{names[0]}.json", text + "\n")
        folder.writestr(f"{names[1]}.txt", _note(number, "payload" in proof))
        folder.write(CHECKER, CHECKER.name)
    return f"{names[0]}-{number}.zip", written.getvalue()


def _note(number, with_payload):
    seal = SealedPrediction.objects.select_related("seal").get(pk=number).seal
    context = {
        "id": number,
        "seal": seal.number,
        "sealed_at": date_format(localtime(seal.created_at), "DATETIME_FORMAT"),
        "with_payload": with_payload,
    }
    language = "en" if reads_english() else "fr"
    return render_to_string(f"proof/note.{language}.txt", context)
