"""As `attrition.granting`, of this app. Migrations import it: keep what it does."""

from functools import partial

from attrition import granting

granted = partial(granting.granted, "predictions")
