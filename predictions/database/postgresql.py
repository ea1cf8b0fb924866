"""PostgreSQL's triggers on one log table."""

from django.db.backends.base.base import BaseDatabaseWrapper

from predictions.database.table import Table

# pg_trigger.tgtype: 1 each row, 2 before, 8 delete, 16 update, 32 truncate.
EACH_ROW, TRUNCATE = 1 | 2 | 8 | 16, 2 | 32


def is_locked(connection: BaseDatabaseWrapper, table: Table) -> bool:
    with connection.cursor() as cursor:
        # ALWAYS ('A') fires under session_replication_role = replica too.
        cursor.execute(
            """
            SELECT t.tgname, t.tgtype FROM pg_trigger t
            JOIN pg_proc p ON p.oid = t.tgfoid
            WHERE t.tgrelid = to_regclass(%s) AND t.tgenabled = 'A'
            AND t.tgqual IS NULL AND t.tgattr = ''::int2vector
            AND p.prosrc = %s AND p.proconfig = %s
            """,
            [f'"{table.name}"', _body(table), [f"search_path={_path(connection)}"]],
        )
        found = dict(cursor.fetchall())
    return found.items() >= _triggers(table).items()


def lock(connection: BaseDatabaseWrapper, table: Table) -> None:
    name = _function(table)
    with connection.cursor() as cursor:
        # Unqualified, a table of pg_temp could pass for the record of erasures.
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path = {_path(connection)} AS $body${_body(table)}$body$"
        )
        for trigger, kind in _triggers(table).items():
            when = (
                "UPDATE OR DELETE ON {} FOR EACH ROW"
                if kind == EACH_ROW
                else "TRUNCATE ON {} FOR EACH STATEMENT"
            ).format(f'"{table.name}"')
            cursor.execute(f'DROP TRIGGER IF EXISTS {trigger} ON "{table.name}"')
            cursor.execute(
                f"CREATE TRIGGER {trigger} BEFORE {when} EXECUTE FUNCTION {name}()"
            )
            cursor.execute(
                f'ALTER TABLE "{table.name}" ENABLE ALWAYS TRIGGER {trigger}'
            )


def _path(connection: BaseDatabaseWrapper) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        return f"{cursor.fetchone()[0]}, pg_temp"


def _function(table: Table) -> str:
    return f"{table.name}_append_only"


def _triggers(table: Table) -> dict[str, int]:
    return {
        f"{table.name}_no_change": EACH_ROW,
        f"{table.name}_no_truncate": TRUNCATE,
    }


def _body(table: Table) -> str:
    refuse = (
        f"RAISE EXCEPTION '{table.name} is append-only: rows are never changed or "
        "removed' USING ERRCODE = 'restrict_violation';"
    )
    if not table.erasable:
        return f"\nBEGIN\n  {refuse}\nEND;\n"
    emptied = " AND ".join(f"NEW.{column} IS NULL" for column in table.erasable)
    put_back = " ".join(f"kept.{c} := OLD.{c};" for c in table.erasable)
    # *<> compares bytes: no column, one added later included, differs by even a zero.
    return f"""
DECLARE
  kept "{table.name}"%ROWTYPE;
BEGIN
  IF TG_OP = 'UPDATE' AND TG_LEVEL = 'ROW' THEN
    kept := NEW;
    {put_back}
    IF {emptied} AND NOT (kept *<> OLD) AND EXISTS (
      SELECT 1 FROM "{table.erasures}" WHERE {table.erasure_key} = OLD.{table.key}
    ) THEN
      RETURN NEW;
    END IF;
  END IF;
  {refuse}
END;
"""
