/**
 * What the two servers have told us. The stores change only by a state or a frame; the views are drawn from them.
 */
import { soon } from "./dom.js";

class Store {
  #listeners = [];

  /** Told once after each burst of changes. */
  changed = soon(() => this.#listeners.forEach((listener) => listener()));

  subscribe(listener) {
    this.#listeners.push(listener);
  }
}

/** A Slack workspace as one person sees it. Messages are kept flat: channel → ts → message, replies included. */
export class SlackStore extends Store {
  me = null;
  team = "";
  bot = null;
  users = new Map();
  groups = new Map();
  channels = [];
  messages = new Map();
  ephemerals = [];
  #dismissed = new Set();
  views = [];
  /** What the app shows on its Home tab; null until it has published something. */
  home = null;
  commands = [];
  shortcuts = [];
  online = false;
  /** Asked for the whole state when a frame speaks of a channel that is not known yet. */
  onstale = () => {};
  /** Told of everything that happens live, after the store has it: for notices and unread marks. */
  onframe = () => {};

  load(state) {
    this.me = state.me?.id ?? state.me;
    this.team = state.team?.name ?? state.team ?? "";
    this.users = new Map((state.users ?? []).map((user) => [user.id, user]));
    this.bot = state.bot ?? null;
    this.groups = new Map((state.groups ?? []).map((group) => [group.id, group.handle]));
    // A channel without a name is the direct conversation with the app.
    const app = this.users.get(this.bot)?.real_name ?? "App";
    this.channels = (state.channels ?? []).map((one) => ({ ...one, direct: !one.name, name: one.name || app }));
    this.messages = new Map(Object.entries(state.messages ?? {}).map(([channel, list]) => [channel, flat(list)]));
    this.ephemerals = state.ephemerals ?? [];
    this.views = state.views ?? [];
    this.home = state.home ?? null;
    this.commands = state.commands ?? [];
    this.shortcuts = state.shortcuts ?? [];
    this.changed();
  }

  apply = (frame) => {
    FRAMES[frame.type]?.(this, frame);
    if (frame.channel && !this.channels.some((one) => one.id === frame.channel)) this.onstale();
    this.changed();
    this.onframe(frame);
  };

  in(channel) {
    if (!this.messages.has(channel)) this.messages.set(channel, new Map());
    return this.messages.get(channel);
  }

  /** What stands in the channel itself, oldest first, with what only this person sees. */
  roots(channel) {
    const own = [...this.in(channel).values()].filter((one) => !isReply(one) || one.subtype === "thread_broadcast");
    return inOrder([...own, ...this.whispers(channel, undefined)]);
  }

  replies(channel, ts) {
    const own = [...this.in(channel).values()].filter((one) => isReply(one) && one.thread_ts === ts);
    return inOrder([...own, ...this.whispers(channel, ts)]);
  }

  /** Of each thread the number of replies and the `ts` of the last: root's ts → `{count, last}`. */
  threads(channel) {
    const found = new Map();
    for (const { ts, thread_ts } of this.in(channel).values()) {
      if (!thread_ts || thread_ts === ts) continue;
      const { count, last } = found.get(thread_ts) ?? { count: 0, last: "0" };
      found.set(thread_ts, { count: count + 1, last: Number(ts) > Number(last) ? ts : last });
    }
    return found;
  }

