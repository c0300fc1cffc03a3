/**
 * The customers' phones: each shows one person's chat with the bot.
 */
import { TELEGRAM, act } from "./api.js";
import { bubble, excerpt, KINDS, seconds } from "./bubble.js";
import { composer, set } from "./composer.js";
import { avatar, el, icon, keyed, log, soon, sticky } from "./dom.js";
import { nearDay } from "./mrkdwn.js";
import { attempt, menu } from "./popup.js";

/** What a new customer might say, by language. */
const OPENERS = {
  en: ["My payment failed twice, error 402", "Where is my order?", "How do I reset my password?"],
  id: ["Pembayaran saya gagal dua kali, error 402", "Di mana pesanan saya?", "Bagaimana cara reset kata sandi?"],
};
const NEW = "new";

/** Two phones; returns the node, with `write()` that goes to the first one's composer. */
export function telegramPane(store) {
  const phones = [0, 1].map((slot) => phone(store, slot));
  const draw = soon(() => phones.forEach((one) => one.draw()));
  store.subscribe(draw);
  const node = el("section", { class: "telegram", "aria-label": "Telegram", id: "telegram" }, phones);
  node.write = () => phones[0].querySelector(".chat-foot textarea")?.focus();
  return node;
}

function phone(store, slot) {
  const chat = {
    store,
    id: null,
    reply: null,
    editing: null,
    person: () => store.person(chat.id) ?? store.people[slot] ?? null,
    async say(name, body = {}) {
      return (await attempt(act(TELEGRAM, name, { as: chat.person().id, ...body }))) !== null;
    },
    answer: (message) => aim(chat, { reply: message }),
    edit: (message) => aim(chat, { editing: message }),
    play: (id) => {
      chat.id = id;
      aim(chat, {});
    },
  };
  const parts = [owner(chat), heading(chat), conversation(chat), foot(chat)];
  const stranger = newcomer(chat);
  const screen = el("div", { class: "screen" }, parts.slice(1), stranger);
  const node = el("section", { class: "phone", "aria-label": `Phone ${slot + 1}` }, parts[0], screen);
  chat.draw = () => {
    const somebody = chat.person() && chat.id !== NEW;
    parts[0].draw();
    stranger.hidden = somebody;
    for (const part of parts.slice(1)) {
      part.hidden = !somebody;
      if (somebody) part.draw();
    }
  };
  node.draw = chat.draw;
  return node;
}

/** Start (or, with neither, end) answering or editing a message. */
function aim(chat, { reply = null, editing = null }) {
  Object.assign(chat, { reply, editing });
  chat.draw();
  if (editing) set(chat.field, editing.text);
  if (reply || editing) chat.field.focus();
}

function owner(chat) {
  const pick = el("select", {
    "aria-label": "Whose phone is this?",
    onchange: () => {
      chat.play(pick.value === NEW ? NEW : Number(pick.value));
    },
  });
  const face = el("span", {});
  const language = el("small", {});
  const node = el("div", { class: "owner" }, face, pick, language);
  node.draw = () => {
    const person = chat.person();
    const items = [
      ...chat.store.people.map(({ id, first_name }) => ({ id, first_name })),
      { id: NEW, first_name: "+ New customer…" },
    ];
    keyed(pick, items, { key: (one) => one.id, build: (one) => el("option", { value: one.id }, one.first_name) });
    const asNew = chat.id === NEW || !person;
    pick.value = asNew ? NEW : String(person.id);
    face.replaceChildren(asNew ? avatar("+", "var(--soft)") : avatar(person.first_name));
    language.textContent = asNew ? "" : `customer${person.language_code ? ` · ${person.language_code}` : ""}`;
  };
  return node;
}

function heading(chat) {
  const state = el("small", { "aria-live": "polite" });
  const name = el("b", {});
  const more = icon("More", "⋮", () => menu(more, [blocking(chat)]), { "aria-haspopup": "menu" });
  const face = el("span", {});
  const node = el("header", { class: "chat-head" }, face, el("div", {}, name, state), more);
  node.draw = () => {
    const title = chat.store.bot?.first_name ?? "Bot";
    name.textContent = title;
    face.replaceChildren(avatar(title, "var(--tg)"));
    state.textContent = chat.store.types(chat.person().id) ? "typing…" : "bot";
    state.classList.toggle("typing", chat.store.types(chat.person().id));
  };
  return node;
}

function blocking(chat) {
  if (chat.person().blocked) return { label: "Unblock the bot", run: () => chat.say("unblocks") };
  return { label: "Block the bot", danger: true, run: () => chat.say("blocks") };
}

