"""What makes the log believable, for people: seals, replays, refusals, erasures."""

from hashlib import sha256

from django.contrib import admin, messages
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from predictions import replays
from predictions.admin.base import ReadOnlyAdmin, caller_of
from predictions.admin.in_use import ValuesInUseFilter
from predictions.admin.key_filters import RefusedKeyFilter
from predictions.admin.lists import NewestFirstList, PeriodFilter
from predictions.admin.missing import NoSuchRecord
from predictions.admin.proof_download import proof_folder
from predictions.admin.who_may import MayNot
from predictions.models import (
    Action,
    Erasure,
    LogCheck,
    Refusal,
    Replay,
    Seal,
    SealedPrediction,
    Source,
    UnknownCallers,
)
from predictions.proof.checking import UNHASHABLE
from predictions.proof.digests import payload_digest
from predictions.proof.inclusion import NotSealed
from predictions.services import LogUnavailable
from predictions.sight import EVERYTHING
from predictions.words import yes_or_no

REPLAY = "predictions.replay_prediction"
SEES_SEALS = "predictions.view_seal"


class ProofAdmin(ReadOnlyAdmin):
    """The proof of one prediction on its page, and the button that replays it."""

    def get_urls(self):
        replay = self.admin_site.admin_view(self.replay_view)
        proof = self.admin_site.admin_view(require_safe(self.proof_view))
        return [
            path("<path:object_id>/replay/", replay, name="replay_prediction"),
            path("<path:object_id>/proof.zip", proof, name="prove_prediction"),
            *super().get_urls(),
        ]

    def get_object(self, request, object_id, from_field=None):
        row = super().get_object(request, object_id, from_field)
        if row is not None:  # a field of the page sees the row and no request
            row.may_replay = request.user.has_perm(REPLAY)
            row.may_see_seals = request.user.has_perm(SEES_SEALS)
        return row

    @admin.display(description=_("proof"))
    def proof(self, row):
        entry = SealedPrediction.objects.filter(pk=row.pk).first()
        seal = entry and reverse("admin:predictions_seal_change", args=[entry.seal_id])
        context = {
            "digest": row.payload_digest,
            "digest_state": _digest_state(row),
            "seal": entry and entry.seal_id,
            "seal_address": seal if row.may_see_seals else None,
            "replay_address": reverse("admin:replay_prediction", args=[row.pk]),
            "may_replay": row.may_replay,
            "is_copy": row.source == Source.IMPORTED,
            "proof_address": reverse("admin:prove_prediction", args=[row.pk]),
            "sees_values": row.sight == EVERYTHING,
        }
        return render_to_string("admin/predictions/proof.html", context)

    def proof_view(self, request, object_id):
        """With the payload for whoever sees its values at this moment."""
        if not request.user.has_perm(REPLAY):
            raise MayNot(REPLAY)
        row = self.get_object(request, object_id)
        if row is None:
            raise NoSuchRecord(self.opts, object_id)
        sees = row.sight == EVERYTHING
        try:
            name, folder = proof_folder(row.pk, with_payload=sees)
        except NotSealed:
            messages.warning(request, _("There is no proof before the next seal."))
            return redirect("admin:predictions_prediction_change", row.pk)
        self.note(
            request,
            Action.PROOF,
            employees=[row.employee_id],
            prediction_id=row.pk,
            purpose=self.purpose_of(request, row),
            details={"values": sees, "sha256": sha256(folder).hexdigest()},
        )
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(folder, "application/zip", headers=headers)

    def replay_view(self, request, object_id):
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not request.user.has_perm(REPLAY):
            raise MayNot(REPLAY)
        row = self.get_object(request, object_id)
        if row is None:
            raise NoSuchRecord(self.opts, object_id)
        try:
            self.note(
                request,
                Action.REPLAY,
                employees=[row.employee_id],
                prediction_id=row.pk,
                purpose=self.purpose_of(request, row),
            )
            found, _event = replays.replay_one(row.pk, caller_of(request))
        except replays.NotReplayable as error:
            messages.warning(request, _not_replayed(str(error)))
        except LogUnavailable:
            messages.error(request, _("The replay could not be recorded: try again."))
        else:
            level, text = _outcome(found)
            messages.add_message(request, level, text)
        return redirect("admin:predictions_prediction_change", row.pk)


