/**
 * A Telegram text with its entities as nodes.
 * Source: Bot API, MessageEntity. Offsets count UTF-16 units, as JavaScript's strings do.
 */
import { el, link } from "./dom.js";

const TAGS = {
  bold: "b",
  italic: "i",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
  expandable_blockquote: "blockquote",
};

/** Nested entities nest; nonsense from outside the text is cut to it. */
export function formatted(text, entities = []) {
  const ordered = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return between({ text, ordered }, 0, text.length);
}

function between(source, start, end) {
  const nodes = [];
  let at = start;
  while (source.ordered.length && source.ordered[0].offset < end) {
    const entity = source.ordered.shift();
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.offset + entity.length, end);
    if (to <= from) continue;
    nodes.push(source.text.slice(at, from), marked(entity, between(source, from, to), source.text.slice(from, to)));
    at = to;
  }
  nodes.push(source.text.slice(at, end));
  return nodes.flat().filter((node) => node !== "");
}

function marked(entity, inner, text) {
  if (TAGS[entity.type]) return el(TAGS[entity.type], {}, inner);
  if (entity.type === "text_link") return link(entity.url, text);
  if (entity.type === "url") return link(/^[a-z]+:/i.test(text) ? text : `https://${text}`, text);
  if (entity.type === "email") return link(`mailto:${text}`, text);
  if (entity.type === "spoiler") return el("span", { class: "spoiler", tabindex: "0" }, inner);
  if (["mention", "bot_command", "hashtag", "phone_number"].includes(entity.type))
    return el("span", { class: "tag" }, inner);
  return inner;
}
