/**
 * Where the steps of the guide are done, and the way there.
 */

/** Go to what the note speaks of: the right side, the right phone, in sight, with the focus. */
export function lead({ side, target, before }, page) {
  page.side.open(side);
  before?.();
  requestAnimationFrame(() => {
    const node = target();
    node?.scrollIntoView({ block: "nearest" });
    const inside = () => node?.querySelector("textarea") ?? node?.querySelector("button"); // writing before all else
    (node?.matches("button, textarea, [tabindex]") ? node : inside())?.focus();
  });
}

const shownIn = (nodes) => [...nodes].filter((one) => one.offsetParent !== null);
const ofCard = ({ card }, selector) =>
  shownIn(document.querySelectorAll(`.slack [data-key="${card.message.ts}"] ${selector}`)).at(-1) ?? null;
const onPhone = ({ customer }, { phones }, selector) =>
  shownIn(phones.of((customer ?? phones.front())?.key)?.querySelectorAll(selector) ?? []).at(-1) ?? null;

/**
 * Of each step, from its stage and the page: the side it is done on; `target()`, with what; `around()` and `sides`, beside
 * what the note stands; `before()`, what must be opened for it.
 */
export const PLACES = {
  write: (stage, page) => ({
    side: "customer",
    target: () => onPhone(stage, page, ".start") ?? onPhone(stage, page, ".chat-foot"),
    around: () => onPhone(stage, page, ".frame"),
    sides: ["right", "below"],
  }),
  claim: (stage, page) => ({
    side: "slack",
    target: () => ofCard(stage, '[data-focus="ticket.claim"]'),
    around: () => ofCard(stage, ".block-actions .button:last-child"),
    sides: ["right", "below", "above"],
    before: () => page.desk.go(stage.card.channel, stage.card.message.ts),
  }),
  open: (stage, page) => ({
    side: "slack",
    target: () => ofCard(stage, ".thread-link"),
    sides: ["right", "below", "above"],
    before: () => page.desk.go(stage.card.channel, stage.card.message.ts),
  }),
  answer: () => ({
    side: "slack",
    target: () => document.querySelector(".thread .composer"),
    sides: ["left", "above"],
  }),
  hold: (stage) => ({
    side: "slack",
    target: () => document.querySelector(`.thread [data-key="${stage.reply.ts}"]`),
    sides: ["left", "above"],
  }),
  arrive: (stage, page) => ({
    side: "customer",
    target: () => onPhone(stage, page, ".from-bot:last-of-type .bubble"),
    around: () => onPhone(stage, page, ".frame"),
    sides: ["right", "above"],
    before: () => chooseCustomer(stage, page),
  }),
  close: (stage, page) => ({
    side: "slack",
    target: () => ofCard(stage, '[data-focus="ticket.close"]'),
    around: () => ofCard(stage, ".block-actions"),
    sides: ["right", "left", "below", "above"],
    before: () => page.desk.go(stage.card.channel, stage.card.message.ts),
  }),
  ask: (stage, page) => ({
    side: "customer",
    target: () => onPhone(stage, page, ".keyboard") ?? onPhone(stage, page, ".from-bot:last-of-type .bubble"),
    around: () => onPhone(stage, page, ".frame"),
    sides: ["right", "above"],
    before: () => chooseCustomer(stage, page),
  }),
  done: () => ({ side: "slack", target: () => null, sides: ["right"] }),
};

function chooseCustomer({ customer }, { phones }) {
  if (customer) phones.choose(customer.key);
}
