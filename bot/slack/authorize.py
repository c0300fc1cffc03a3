"""As whom Bolt acts."""

from collections.abc import Awaitable, Callable

from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.people import People


def authorizing(client: AsyncWebClient, people: People) -> Callable[[], Awaitable[AuthorizeResult]]:
    """
    A function that says who our app is, asked until it is known and then never again.

    While Slack can't be asked it raises, so that an event is not acknowledged and comes again. Bolt's own way (with a
    client that has a token) answers it with 200 then, and the event is lost.
    Source: slack_bolt 1.30, AsyncSingleTeamAuthorization.
    """
    known: AuthorizeResult | None = None

    async def authorize() -> AuthorizeResult:
        nonlocal known
        if known is None:
            me = await people.me()
            known = AuthorizeResult(
                enterprise_id=None, team_id=me.team, bot_user_id=me.user, bot_id=me.bot, bot_token=client.token
            )
        return known

    return authorize
