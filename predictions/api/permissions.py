"""What the caller may do: a key's scope, or the same thing as a person's permission."""

from rest_framework.permissions import BasePermission

from predictions.api.authentication import KeyHolder
from predictions.api.errors import Forbidden
from predictions.models import Scope

PERMISSIONS = {
    Scope.PREDICT: ["predictions.request_prediction"],
    Scope.HISTORY: ["predictions.view_prediction"],
    Scope.AUDIT: ["predictions.replay_prediction"],
    Scope.EMPLOYEES_READ: ["attrition.view_employee"],
    Scope.EMPLOYEES_WRITE: ["attrition.add_employee", "attrition.change_employee"],
}


def may(user, scope: Scope) -> bool:
    if isinstance(user, KeyHolder):
        return scope.value in user.key.scopes
    return scope in PERMISSIONS and user.has_perms(PERMISSIONS[scope])


class HasScope(BasePermission):
    """Closed by default: a view names the scope of each of its methods."""

    def has_permission(self, request, view):
        scope = view.scopes[request.method]
        if may(request.user, scope):
            return True
        raise Forbidden("scope_missing", scope=scope.value)
