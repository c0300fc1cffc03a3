/**
 * The open channel.
 */
import { composer, set } from "./composer.js";
import { el, icon, keyed, log, portrait, sticky } from "./dom.js";
import { sign } from "./icons.js";
import { messageNode } from "./message.js";
import { nearDay } from "./mrkdwn.js";
import { follows, isReply } from "./state.js";

/** The pane for `desk.channel`; returns the node with `draw()`. */
export function channelPane(desk) {
  const title = el("h2", {});
  const list = log("Channel", "messages");
  const empty = el("div", { class: "empty" });
  const members = el("div", { class: "members" });
  const form = channelComposer(desk);
  const foot = el("div", { class: "foot" }, form);
  const node = el("div", { class: "channel" }, el("header", {}, title, members), list, empty, foot);
  const stick = sticky(list);
  let shown = null;
  node.draw = () => {
    node.hidden = desk.home;
    if (!desk.channel || desk.home) return;
    const { direct, name } = desk.store.channels.find((one) => one.id === desk.channel);
    title.replaceChildren(...(direct ? [] : [sign("hash")]), name);
    drawMembers(members, desk);
    form.field.placeholder = `Message ${direct ? "" : "#"}${name}`;
    const rows = items(desk);
    empty.hidden = rows.length > 0;
    if (!empty.hidden && shown !== desk.channel) empty.replaceChildren(...nothing(direct));
    const fill = () => keyed(list, rows, { key: (item) => item.key, build: (item) => row(item, desk) });
    stick(fill, { afresh: shown !== desk.channel });
    shown = desk.channel;
  };
  node.back = (ts) => {
    const card = [...list.children].find((one) => one.dataset.key === ts);
    (card?.querySelector(".thread-link") ?? card ?? list).focus();
  };
  return node;
}

function drawMembers(node, { store, channel }) {
  const people = store.members(channel).filter((one) => !one.is_bot);
  const label = people.map((one) => one.real_name).join(", ");
  node.hidden = people.length < 2;
  if (node.title === label) return;
  node.title = label;
  node.replaceChildren(
    el("span", { role: "img", "aria-label": label }, people.slice(0, MOST_FACES).map(portrait)),
    String(people.length),
  );
}

const MOST_FACES = 3;
function nothing(direct) {
  if (direct)
    return [el("b", {}, "Between you and the app"), el("p", {}, "What it has to say to you alone stands here.")];
  const how = "Write as a customer in a phone: a card appears in the desk’s channel.";
  return [sign("ticket"), el("b", {}, "No tickets yet"), el("p", {}, how)];
}

function channelComposer(desk) {
  const form = composer({
    label: "Message the channel",
    offers: desk.offers,
    send: (text) => desk.say(text.startsWith("/") ? "command" : "post", { channel: desk.channel, text }),
  });
  const commands = () => {
    form.field.focus();
    set(form.field, "/");
  };
  form.insertBefore(icon("Commands", sign("slash"), commands), form.field);
  return form;
}

function items(desk) {
  const { store, channel, editing } = desk;
  const threads = store.threads(channel);
  let day = null;
  let above = null;
  return store.roots(channel).flatMap((message) => {
    const today = new Date(message.ts * 1000).toDateString();
    const line = today === day ? [] : [{ key: today, day: today }];
    const item = {
      key: message.ts,
      message,
      compact: !line.length && follows(above, message),
      me: store.me,
      editing: editing === message.ts,
      thread: summary(desk, message, threads),
    };
    day = today;
    above = message;
    return [...line, item];
  });
}

function summary({ unreadThreads }, message, threads) {
  if (message.ephemeral || isReply(message)) return null;
  return { count: 0, ...threads.get(message.ts), unread: unreadThreads.has(message.ts) };
}

function row(item, desk) {
  if (!item.day) return messageNode(item, desk);
  const date = new Date(item.day);
  const long = date.toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long" });
  return el("div", { class: "day" }, el("span", {}, nearDay(date)?.replace(/^./, (one) => one.toUpperCase()) ?? long));
}
