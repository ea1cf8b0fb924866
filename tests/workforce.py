"""Many stored employees at once, hardly two alike."""

import json

from tests.factories import seed_features

INSERT = """
INSERT INTO employees (employee_id, features)
SELECT n, %s::jsonb || jsonb_build_object(
    'revenu_mensuel', 2000 + n %% 9000, 'age', 20 + n %% 40)
FROM generate_series(%s::bigint, %s::bigint) n
"""


def employ(cursor, first: int, last: int) -> None:
    """Store everybody of these numbers; PostgreSQL alone."""
    cursor.execute(INSERT, [json.dumps(seed_features()), first, last])
    cursor.execute("ANALYZE employees")
