from attrition.models.append_only import (
    AppendOnly,
    AppendOnlyError,
    AppendOnlyQuerySet,
)
from attrition.models.employees import (
    HIGHEST_EMPLOYEE_ID,
    Employee,
    EmployeeQuerySet,
    employee_number,
)
from attrition.models.imports import EmployeeImport, ImportWay, WaitingImport
from attrition.models.stored import StoredText

__all__ = [
    "HIGHEST_EMPLOYEE_ID",
    "AppendOnly",
    "AppendOnlyError",
    "AppendOnlyQuerySet",
    "Employee",
    "EmployeeImport",
    "EmployeeQuerySet",
    "ImportWay",
    "StoredText",
    "WaitingImport",
    "employee_number",
]
