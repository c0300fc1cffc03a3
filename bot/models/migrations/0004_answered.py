"""Tickets are found by when they were first answered, as reports ask for them."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0003_files")]  # noqa: RUF012 (the shape that Tortoise reads)

    operations = [  # noqa: RUF012 (as above)
        ops.AddIndex(model_name="TicketRow", index=Index(fields=["first_reply_at"])),
    ]
