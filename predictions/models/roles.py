"""Which database roles `grant_runtime_role` has set up."""

from django.db import models


class RuntimeRole(models.Model):
    """A PostgreSQL role that serves; its privileges are renewed after each migrate."""

    name = models.CharField(max_length=63, primary_key=True)

    class Meta:
        db_table = "prediction_runtime_roles"
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
