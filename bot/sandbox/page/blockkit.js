/**
 * Block Kit as nodes.
 * Source: "Blocks", docs.slack.dev/reference/block-kit/blocks
 */
import { el } from "./dom.js";
import { control } from "./elements.js";
import { plain, textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";

/**
 * @param blocks Slack's JSON
 * @param context as for `control`
 * @returns nodes; a kind of block that this page does not know is named, never hidden
 */
export function renderBlocks(blocks, context) {
  return blocks.map((block) => {
    const node = BLOCKS[block.type]?.(block, context) ?? el("div", { class: "unknown" }, `[${block.type}]`);
    node.classList.add("block", `block-${block.type}`);
    node.dataset.block = block.block_id ?? "";
    return node;
  });
}

function section(block, context) {
  const fields = (block.fields ?? []).map((field) => el("div", { class: "text" }, textObject(field, context.names)));
  return el(
    "div",
    {},
    el(
      "div",
      { class: "section-text" },
      block.text && el("div", { class: "text" }, textObject(block.text, context.names)),
      fields.length > 0 && el("div", { class: "fields" }, fields),
    ),
    block.accessory && el("div", { class: "accessory" }, element(block.accessory, block, context)),
  );
}

function element(one, block, context) {
  if (one.type === "image") return image(one);
  return named(control(one, block, context), one) ?? el("span", { class: "unknown" }, `[${one.type}]`);
}

/** Forms find their inputs by these names. */
function named(node, one) {
  if (node?.read) node.dataset.action = one.action_id;
  return node;
}

function image(one) {
  return el("span", { class: "image", role: "img", "aria-label": one.alt_text }, `🖼 ${one.alt_text}`);
}

function context(block, around) {
  return el(
    "div",
    {},
    block.elements.map((one) =>
      one.type === "image" ? image(one) : el("span", { class: "text" }, textObject(one, around.names)),
    ),
  );
}

let labels = 0;

function input(block, around) {
  const quiet = { ...around, press: async () => {} };
  const node = named(control(block.element, block, block.dispatch_action ? around : quiet), block.element);
  if (!node) return el("div", { class: "unknown" }, `[${block.element.type}]`);
  const id = `field-${++labels}`;
  const group = node.matches(".ticks");
  node.id = id;
  node.removeAttribute("aria-label");
  node.setAttribute("aria-describedby", `${id}-hint ${id}-error`);
  if (group) node.setAttribute("aria-labelledby", `${id}-label`);
  if (!block.optional && !group) node.required = true;
  return el(
    "div",
    {},
    el(
      group ? "span" : "label",
      { class: "label", id: `${id}-label`, for: group ? null : id },
      plain(block.label),
      block.optional && el("small", {}, " (optional)"),
    ),
    node,
    el("div", { class: "hint", id: `${id}-hint` }, plain(block.hint)),
    el("div", { class: "error", id: `${id}-error`, role: "alert" }),
  );
}

const BLOCKS = {
  section,
  context,
  input,
  header: (block) => el("h3", {}, plain(block.text)),
  divider: () => el("hr"),
  actions: (block, around) =>
    el(
      "div",
      {},
      block.elements.map((one) => element(one, block, around)),
    ),
  rich_text: (block, around) => el("div", { class: "text" }, richText(block, around.names)),
  image: (block) => el("div", {}, block.title && el("b", {}, plain(block.title)), image(block)),
};
