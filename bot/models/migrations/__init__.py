"""
The steps from an empty database to the tables of `bot.models.rows`.

A step is written by Tortoise's ``makemigrations`` and then read by a person. Only CreateModel, AddField (nullable or with
``db_default``), AddIndex, RunPython and RunSQL are allowed: on SQLite, AlterField and RemoveField of Tortoise 1.1.9
rebuild the table without its indexes and unique constraints; write such a rebuild by hand. RunSQL that contains ``;``
within a statement needs ``atomic=False``, and that step is then not undone as a whole when it fails.
"""
