/**
 * Slack's rich_text block as nodes.
 * Source: "Rich text block", docs.slack.dev/reference/block-kit/blocks/rich-text-block
 */
import { el, link } from "./dom.js";
import { emoji } from "./emoji.js";
import { dateText, mention } from "./mrkdwn.js";

const PARTS = {
  rich_text_section: (part, names) => el("div", { class: "rich" }, spans(part.elements, names)),
  rich_text_quote: (part, names) => el("blockquote", {}, spans(part.elements, names)),
  rich_text_preformatted: (part, names) => el("pre", {}, spans(part.elements, names)),
  rich_text_list: list,
};

/** @param names as for mrkdwn */
export function richText(block, names) {
  return block.elements.map((part) => PARTS[part.type]?.(part, names));
}

function list(part, names) {
  const items = part.elements.map((item) => el("li", {}, spans(item.elements, names)));
  const node = el(part.style === "ordered" ? "ol" : "ul", part.offset ? { start: part.offset + 1 } : {}, items);
  node.style.marginLeft = `${(part.indent ?? 0) * 1.4}em`;
  return node;
}

function spans(elements, names) {
  return elements.map((element) => styled(SPANS[element.type]?.(element, names) ?? "", element.style));
}

const SPANS = {
  text: ({ text }) => text,
  link: ({ url, text }) => link(url, text || url),
  emoji: ({ name, unicode }) => emoji(name) ?? (unicode ? fromHex(unicode) : `:${name}:`),
  user: ({ user_id }, names) => mention(`@${names.user(user_id) ?? user_id}`),
  usergroup: ({ usergroup_id }, names) => mention(`@${names.group(usergroup_id) ?? usergroup_id}`),
  channel: ({ channel_id }, names) => mention(`#${names.channel(channel_id) ?? channel_id}`),
  broadcast: ({ range }) => mention(`@${range}`),
  date: ({ timestamp, format, url, fallback }) =>
    el("time", { title: fallback }, url ? link(url, dateText(timestamp, format)) : dateText(timestamp, format)),
  color: ({ value }) => value,
};

function fromHex(unicode) {
  const points = unicode.split("-").map((hex) => Number.parseInt(hex, 16));
  return points.some(Number.isNaN) ? "" : String.fromCodePoint(...points);
}

const STYLES = { code: "code", bold: "b", italic: "i", strike: "s", underline: "u" };

function styled(node, style = {}) {
  return Object.keys(STYLES)
    .filter((name) => style[name])
    .reduce((inner, name) => el(STYLES[name], {}, inner), node);
}
