"""A forger who owns the database: triggers dropped, digests made to fit."""

from collections.abc import Callable
from contextlib import contextmanager

from django.db import connection

from predictions.database import triggers
from predictions.models import Prediction, Seal
from predictions.proof import signing
from predictions.proof.digests import leaf_of, payload_digest
from predictions.proof.merkle import root_of
from predictions.proof.rows import by_id


@contextmanager
def without_triggers():
    """As the superuser; they are back afterwards, so that nobody sees it by that."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(
                "SELECT tgname, tgrelid::regclass FROM pg_trigger "
                "WHERE NOT tgisinternal"
            )
            for name, table in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name} ON {table}")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
    yield
    if connection.vendor == "postgresql":
        execute("SET CONSTRAINTS ALL IMMEDIATE")
    triggers.install(connection)


def execute(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def change(number: int, column: str, value: object) -> None:
    execute(f"UPDATE predictions SET {column} = %s WHERE id = %s", value, number)


def digest_again(number: int) -> None:
    """What a forger does who knows how digests are made."""
    row = Prediction.objects.get(pk=number)
    found = payload_digest(row.payload_salt, row.input_payload, row.employee_id)
    change(number, "payload_digest", found)


def leaf_again(number: int) -> None:
    leaf = leaf_of(by_id([number])[number])
    execute(
        "UPDATE prediction_seal_rows SET leaf = %s WHERE prediction_id = %s",
        leaf,
        number,
    )


def seal_again(number: int, sign: Callable[[Seal], str] = lambda seal: "") -> None:
    """Make a seal fit the rows as they are, and each later one follow it."""
    for seal in Seal.objects.filter(number__gte=number).order_by("number"):
        before = Seal.objects.filter(number=seal.number - 1).first()
        leaves = seal.rows.order_by("prediction_id").values_list("leaf", flat=True)
        seal.root = root_of(map(bytes, leaves)).hex()
        seal.row_count = len(leaves)
        seal.previous_hash = before.seal_hash if before else seal.previous_hash
        seal.seal_hash = signing.hash_of(seal)
        seal.signature = sign(seal) or seal.signature
        execute(
            "UPDATE prediction_seals SET root = %s, row_count = %s, "
            "previous_hash = %s, seal_hash = %s, signature = %s, public_key = %s "
            "WHERE number = %s",
            seal.root,
            seal.row_count,
            seal.previous_hash,
            seal.seal_hash,
            seal.signature,
            seal.public_key,
            seal.number,
        )
