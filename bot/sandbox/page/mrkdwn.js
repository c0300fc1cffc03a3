/**
 * Slack's mrkdwn as nodes, and back as somebody would type it.
 * Source: "Formatting text for app surfaces", docs.slack.dev/messaging/formatting-message-text
 */
import { el, link, clock } from "./dom.js";
import { emoji, withEmoji } from "./emoji.js";

const INLINE =
  /`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+'-]+):|(https?:\/\/(?:(?!&[lg]t;)[^\s<>|])*(?!&[lg]t;)[^\s<>|.,;:!?)'"*_~])|(?<![\p{L}\p{N}])([*_~])(?=[^\s\u200b])(.+?)(?<=[^\s\u200b])\5(?![\p{L}\p{N}])/gu;
const STYLES = { "*": "b", _: "i", "~": "s" };

/** The three signs that Slack escapes, as written. */
export function unescaped(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/**
 * @param text mrkdwn with Slack's escapes
 * @param names answers `user(id)`, `channel(id)`, `group(id)` with a name or null
 */
export function mrkdwn(text, names) {
  return text
    .split(/\n?```([\s\S]+?)```\n?/)
    .flatMap((part, at) => (at % 2 ? [el("pre", {}, unescaped(part.replace(/^\n|\n$/g, "")))] : lines(part, names)));
}

function lines(text, names) {
  return text.split(/((?:^(?:&gt;|>) ?.*(?:\n|$))+)/m).flatMap((part) => {
    if (!/^(&gt;|>)/.test(part)) return inline(part, names);
    return [el("blockquote", {}, inline(part.replace(/^(&gt;|>) ?/gm, "").replace(/\n$/, ""), names))];
  });
}

function inline(text, names) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > end) nodes.push(unescaped(text.slice(end, match.index)));
    nodes.push(piece(match, names));
    end = match.index + match[0].length;
  }
  if (end < text.length) nodes.push(unescaped(text.slice(end)));
  return nodes;
}

function piece([whole, code, entity, name, address, sign, inner], names) {
  if (code !== undefined) return el("code", {}, unescaped(code));
  if (entity !== undefined) return reference(entity, names);
  if (name !== undefined) return emoji(name) ?? unescaped(whole);
  if (address !== undefined) return link(unescaped(address));
  return el(STYLES[sign], {}, inline(inner, names));
}

function reference(entity, names) {
  const bar = entity.indexOf("|");
  const target = unescaped(bar < 0 ? entity : entity.slice(0, bar));
  const label = bar < 0 ? null : unescaped(entity.slice(bar + 1));
  if (target.startsWith("@")) return mention(`@${names.user(target.slice(1)) ?? label ?? target.slice(1)}`);
  if (target.startsWith("#")) return mention(`#${names.channel(target.slice(1)) ?? label ?? target.slice(1)}`);
  if (target.startsWith("!date^")) return dated(target, label);
  if (target.startsWith("!subteam^")) return mention(groupName(target.slice(9), label, names));
  if (target.startsWith("!")) return mention(`@${label?.replace(/^@/, "") ?? target.slice(1)}`);
  return link(target, label ?? target.replace(/^mailto:/, ""));
}

function groupName(id, label, names) {
  return `@${(label ?? names.group(id) ?? id).replace(/^@/, "")}`;
}

/** A text object as nodes. */
export function textObject(text, names) {
  if (!text) return [];
  return text.type === "mrkdwn" ? mrkdwn(text.text, names) : [withEmoji(text.text)];
}

/** The text of a text object, without markup. */
export function plain(text) {
  return withEmoji(text?.text ?? "");
}

/** A highlighted name. */
export function mention(text) {
  return el("span", { class: "mention" }, text);
}

function dated(target, fallback) {
  const [, seconds, format, address] = target.split("^");
  const text = /^\d+$/.test(seconds) && format ? dateText(Number(seconds), format) : (fallback ?? target);
  return el("time", { title: fallback }, address ? link(address, text) : text);
}

const DATE_STYLES = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
};

/** A date token's text in this browser's zone; an unknown token stays as it is. */
export function dateText(seconds, format) {
  const date = new Date(seconds * 1000);
  return format.replace(/\{(\w+)\}/g, (whole, token) => {
    if (token === "time") return clock(seconds);
    if (token === "time_secs") return date.toLocaleTimeString();
    if (token === "ago") return ago(seconds);
    const pretty = token.endsWith("_pretty") ? nearDay(date) : null;
    const style = DATE_STYLES[token.replace("_pretty", "")];
    return pretty ?? (style ? date.toLocaleDateString(undefined, style) : whole);
  });
}

/** "today", "yesterday" or "tomorrow", else null. */
export function nearDay(date, today = new Date()) {
  const midnight = (day) => new Date(day.getFullYear(), day.getMonth(), day.getDate());
  const days = Math.round((midnight(date) - midnight(today)) / 86_400_000);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days] ?? null;
}

function ago(seconds) {
  const minutes = Math.round((seconds - Date.now() / 1000) / 60);
  const words = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  if (Math.abs(minutes) < 60) return words.format(minutes, "minute");
  if (Math.abs(minutes) < 1440) return words.format(Math.round(minutes / 60), "hour");
  return words.format(Math.round(minutes / 1440), "day");
}

/** What somebody would type to get this mrkdwn: for the editor of a sent message. */
export function typed(text, names) {
  const plain = text.replace(/<([^<>\n]+)>/g, (_, entity) => {
    const [target, label] = entity.split("|");
    if (target.startsWith("@")) return `@${names.handle(target.slice(1)) ?? label ?? target.slice(1)}`;
    if (target.startsWith("#")) return `#${names.channel(target.slice(1)) ?? label ?? target.slice(1)}`;
    if (target.startsWith("!subteam^")) return groupName(target.slice(9), label, names);
    if (target.startsWith("!")) return label ?? `@${target.slice(1)}`;
    return target.replace(/^mailto:/, "");
  });
  return unescaped(plain);
}
