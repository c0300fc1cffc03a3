"""Files of messages, and what a message has to do with others."""

from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0002_second_channel")]  # noqa: RUF012 (the shape that Tortoise reads)

    operations = [  # noqa: RUF012 (as above)
        ops.CreateModel(
            name="AttachmentRow",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True)),
                (
                    "message",
                    fields.ForeignKeyField(
                        "models.MessageRow",
                        source_field="message_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("position", fields.IntField()),
                ("kind", fields.CharField(max_length=24)),
                ("name", fields.CharField(max_length=255)),
                ("mime", fields.CharField(max_length=100)),
                ("size_bytes", fields.BigIntField(null=True)),
                ("sha256", fields.CharField(null=True, max_length=64)),
                ("source", fields.JSONField(encoder=dumps, decoder=loads)),
                ("state", fields.CharField(max_length=12)),
                ("slack_file", fields.CharField(null=True, max_length=32)),
                ("error", fields.TextField(null=True)),
                ("created_at", fields.DatetimeField()),
                ("settled_at", fields.DatetimeField(null=True)),
            ],
            options={
                "table": "attachment",
                "app": "models",
                "unique_together": (("message", "position"),),
                "indexes": [Index(fields=["state", "created_at"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.AddField(model_name="MessageRow", name="album", field=fields.CharField(null=True, max_length=255)),
        ops.AddField(model_name="MessageRow", name="about", field=fields.IntField(null=True)),
        ops.AddField(model_name="MessageRow", name="link", field=fields.TextField(null=True)),
        ops.AddIndex(model_name="MessageRow", index=Index(fields=["album"])),
    ]
