"""Files that are too large are let pass by: never in memory, never on the disk."""

from collections import Counter

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

LARGEST = 20 * 1024 * 1024  # bytes: extracts of a quarter of a million people


class SizeLimit(FileUploadHandler):
    """Goes before the handlers that keep: a field keeps no more than LARGEST bytes.

    `too_large` names the form's fields that have more, in one file or in several;
    `unknown` the fields of other files, of which nothing is kept.
    """

    def __init__(self, request=None, *, fields):
        super().__init__(request)
        self.fields = frozenset(fields)
        self.kept = Counter()
        self.too_large = set()
        self.unknown = set()

    def new_file(self, field_name, *args, **kwargs):
        super().new_file(field_name, *args, **kwargs)
        # Skipped at its bytes: here, Django would close the file before this one.
        if field_name not in self.fields:
            self.unknown.add(field_name)

    def receive_data_chunk(self, raw_data, start):
        if self.field_name in self.unknown:
            raise SkipFile
        self.kept[self.field_name] += len(raw_data)
        if self.kept[self.field_name] > LARGEST:
            self.too_large.add(self.field_name)
            raise SkipFile
        return raw_data

    def file_complete(self, file_size):
        return None
