"""People who log in, and their groups as the reader calls them."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q
from django.forms import CheckboxSelectMultiple
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static import admin as static_codes
from django_otp.plugins.otp_totp import admin as apps

from predictions.admin.base import PlainAdmin
from predictions.admin.login_list import ShowsWhoIsOut
from predictions.admin.login_recovery import LetsBackIn
from predictions.admin.permission_names import permission_in_words
from predictions.admin.ties import HidesTies
from predictions.words import yes_or_no

admin.site.unregister(User)
admin.site.unregister(Group)
# Their pages would show the keys that codes come from.
admin.site.unregister(apps.TOTPDevice)
admin.site.unregister(static_codes.StaticDevice)

WITHOUT_PAGES = ["axes", "otp_static", "otp_totp"]  # there is nothing to permit
FOR_SUPERUSERS = Q(content_type__app_label="auth") & ~Q(codename__startswith="view_")


class ForSuperusers:
    """Who changes logins or groups may make themselves whatever they like.

    To Django the permission to change logins is enough: for a superuser's password too.
    """

    def has_add_permission(self, request):
        return request.user.is_superuser

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser


class GroupFilter(admin.RelatedFieldListFilter):
    def field_choices(self, field, request, model_admin):
        choices = super().field_choices(field, request, model_admin)
        return [(pk, gettext(name)) for pk, name in choices]


class Checkboxes:
    """Django's two boxes with arrows say nothing to a screen reader."""

    filter_horizontal = ()

    def formfield_for_manytomany(self, db_field, request=None, **kwargs):
        kwargs["widget"] = CheckboxSelectMultiple()
        if db_field.related_model is Permission:
            kwargs["queryset"] = (
                Permission.objects.select_related("content_type")
                .exclude(content_type__app_label__in=WITHOUT_PAGES)
                .exclude(FOR_SUPERUSERS)
            )
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "groups":
            field.label_from_instance = str
        else:
            field.label_from_instance = permission_in_words
        return field


class PasswordForm(AdminPasswordChangeForm):
    """Django has its help in the language that the process started in."""

    @property
    def usable_password_help_text(self):
        return format_html(
            '<ul id="id_unusable_warning" class="messagelist">'
            '<li class="warning">{}</li></ul>',
            _("Without a password this person cannot log in. The present one is lost."),
        )


@admin.register(User)
class LoginAdmin(
    ForSuperusers,
    ShowsWhoIsOut,
    LetsBackIn,
    Checkboxes,
    HidesTies,
    PlainAdmin,
    UserAdmin,
):
    list_display = [*UserAdmin.list_display[:-1], "staff", "two_step", "locked"]
    change_password_form = PasswordForm
    list_filter = ["is_staff", "is_superuser", "is_active", ("groups", GroupFilter)]

    @admin.display(
        description=User._meta.get_field("is_staff").verbose_name, ordering="is_staff"
    )
    def staff(self, user):
        return yes_or_no(user.is_staff)

    def has_delete_permission(self, request, obj=None):
        # The histories of employees and keys would lose what this person did there.
        # Who is no longer active can do as little.
        if obj is not None and LogEntry.objects.filter(user=obj).exists():
            return False
        return super().has_delete_permission(request, obj)


@admin.register(Group)
class RoleAdmin(ForSuperusers, Checkboxes, HidesTies, PlainAdmin, GroupAdmin):
    list_display = ["called"]

    @admin.display(description=_("name"), ordering="name")
    def called(self, group):
        return str(group)
