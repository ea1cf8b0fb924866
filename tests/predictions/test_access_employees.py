"""Pages of an employee are looks at them, on record before they are shown."""

from django.urls import reverse

from attrition.models import Employee
from predictions.models import Access
from tests.factories import EmployeeFactory


def test_the_history_of_an_employee_is_a_look_at_them(browser, employee):
    address = reverse("admin:attrition_employee_history", args=[employee.pk])

    answer = browser("HR manager").get(address)

    assert answer.status_code == 200
    [look] = Access.objects.all()
    assert (look.action, look.user_name) == ("view", "bob")
    assert [seen.employee_id for seen in look.employees.all()] == [employee.pk]


def test_who_is_about_to_delete_somebody_has_looked_at_them(browser, employee):
    address = reverse("admin:attrition_employee_delete", args=[employee.pk])
    admin = browser(None, "root")

    asked = admin.get(address)
    token = str(asked.context["csrf_token"])
    admin.post(address, {"post": "yes", "csrfmiddlewaretoken": token})

    [look] = Access.objects.all()
    assert (look.action, look.user_name) == ("view", "root")
    assert [seen.employee_id for seen in look.employees.all()] == [employee.pk]
    assert not Employee.objects.exists()


def test_whom_an_action_would_delete_are_looked_at(browser):
    for number in (669, 670, 671):
        EmployeeFactory(pk=number)
    address = reverse("admin:attrition_employee_changelist")
    admin = browser(None, "root")
    chosen = {
        "csrfmiddlewaretoken": str(admin.get(address).context["csrf_token"]),
        "action": "delete_selected",
        "_selected_action": [669, 671],
    }

    asked = admin.post(address, chosen)

    assert asked.status_code == 200
    look = Access.objects.latest("pk")
    assert (look.action, look.user_name) == ("list", "root")
    assert {seen.employee_id for seen in look.employees.all()} == {669, 671}
