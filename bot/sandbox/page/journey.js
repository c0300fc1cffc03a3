/**
 * How far a ticket is, read from what the servers have told: nothing here is remembered or counted.
 */
import { seconds } from "./bubble.js";
import { isReply } from "./state.js";

const ON_ITS_WAY = "hourglass_flowing_sand";
const ARRIVED = ["white_check_mark", "eyes"];

/** The cards of tickets, oldest first: `{channel, message, actions}` with the names of their buttons. */
export function cards(slack) {
  const desks = slack.channels.filter((one) => !one.direct);
  const found = desks.flatMap(({ id }) =>
    slack
      .roots(id)
      .filter((one) => !one.ephemeral && !isReply(one))
      .map((message) => ({ channel: id, message, actions: actionsOf(message) })),
  );
  const own = found.filter(({ actions }) => [...actions].some((name) => name?.startsWith("ticket.")));
  return own.sort((a, b) => a.message.ts - b.message.ts);
}

function actionsOf({ blocks = [] }) {
  const rows = blocks.filter((one) => one.type === "actions");
  return new Set(rows.flatMap((one) => one.elements.map((element) => element.action_id)));
}

/**
 * Where the first ticket after `since` (a `ts`) stands.
 *
 * @returns `{stage, card, customer, reply}`; stage is one of write, claim, answer, hold, arrive, closed
 */
export function journey({ slack, owners, since }) {
  const card = cards(slack).find((one) => Number(one.message.ts) > since);
  if (!card) return { stage: "write" };
  const customer = writer(owners, card);
  if (card.actions.has("ticket.claim")) return { stage: "claim", card, customer };
  if (!card.actions.has("ticket.close")) return { stage: "closed", card, customer };
  const replies = slack.replies(card.channel, card.message.ts);
  const arrived = replies.findLast((one) => marked(one, ARRIVED));
  if (arrived) return { stage: "arrive", card, customer, reply: arrived };
  const leaving = replies.findLast((one) => marked(one, [ON_ITS_WAY]));
  if (leaving) return { stage: "hold", card, customer, reply: leaving };
  return { stage: "answer", card, customer };
}

function marked({ reactions = [] }, names) {
  return reactions.some((one) => names.includes(one.name));
}

/** Whose message it was: who wrote nearest to the time at which the card was posted. */
function writer(owners, { message }) {
  const all = owners.flatMap(({ store, messenger }) =>
    store.people.map((person) => ({ key: `${messenger.name}-${person.id}`, person, messenger })),
  );
  const distance = ({ person }) =>
    Math.min(...person.messages.filter((one) => !one.from_bot).map((one) => Math.abs(seconds(one.date) - message.ts)));
  const near = all.map((one) => ({ ...one, far: distance(one) })).filter((one) => Number.isFinite(one.far));
  return near.sort((a, b) => a.far - b.far)[0] ?? null;
}
