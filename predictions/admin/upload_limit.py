"""Files that are too large are let pass by: never in memory, never on the disk."""

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

LARGEST = 20 * 1024 * 1024  # bytes: extracts of a quarter of a million people


class SizeLimit(FileUploadHandler):
    """Goes before Django's own handlers; `too_large` names the form's fields."""

    def __init__(self, request=None):
        super().__init__(request)
        self.too_large = set()

    def receive_data_chunk(self, raw_data, start):
        if start + len(raw_data) > LARGEST:
            self.too_large.add(self.field_name)
            raise SkipFile
        return raw_data

    def file_complete(self, file_size):
        return None
