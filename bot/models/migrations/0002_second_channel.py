"""Aliases of addresses, what customers chose and said at the end, and what reports look for."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

# The first files have three indexes over a constant: SQLite takes a name in double quotes that is no column for a text.
REAL_INDEXES = [
    'DROP INDEX IF EXISTS "idx_ticket_identit_20ad99"',
    'DROP INDEX IF EXISTS "idx_journal_ticket_70059b"',
    'DROP INDEX IF EXISTS "idx_message_ticket_3f78c3"',
    'CREATE INDEX IF NOT EXISTS "idx_ticket_identit_91f5e8" ON "ticket" ("identity_id", "status")',
    'CREATE INDEX IF NOT EXISTS "idx_journal_ticket__4f613e" ON "journal" ("ticket_id", "id")',
    'CREATE INDEX IF NOT EXISTS "idx_message_ticket__db319b" ON "message" ("ticket_id", "slack_ts")',
]


class Migration(migrations.Migration):
    dependencies = [("models", "0001_first_tables")]  # noqa: RUF012 (the shape that Tortoise reads)

    operations = [  # noqa: RUF012 (as above)
        ops.RunSQL(REAL_INDEXES),
        ops.CreateModel(
            name="AliasRow",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True)),
                (
                    "identity",
                    fields.ForeignKeyField(
                        "models.IdentityRow",
                        source_field="identity_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("channel", fields.CharField(max_length=20)),
                ("account", fields.CharField(max_length=64)),
                ("key", fields.CharField(max_length=128)),
                ("created_at", fields.DatetimeField()),
            ],
            options={
                "table": "alias",
                "app": "models",
                "unique_together": (("channel", "account", "key"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.AddField(model_name="IdentityRow", name="last_inbound_at", field=fields.DatetimeField(null=True)),
        ops.AddField(model_name="IdentityRow", name="blocked_at", field=fields.DatetimeField(null=True)),
        ops.AddField(model_name="IdentityRow", name="new_wanted_at", field=fields.DatetimeField(null=True)),
        ops.AddField(model_name="CustomerRow", name="chosen_language", field=fields.CharField(null=True, max_length=8)),
        ops.AddField(model_name="TicketRow", name="survey", field=fields.CharField(null=True, max_length=12)),
        ops.AddField(model_name="TicketRow", name="rating", field=fields.SmallIntField(null=True)),
        ops.AddField(model_name="TicketRow", name="rating_comment", field=fields.TextField(null=True)),
        ops.AddField(model_name="TicketRow", name="rated_at", field=fields.DatetimeField(null=True)),
        ops.AddIndex(model_name="TicketRow", index=Index(fields=["opened_at"])),
        ops.AddIndex(model_name="TicketRow", index=Index(fields=["solved_at"])),
        ops.AddIndex(model_name="DeliveryRow", index=Index(fields=["external_key"])),
        ops.AddIndex(model_name="MessageRow", index=Index(fields=["receipt"])),
    ]
