"""Many looks at once, as `access.record` would write them."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

PER_LIST = 20  # people of each list: one look in ten
PEOPLE = 5_000
SQL = """
INSERT INTO prediction_accesses (created_at, action, source, user_name, key_prefix,
  key_owner, request_id, purpose, page, prediction_id, people, details)
SELECT %s::timestamptz + n * interval '1 second',
  CASE WHEN n %% 10 = 0 THEN 'list' WHEN n %% 1000 = 1 THEN 'export' ELSE 'view' END,
  'admin', CASE WHEN n < %s THEN 'gone' ELSE 'user' || n %% 20 END, '',
  CASE WHEN n %% 5000 = 2 THEN 'payroll' ELSE '' END, md5(n::text),
  CASE WHEN n %% 100 = 3 THEN 'contest' ELSE '' END, 'a page',
  CASE WHEN n %% 10 = 0 THEN NULL ELSE n END,
  CASE WHEN n %% 10 = 0 THEN %s ELSE 1 END, '{}'::jsonb
FROM generate_series(1, %s) n
"""
SEEN = """
INSERT INTO prediction_accessed_employees (access_id, employee_id)
SELECT id, (id * 7 + s) %% %s + 1
FROM prediction_accesses, generate_series(1, people) s
"""


def fill(count: int) -> None:
    """On PostgreSQL: `count` looks of 20 users at 5,000 people, a second apart.

    The first half is of one user who is gone since.
    """
    start = timezone.now() - timedelta(seconds=count)
    with connection.cursor() as cursor:
        cursor.execute(SQL, [start, count // 2, PER_LIST, count])
        cursor.execute(SEEN, [PEOPLE])
