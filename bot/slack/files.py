"""Files for one person: Slack has no ephemeral ones, so they come in the direct conversation with the app."""

from slack_sdk.errors import SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import Later
from bot.slack.errors import writing


async def give(client: AsyncWebClient, *, user: str, filename: str, content: bytes, comment: str) -> None:
    """
    Put a file with a comment into the app's conversation with a person; raises `bot.errors.DeliveryError`.

    In three calls: a place for it is asked for, filled, and shared. Source: Slack, "Working with files".
    """
    direct = await writing(client.conversations_open(users=user))
    try:
        await writing(
            client.files_upload_v2(
                filename=filename,
                title=filename,
                content=content,
                channel=direct["channel"]["id"],
                initial_comment=comment,
            )
        )
    except SlackRequestError as error:  # what the SDK makes of a refusal in the second call
        raise Later("Slack did not take the file.") from error