def _digest_state(row):
    if row.payload_salt is None:
        return "erased" if Erasure.objects.filter(pk=row.pk).exists() else "removed"
    try:
        found = payload_digest(row.payload_salt, row.input_payload, row.employee_id)
    except UNHASHABLE:
        return "changed"
    return "ok" if found == row.payload_digest else "changed"


def _not_replayed(problem):
    return _("Not replayed: %(problem)s.") % {"problem": problem.rstrip(".")}


def _outcome(found):
    if found.problem:
        return messages.WARNING, _not_replayed(found.problem)
    # Unrounded, with a point: the same digits as in the API and the proofs.
    figures = {
        "recorded": repr(found.recorded),
        "again": repr(found.replayed),
        "difference": f"{found.difference:.1e}",
    }
    if found.matches:
        text = _("Replayed: %(recorded)s on record, %(again)s again: they match.")
        return messages.SUCCESS, text % figures
    text = _(
        "Replayed: %(recorded)s on record, %(again)s again: they DO NOT match "
        "(difference %(difference)s)."
    )
    return messages.ERROR, text % figures


@admin.register(Seal)
class SealAdmin(ReadOnlyAdmin):
    list_display = ["number", "created_at", "row_count", "short_hash", "is_signed"]
    list_filter = [("created_at", PeriodFilter)]
    sortable_by = ["number"]
    fields = [
        "number",
        "created_at",
        "row_count",
        "last_id",
        "root",
        "seal_hash",
        "previous_hash",
        "public_key",
        "signature",
    ]

    @admin.display(description=_("hash of the seal"))
    def short_hash(self, seal):
        return format_html("<code>{}…</code>", seal.seal_hash[:16])

    @admin.display(description=_("signed"))
    def is_signed(self, seal):
        return yes_or_no(seal.signature)


@admin.register(LogCheck)
class LogCheckAdmin(ReadOnlyAdmin):
    """What `verify_log` found, each time that it read the whole log."""

    list_display = ["created_at", "rows", "seals", "waiting", "findings", "user_name"]
    list_filter = [("created_at", PeriodFilter)]
    sortable_by = ["created_at"]
    fields = [*list_display, "keys", "anchor"]

    def get_changelist(self, request, **kwargs):
        return NewestFirstList

    @admin.display(description=_("with keys to trust"))
    def keys(self, check):
        return yes_or_no(check.has_keys)

    @admin.display(description=_("with an anchor"))
    def anchor(self, check):
        return yes_or_no(check.has_anchor)


@admin.register(Replay)
class ReplayAdmin(ReadOnlyAdmin):
    list_display = [
        "created_at",
        "asked_for",
        "computed",
        "matching",
        "way",
        "user_name",
        "key_owner",
    ]
    list_filter = [("created_at", PeriodFilter)]
    sortable_by = ["created_at"]
    fields = [*list_display, "key_prefix", "request_id"]

    def get_changelist(self, request, **kwargs):
        return NewestFirstList

    @admin.display(description=_("rows replayed"))
    def computed(self, replay):
        return replay.replayed

    @admin.display(description=_("source"))
    def way(self, replay):
        return dict(Source.choices).get(replay.source, replay.source)


@admin.register(Refusal)
class RefusalAdmin(ReadOnlyAdmin):
    list_display = [
        "created_at",
        "route",
        "status",
        "code",
        "key_prefix",
        "key_owner",
        "user_name",
    ]
    list_filter = [
        ("status", ValuesInUseFilter),
        ("code", ValuesInUseFilter),
        RefusedKeyFilter,
        ("created_at", PeriodFilter),
    ]
    search_fields = ["request_id__exact"]
    search_help_text = _("Identifier of a request, written in full.")
    sortable_by = ["created_at"]

    def get_changelist(self, request, **kwargs):
        return NewestFirstList


@admin.register(UnknownCallers)
class UnknownCallersAdmin(ReadOnlyAdmin):
    list_display = ["day", "route", "status", "count"]
    list_display_links = None
    list_filter = ["day"]


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    list_display = ["prediction_id", "created_at", "user_name", "reason"]
