from django.contrib import admin


class ReadOnlyAdmin(admin.ModelAdmin):
    """For records that people may look at and nobody may touch, superusers included."""

    actions = None

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
