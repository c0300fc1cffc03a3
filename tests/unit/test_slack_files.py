"""What Slack says of files."""

from typing import Any

import pytest

from bot.domain.enclosures import Enclosed
from bot.slack import parse
from bot.slack.parse import Edited, FileDeleted, Nothing, Posted

ADDRESS = "https://files.slack.com/files-pri/T1-F1/download/invoice.pdf"
HOSTED = {
    "id": "F1",
    "name": "invoice.pdf",
    "mimetype": "application/pdf",
    "size": 1234,
    "mode": "hosted",
    "url_private": "https://files.slack.com/files-pri/T1-F1/invoice.pdf",
    "url_private_download": ADDRESS,
}


def message(*files: object, **more: Any) -> dict[str, Any]:
    return {"type": "message", "ts": "2.0", "thread_ts": "1.0", "user": "U1", "text": "", "files": list(files), **more}


def files_of(*files: object) -> tuple[Enclosed, ...]:
    said = parse.posted(message(*files), channel="C1")
    assert isinstance(said, Posted)
    return said.files


def test_a_file_is_read_with_all_that_is_needed_to_fetch_it() -> None:
    assert files_of(HOSTED) == (
        Enclosed(
            id="F1", name="invoice.pdf", mime="application/pdf", size_bytes=1234, source={"url": ADDRESS}, problem=""
        ),
    )


def test_a_snippet_is_a_file_of_its_text() -> None:
    (snippet,) = files_of({**HOSTED, "mode": "snippet", "name": None, "title": "Untitled", "mimetype": "text/plain"})

    assert (snippet.name, snippet.mime, snippet.problem) == ("Untitled", "text/plain", "")


def test_a_file_of_another_organisation_must_be_asked_for() -> None:
    (file,) = files_of({"id": "F1", "mode": "file_access", "file_access": "check_file_info"})

    assert (file.source, file.size_bytes, file.problem) == ({}, None, "")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ({**HOSTED, "is_external": True, "mode": "external"}, "outside of Slack"),
        ({**HOSTED, "mode": "hidden_by_limit"}, "limit"),
        ({**HOSTED, "mode": "quip"}, "export"),
        ({**HOSTED, "mode": "post"}, "export"),
        ({**HOSTED, "mode": "something new"}, "export"),
        ({**HOSTED, "file_access": "access_denied"}, "does not let the app see"),
    ],
)
def test_what_cannot_be_had_says_why(file: dict[str, Any], words: str) -> None:
    (found,) = files_of(file)

    assert words in found.problem


@pytest.mark.parametrize("file", [{**HOSTED, "mode": "tombstone"}, None, 7, "F1", {}, {"id": 3}])
def test_what_was_deleted_or_is_no_file_is_none(file: object) -> None:
    assert files_of(file) == ()


@pytest.mark.parametrize("files", [None, {}, "x", 3])
def test_files_that_are_no_list_are_none(files: object) -> None:
    assert parse.files(files) == ()


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {
        "event": {
            "type": "message", "subtype": "message_changed", "channel": "C1", "message": after,
            "previous_message": before,
        }
    }  # fmt: skip


def test_taking_a_file_away_is_an_edit_though_the_words_stay() -> None:
    edit = parse.happened(changed(message(HOSTED), message({"id": "F1", "mode": "tombstone"})))

    assert isinstance(edit, Edited)
    assert (len(edit.before.files), len(edit.after.files)) == (1, 0)


def test_the_end_of_a_file_is_told_once_whoever_finds_it_out() -> None:
    body = {"event_id": "Ev1", "event": {"type": "file_deleted", "file_id": "F1", "event_ts": "1.000200"}}
    again = {"event": {"type": "file_deleted", "file_id": "F1"}}

    assert parse.happened(body) == FileDeleted("F1")
    assert parse.raw(body, text="").key == parse.raw(again, text="").key


def test_a_picture_that_was_made_smaller_is_no_edit() -> None:
    assert isinstance(parse.happened(changed(message(HOSTED), message({**HOSTED, "thumb_64": "https://x"}))), Nothing)
