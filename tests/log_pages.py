"""The pages of a log that `log_rows.as_years_leave_it` filled: filters, searches."""

from predictions.models import Prediction

ADMIN = "/admin/predictions/prediction/"


def pages() -> dict[str, str]:
    """What is asked for; the same of both logs."""
    newest = Prediction.objects.order_by("-created_at")[0]
    oldest = Prediction.objects.order_by("created_at")[0]
    middle = Prediction.objects.order_by("-pk")[Prediction.objects.count() // 3]
    person = f"/history/{middle.employee_id}"
    moment = middle.created_at.isoformat().replace("+00:00", "Z")
    identifiers = middle.input_payload
    api = {
        "": "/history",
        "one employee": person,
        "`prediction=1`": "/history?prediction=1",
        "`source=imported`, rare": "/history?source=imported",
        "`source=batch`, once common": "/history?source=batch",
        "`source=admin`, never": "/history?source=admin",
        "`model_version=0.9.0`, rare": "/history?model_version=0.9.0",
        "`model_version=1.0.0`, once common": "/history?model_version=1.0.0",
        "`source=batch&prediction=1`": "/history?source=batch&prediction=1",
        "`until=`": f"/history?until={moment}",
    }
    admin = {
        "": "",
        "page 100": "p=100",
        "oldest first": "o=1",
        "class": "prediction__exact=1",
        "release, rare": "model_version=0.9.0",
        "release, once common": "model_version=1.0.0",
        "source, rare": "source__exact=imported",
        "source, once common": "source__exact=batch",
        "source, never": "source__exact=admin",
        "source and class": "source__exact=batch&prediction__exact=1",
        "key owner, rare": "key_owner=audit",
        "key owner, once common": "key_owner=payroll",
        "close to the threshold": "close=yes",
        "close and class": "close=yes&prediction__exact=1",
        "warning, rare": "warning=thin_evidence",
        "warning, never": "warning=rare_value",
        "department, common": "department=Consulting",
        "department, rare": "department=Ressources Humaines",
        "date": f"created_at__lt={moment}",
        "search: employee": f"q={middle.employee_id}",
        "search: evaluation": f"q={identifiers['eval_number']}",
        "search: pseudonym": f"q={identifiers['employee_id_anon']}",
        "search: request": f"q={newest.request_id}",
        "search: request of many": f"q={oldest.request_id}",
        "search: nothing": "q=nobody",
    }
    return {
        f"history: {name}".removesuffix(": "): address for name, address in api.items()
    } | {
        f"admin: {name}".removesuffix(": "): f"{ADMIN}?{query}"
        for name, query in admin.items()
    }
