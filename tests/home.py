"""What people see and press on the Home tab; for tests."""

from tests.world import Agent, World, words

PUBLISH = "views.publish"


def shown(agent: Agent) -> str:
    """All that one reads on the Home tab."""
    view = agent.world.slack.home(agent.id)
    return "" if view is None else words(view)


async def opens(agent: Agent) -> str:
    """Open it; what is then read there."""
    agent.world.slack.open_home(agent.id)
    await agent.world.quiet()
    return shown(agent)


async def presses(agent: Agent, action: str, value: str | None = None) -> str:
    """Press a button there; what is then read."""
    view = agent.world.slack.home(agent.id)
    assert view is not None
    await agent.world.slack.press_in_view(agent.id, view["id"], action, value=value)
    await agent.world.quiet()
    return shown(agent)


def section(agent: Agent, name: str) -> str:
    """What stands under a heading, up to the next."""
    view = agent.world.slack.home(agent.id)
    assert view is not None
    found: list[str] = []
    inside = False
    for block in view["blocks"]:
        if block["type"] == "header":
            inside = block["block_id"] == name
        if inside:
            found.append(words({"blocks": [block]}))
    return "\n".join(found)


def published(world: World) -> int:
    """How often a Home tab was published."""
    return sum(call.method == PUBLISH for call in world.slack.calls)