function conversation(chat) {
  const list = log("Chat", "bubbles");
  const stick = sticky(list);
  let shown = null;
  list.draw = () => {
    const person = chat.person();
    const build = (item) => (item.message ? bubble(item, chat) : aside(item, chat));
    stick(() => keyed(list, items(person), { key: (item) => item.key, build }), { afresh: shown !== person.id });
    shown = person.id;
  };
  return list;
}

function items({ id, messages, language_code }) {
  if (!messages.length) return [{ key: "start", id, openers: OPENERS[language_code] ?? OPENERS.en }];
  const lastOfBot = messages.findLast((one) => one.from_bot)?.message_id ?? 0;
  let day = null;
  return messages.flatMap((message) => {
    const today = new Date(seconds(message.date) * 1000).toDateString();
    const line = today === day ? [] : [{ key: today, day: today }];
    day = today;
    const quoted =
      messages.find((one) => one.message_id === (message.reply_to?.message_id ?? message.reply_to)) ?? null;
    // The page can't see what the bot fetched; an answer or a reaction proves that it did.
    const read = message.message_id < lastOfBot || message.reactions?.some((one) => one.from_bot) || false;
    return [...line, { key: `${id}-${message.message_id}`, message, quoted, read }];
  });
}

function aside({ day, openers }, chat) {
  if (day) {
    const date = new Date(day);
    const text = nearDay(date) ?? date.toLocaleDateString(undefined, { day: "numeric", month: "long" });
    return el("div", { class: "tg-day" }, el("span", {}, text));
  }
  return el(
    "div",
    { class: "start" },
    el("b", {}, "Write as this customer"),
    openers.map((text) => el("button", { type: "button", onclick: () => sendText(chat, text) }, text)),
  );
}

function foot(chat) {
  const form = composer({ label: "Message to the bot", placeholder: "Message", send: (text) => sendText(chat, text) });
  form.addEventListener("keydown", (event) => event.key === "Escape" && stop(chat));
  chat.field = form.field;
  const kinds = Object.entries(KINDS).map(([kind, label]) => ({ label, run: () => sendKind(chat, kind) }));
  const clip = icon("Attach", "📎", () => menu(clip, kinds), { class: "icon clip", "aria-haspopup": "menu" });
  form.insertBefore(clip, form.field);
  const over = el("div", { class: "over" });
  const unblock = { type: "button", class: "restart", onclick: () => chat.say("unblocks") };
  const back = el("button", unblock, "Unblock the bot");
  const node = el("footer", { class: "chat-foot" }, over, form, back);
  node.draw = () => {
    form.hidden = chat.person().blocked;
    back.hidden = !form.hidden;
    const about = chat.reply ?? chat.editing;
    over.hidden = !about;
    if (about)
      over.replaceChildren(
        aboutLine(chat, about),
        icon("Cancel", "✕", () => stop(chat)),
      );
  };
  return node;
}

function aboutLine(chat, message) {
  return el("div", {}, el("b", {}, chat.reply ? "Reply" : "Edit"), el("span", {}, excerpt(message)));
}

function stop(chat) {
  if (chat.editing) set(chat.field, "");
  aim(chat, {});
}

async function sendText(chat, text) {
  const { reply, editing } = chat;
  const went = editing
    ? await chat.say("edits", { message_id: editing.message_id, text })
    : await chat.say("writes", { text, ...(reply ? { reply_to: reply.message_id } : {}) });
  if (went) aim(chat, {});
  return went;
}

/** A text that stands in the composer goes along as the caption, where the kind takes one. */
async function sendKind(chat, kind) {
  const caption = ["photo", "document", "voice", "audio", "video", "animation"].includes(kind)
    ? chat.field.value.trim()
    : "";
  if ((await chat.say("sends", { kind, ...(caption ? { caption } : {}) })) && caption) set(chat.field, "");
}

function newcomer(chat) {
  const name = el("input", { class: "field", required: true, maxlength: 64, autocomplete: "off" });
  const language = el(
    "select",
    { class: "field" },
    el("option", { value: "en" }, "English"),
    el("option", { value: "id" }, "Bahasa Indonesia"),
  );
  const node = el(
    "form",
    { class: "newcomer" },
    el("h2", {}, "A new customer"),
    el("label", {}, "First name", name),
    el("label", {}, "Language of the phone", language),
    el("button", { class: "button solid primary" }, "Add"),
  );
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    const asked = { first_name: name.value.trim(), language_code: language.value };
    const answer = await attempt(act(TELEGRAM, "add_person", asked));
    if (!answer) return;
    name.value = "";
    chat.play(answer.person);
    chat.store.onstale();
  });
  return node;
}
