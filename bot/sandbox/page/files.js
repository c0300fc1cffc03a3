/**
 * Files that somebody sent, as one sees them. Nothing in them is run: pictures, sounds and films are shown by the
 * browser itself, everything else is only for saving.
 */
import { el } from "./dom.js";
import { sign } from "./icons.js";

const SCALE = ["byte", "kilobyte", "megabyte", "gigabyte"];

/** A size in words. */
export function sizeWords(bytes) {
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), SCALE.length - 1);
  const form = { style: "unit", unit: SCALE[step], unitDisplay: step ? "short" : "long", maximumFractionDigits: 1 };
  return new Intl.NumberFormat(undefined, form).format(bytes / 1000 ** step);
}

/**
 * A file as what it is; as a card where the browser can't show it.
 *
 * @param base where its server lives
 * @param file `{id, name, mime, size}`
 * @param look "picture", "sound", "film" or "card"
 * @param label what it is called where it has no name
 * @param instead what stands there, in the place of the card, if it can't be shown
 */
export function fileNode(base, file, look, label, instead) {
  const name = file.name || label;
  const address = `${base}/client/files/${encodeURIComponent(file.id)}`;
  const card = fileCard(address, file, name);
  return look === "card" ? card : LOOKS[look](address, name, instead ?? card);
}

function fileCard(href, { mime, size, name: given }, name) {
  const type = (/\.(\w{1,5})$/.exec(given ?? "")?.[1] ?? (mime ?? "").split("/").pop().split(";")[0]).toUpperCase();
  const about = [type, size != null && sizeWords(size)].filter(Boolean).join(" · ");
  return el(
    "a",
    { class: "file-card", href, download: given || "", title: name },
    el("span", { class: "file-sign" }, sign("file")),
    el("span", { class: "file-words" }, el("b", {}, name), el("small", {}, about)),
  );
}

const LOOKS = {
  picture(src, alt, card) {
    const link = { class: "picture", href: src, target: "_blank", rel: "noopener noreferrer" };
    const failed = () => node.replaceWith(card);
    const onload = ({ target }) => target.naturalWidth < 2 && failed(); // one pixel shows nothing
    const node = el("a", link, el("img", { src, alt, onload, onerror: failed }));
    return node;
  },
  sound: (src, label, card) => player("audio", { class: "sound", src, "aria-label": label }, card),
  film: (src, label, card) => player("video", { class: "film", src, "aria-label": label, playsinline: true }, card),
};

function player(tag, attributes, card) {
  const failed = (event) => event.currentTarget.replaceWith(card);
  return el(tag, { ...attributes, controls: true, preload: "metadata", onerror: failed });
}
