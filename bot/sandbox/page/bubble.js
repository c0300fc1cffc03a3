/**
 * One message in a customer's chat.
 */
import { clock, el, safeLink } from "./dom.js";
import { formatted } from "./entities.js";
import { fileNode } from "./files.js";
import { mrkdwn } from "./mrkdwn.js";
import { sign } from "./icons.js";
import { menu } from "./popup.js";

/** What a customer can send beside text, by the names of all messengers. */
export const KINDS = {
  photo: "🖼 Photo",
  album: "🏞 Album",
  image: "🖼 Photo",
  document: "📄 invoice.pdf",
  voice: "🎤 Voice message",
  audio: "🎵 Song",
  video: "🎬 Video",
  animation: "🎞 GIF",
  video_note: "⏺ Video note",
  sticker: "👍 Sticker",
  location: "📍 Location",
  venue: "🏬 Place",
  place: "🏬 Place",
  contact: "👤 Contact",
  contacts: "👤 Contact",
  order: "🛒 Order",
  poll: "📊 Poll",
  dice: "🎲 Dice",
};

/** How the kinds that are files are seen; the others are cards. */
const LOOKS = {
  ...{ photo: "picture", image: "picture", sticker: "picture" },
  ...{ voice: "sound", audio: "sound", video: "film", animation: "film", video_note: "film" },
};

const REACTIONS = ["👍", "❤", "🔥", "👎"];

/** Seconds since 1970 of a date in either of the forms that servers use. */
export function seconds(date) {
  return typeof date === "number" ? date : Date.parse(date) / 1000;
}

/**
 * @param item `{message, quoted, read}`: the JSON, the message it answers, whether the bot has seen it
 * @param chat the phone: `say(name, body)`, `answer(message)`, `edit(message)`
 */
export function bubble({ message, quoted, read }, chat) {
  const { from_bot: theirs } = message;
  const tail = el(
    "span",
    { class: "meta" },
    message.edited && !theirs && "edited ", // on a bot's message Telegram does not show it
    clock(seconds(message.date)),
    !theirs && ticks(message, read),
  );
  const more = el(
    "button",
    {
      type: "button",
      class: "bubble-more",
      "aria-label": "Reply, react, edit",
      "aria-haspopup": "menu",
      "data-focus": "more",
      onclick: () => menu(more, choices(message, chat)),
    },
    sign("down"),
  );
  const box = el(
    "div",
    { class: `bubble ${message.kind === "sticker" ? "bare" : ""}` },
    quoted && el("div", { class: "quoted" }, excerpt(quoted)),
    content(message, chat.messenger),
    tail,
    more,
  );
  return el(
    "article",
    { class: theirs ? "from-bot" : "from-person", tabindex: "-1", ondblclick: () => chat.answer(message) },
    box,
    reactions(message),
    keyboard(message, chat),
  );
}

/** On WhatsApp two signs mean delivered, and their colour read; on Telegram two mean read. */
function ticks(message, read) {
  const attributes = { class: `ticks-sign ${read ? "read" : ""}`, role: "img", "aria-label": read ? "read" : "sent" };
  return el("span", attributes, sign(read || "status" in message ? "checks" : "check"));
}

/** A message in a few words. */
export function excerpt(message) {
  return message.text ?? message.caption ?? (message.file?.name || KINDS[message.kind]) ?? message.kind;
}

function content(message, { base }) {
  if (message.text != null) return el("div", { class: "text" }, words(message));
  const { kind, file } = message;
  const label = KINDS[kind] ?? kind;
  const thumb = kind === "sticker" && el("div", { class: "sticker", role: "img", "aria-label": "Sticker" }, "👍");
  if (thumb && !file) return thumb;
  const plain = () => el("div", { class: `media ${kind}` }, label);
  return el(
    "div",
    { class: "media-box" },
    file ? fileNode(base, file, LOOKS[kind] ?? "card", label, thumb || null) : plain(),
    message.caption && el("div", { class: "text" }, message.caption),
  );
}

function words({ text, entities }) {
  if (entities) return formatted(text, entities);
  // WhatsApp's marks are Slack's, but nothing is escaped.
  return mrkdwn(text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"));
}

function reactions({ reactions: all }) {
  if (!all?.length) return null;
  return el(
    "div",
    { class: "tg-reactions" },
    all.map((one) => el("span", {}, one.emoji ?? one)),
  );
}

function keyboard(message, chat) {
  const rows = message.reply_markup?.inline_keyboard ?? [];
  if (!rows.length) return null;
  if (message.menu) return el("div", { class: "keyboard" }, el("div", {}, listKey(message, rows.flat(), chat)));
  return el(
    "div",
    { class: "keyboard" },
    rows.map((row) =>
      el(
        "div",
        {},
        row.map((key) => inlineKey(key, message, chat)),
      ),
    ),
  );
}

function inlineKey(key, { message_id }, chat) {
  const href = key.url && safeLink(key.url);
  if (href) return el("a", { href, target: "_blank", rel: "noopener noreferrer" }, `${key.text} ↗`);
  const press = () => chat.press(message_id, key.callback_data);
  return el("button", { type: "button", "data-focus": key.callback_data, onclick: press }, key.text);
}

/** WhatsApp's lists open by one button. */
function listKey({ message_id, menu: label }, keys, chat) {
  const items = keys.map(({ text, callback_data }) => ({
    label: text,
    run: () => chat.press(message_id, callback_data),
  }));
  const open = { type: "button", "aria-haspopup": "dialog", "data-focus": "list" };
  const show = (event) => chat.choose(event.currentTarget, { title: label, items });
  return el("button", { ...open, onclick: show }, sign("list"), label);
}

/** One's own words: a text, or what stands below a file. */
function isEditable(message, chat) {
  return !message.from_bot && (message.text != null || chat.messenger.captioned.includes(message.kind));
}

function choices(message, chat) {
  const { message_id } = message;
  const mine = message.reactions?.find((one) => !one.from_bot)?.emoji;
  const react = (emoji) => chat.say("reacts", { message_id, emoji: emoji === mine ? "" : emoji });
  return [
    { label: "Reply", run: () => chat.answer(message) },
    ...(isEditable(message, chat) ? [{ label: "Edit", run: () => chat.edit(message) }] : []),
    null,
    ...REACTIONS.map((emoji) => ({ label: emoji, detail: emoji === mine ? "take back" : "", run: () => react(emoji) })),
  ];
}