  whispers(channel, thread_ts) {
    const here = (one) => one.channel === channel && (one.thread_ts ?? undefined) === thread_ts;
    const shown = this.ephemerals.filter((one) => here(one) && !this.#dismissed.has(one.ts));
    return shown.map((one) => ({ ...one, ephemeral: true }));
  }

  /** Show a whisper no more; only this page forgets it, as only a person's own client does. */
  dismiss(ts) {
    this.#dismissed.add(ts);
    this.changed();
  }

  /** Who is in a channel. */
  members(channel) {
    const { members = [] } = this.channels.find((one) => one.id === channel) ?? {};
    return members.map((id) => this.users.get(id)).filter(Boolean);
  }

  /** Who may be played: members and guests of flesh and blood. */
  get people() {
    return [...this.users.values()].filter((user) => !user.is_bot && user.role !== "bot");
  }

  /** Names for mentions. */
  names = {
    user: (id) => this.users.get(id)?.real_name || this.users.get(id)?.name || null,
    handle: (id) => this.users.get(id)?.name ?? null,
    channel: (id) => this.channels.find((channel) => channel.id === id)?.name ?? null,
    group: (id) => this.groups.get(id) ?? null,
  };
}

/** Whether a message stands in somebody else's thread. */
export function isReply(message) {
  return Boolean(message.thread_ts) && message.thread_ts !== message.ts;
}

/** Whether a message continues the one above: same writer, within five minutes, nothing special about either. */
export function follows(above, message) {
  if (!above?.ts || above.ephemeral || message.ephemeral || message.subtype === "thread_broadcast") return false;
  if (message.blocks?.some((one) => one.type === "actions")) return false; // a card stands by itself
  const writer = (one) => `${one.user ?? ""}/${one.bot_id ?? ""}/${one.username ?? ""}`;
  return writer(above) === writer(message) && message.ts - above.ts < 300;
}

function inOrder(messages) {
  return messages.sort((a, b) => Number(a.ts) - Number(b.ts));
}

function flat(list) {
  const all = new Map();
  for (const { replies, ...message } of list) {
    for (const one of [message, ...(replies ?? [])]) if (typeof one === "object") all.set(one.ts, one);
  }
  return all;
}

function keep(store, { channel, message }) {
  if (!message) return;
  const { replies: _, ...own } = message;
  store.in(channel ?? message.channel).set(own.ts, own);
}

function keepWhisper(store, { channel, message }) {
  store.ephemerals = [...store.ephemerals.filter((one) => one.ts !== message.ts), { ...message, channel }];
}

function reacted(store, { channel, ts, message, reactions }) {
  if (message?.ts) return keep(store, { channel, message });
  const old = store.in(channel).get(ts);
  if (old) store.in(channel).set(ts, { ...old, reactions: reactions ?? [] });
}

const FRAMES = {
  message: keep,
  message_changed: keep,
  message_deleted: (store, { channel, ts, message }) => store.in(channel).delete(ts ?? message?.ts),
  reactions: reacted,
  ephemeral: keepWhisper,
  ephemeral_changed: keepWhisper,
  ephemeral_deleted(store, { ts, message }) {
    store.ephemerals = store.ephemerals.filter((one) => one.ts !== (ts ?? message?.ts));
  },
  views(store, { views }) {
    store.views = views ?? [];
  },
  home(store, { views }) {
    store.home = views[0];
  },
};

/** The customers of a messenger, with their chats, in the words of the Telegram server. */
export class PhoneStore extends Store {
  bot = null;
  people = [];
  online = false;
  #typing = new Map();
  /** Asked for the whole state when a frame says only that somebody came or changed. */
  onstale = () => {};
  /** Told of everything that happens live. */
  onframe = () => {};

  load(state) {
    this.bot = state.bot;
    this.people = state.people ?? [];
    this.changed();
  }

  apply = (frame) => {
    const id = frame.person?.id ?? frame.person;
    if (frame.type === "person" || !this.person(id)) this.onstale();
    else if (frame.type === "typing") this.#types(id);
    else if (frame.message) this.#takes(id, frame);
    this.changed();
    this.onframe(frame);
  };

  person(id) {
    return this.people.find((one) => one.id === id) ?? null;
  }

  types(id) {
    return this.#typing.has(id);
  }

  /** Telegram shows a bot as typing for five seconds or until its message. Source: Bot API, sendChatAction */
  #types(id) {
    clearTimeout(this.#typing.get(id));
    this.#typing.set(
      id,
      setTimeout(() => this.#still(id), 5000),
    );
  }

  #still(id) {
    clearTimeout(this.#typing.get(id));
    this.#typing.delete(id);
    this.changed();
  }

  #takes(id, { type, message }) {
    const person = this.person(id);
    const at = person.messages.findIndex((one) => one.message_id === message.message_id);
    if (type === "message_deleted") person.messages = person.messages.filter((_, index) => index !== at);
    else person.messages = at < 0 ? [...person.messages, message] : person.messages.with(at, message);
    if (message.from_bot && type === "message") this.#still(id);
  }
}

/** The customers on WhatsApp, told as those on Telegram. */
export class WhatsAppStore extends PhoneStore {
  load({ business, people }) {
    const known = people.map((one) => ({ ...one, first_name: one.name, messages: one.messages.map(fromWhatsApp) }));
    super.load({ bot: { first_name: business.name }, people: known });
  }

  #apply = this.apply;

  apply = ({ type, message, ...frame }) => {
    const kind = type === "message_deleted" ? "message_edited" : type; // the bubble stays and says so
    this.#apply({ ...frame, type: kind, ...(message ? { message: fromWhatsApp(message) } : {}) });
  };
}

function fromWhatsApp({ choices, deleted, ...message }) {
  const keys = choices.map(({ id, title }) => [{ text: title, callback_data: id }]);
  const text = deleted ? "🚫 This message was deleted" : message.text;
  return { ...message, text, ...(keys.length ? { reply_markup: { inline_keyboard: keys } } : {}) };
}
